"""Ranges of settings: where they end, what is said, and that no setting is without one."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Annotated, get_args

import pytest

from vidgist.errors import SettingError
from vidgist.models import METHODS
from vidgist.models.ranges import (
    Factor,
    NonNegative,
    Positive,
    Rate,
    Share,
    ShareBelowOne,
    Size,
    _ranges,
    at_least,
    between,
    check_ranges,
    one_of,
)


@dataclass(frozen=True, kw_only=True)
class Parent:
    size: Size = 8
    kind: Annotated[str, one_of("round", "floor")] = "round"
    free: float = -5.0

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True, kw_only=True)
class Child(Parent):
    size: int = 16
    few: Annotated[int, between(1, 3)] = 2


@pytest.mark.parametrize(
    ("kind", "inside", "outside"),
    [
        (Size, (1, 65536), (0, 65537)),
        (Share, (0, 1), (-1e-9, 1 + 1e-9, math.nan)),
        (ShareBelowOne, (0, 0.999), (1, -1e-9, math.nan)),
        (Factor, (1e-9, 1), (0, 1.001, math.nan)),
        (Rate, (1e-9, 0.999), (0, 1, math.nan)),
        (Positive, (1e-300, 1e300), (0, -1, math.inf, math.nan)),
        (NonNegative, (0, 1e300), (-1e-9, math.inf, math.nan)),
        (Annotated[int, at_least(3)], (3, 10**9), (2,)),
        (Annotated[int, one_of(1, 4)], (1, 4), (2, 3)),
    ],
)
def test_where_ranges_end(
    kind: object, inside: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    (_, allowed) = get_args(kind)
    assert all(allowed.holds(value) for value in inside)
    assert not any(allowed.holds(value) for value in outside)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": 0}, "^size: expected 1 to 65536, got 0$"),
        ({"size": 2.0}, "^size: expected a whole number, got 2.0$"),
        ({"kind": "up"}, "^kind: expected round or floor, got up$"),
        ({"few": 4}, "^few: expected 1 to 3, got 4$"),
    ],
)
def test_a_value_out_of_its_range_is_named(change: dict[str, object], says: str) -> None:
    """Also in a subclass that gives the field another default and no range."""
    with pytest.raises(SettingError, match=says):
        Child(**change)  # type: ignore[arg-type]


def test_what_has_no_range_is_free() -> None:
    assert Child(free=math.inf).free == math.inf


@pytest.mark.parametrize("name", METHODS)
def test_every_number_of_a_method_has_a_range(name: str) -> None:
    settings = METHODS[name].settings()
    numbers = {
        field.name
        for field in dataclasses.fields(settings)
        if type(getattr(settings, field.name)) in (int, float)
    }
    of_others = {"incomplete"}  # up to another setting
    assert numbers - of_others <= set(_ranges(type(settings)))
