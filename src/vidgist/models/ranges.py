"""Ranges of settings, declared beside the types of their fields.

.. code-block:: python

   dropout: ShareBelowOne = 0.5
   streams: Annotated[int, between(1, 16)] = 1

A subclass that gives such a field another default need not repeat the range.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args

from vidgist.errors import SettingError


@dataclass(frozen=True)
class Range:
    """Values that a setting may have.

    Attributes:
        words: the range, as it follows "expected".
        holds: returns whether a value is in it.
    """

    words: str
    holds: Callable[[Any], bool]


def between(low: float, high: float) -> Range:
    """Return the range from ``low`` to ``high``, both in it.

    >>> between(1, 16).words
    '1 to 16'
    """
    return Range(f"{low} to {high}", lambda value: low <= value <= high)


def at_least(low: float) -> Range:
    """Return the range of finite numbers from ``low`` on."""
    return Range(f"at least {low}", lambda value: low <= value < math.inf)


def one_of(*values: Any) -> Range:
    """Return the range of these values alone.

    >>> one_of(1, 2, 4).words
    '1, 2 or 4'
    """
    *first, last = map(str, values)
    return Range(f"{', '.join(first)} or {last}", lambda value: value in values)


Size = Annotated[int, between(1, 65536)]
"""Widths, heads, videos in a batch."""
Samples = Annotated[int, between(2, 100_000)]
"""Samples that a video is brought to."""
Share = Annotated[float, Range("a share in [0, 1]", lambda value: 0 <= value <= 1)]
ShareBelowOne = Annotated[float, Range("a share in [0, 1)", lambda value: 0 <= value < 1)]
Factor = Annotated[float, Range("a number in (0, 1]", lambda value: 0 < value <= 1)]
Rate = Annotated[float, Range("a number in (0, 1)", lambda value: 0 < value < 1)]
Positive = Annotated[float, Range("a number above 0", lambda value: 0 < value < math.inf)]
NonNegative = Annotated[float, at_least(0)]


def check_ranges(settings: Any) -> None:
    """Refuse the first field out of its declared range.

    Args:
        settings: a dataclass.

    Raises:
        SettingError: a value is not of its range, or not whole where it has to be.
    """
    for name, (whole, allowed) in _ranges(settings.__class__).items():
        value = getattr(settings, name)
        if whole and not isinstance(value, int):
            raise SettingError(f"{name}: expected a whole number, got {value}")
        check(name, value, allowed.holds(value), allowed.words)


def check(name: str, value: Any, fine: bool, expected: str) -> None:
    """Refuse a value that is not fine: for ranges that depend on other settings.

    Raises:
        SettingError: it is not.
    """
    if not fine:
        raise SettingError(f"{name}: expected {expected}, got {value}")


@cache
def _ranges(cls: type) -> dict[str, tuple[bool, Range]]:
    """Return, by field, whether it is a whole number, and its range."""
    found = {}
    for base in reversed(cls.__mro__):
        for name, hint in inspect.get_annotations(base, eval_str=True).items():
            kind, *notes = get_args(hint) or (hint,)
            for note in notes:
                if isinstance(note, Range):
                    found[name] = (kind is int, note)
    return found
