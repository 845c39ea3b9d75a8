"""Text that is safe to show: printable, on one line, without control of direction."""

from __future__ import annotations

import unicodedata

_UNSHOWN = frozenset(("Cc", "Cn", "Co", "Cs", "Zl", "Zp"))
"""Unicode categories that are not shown: controls, surrogates, line ends."""

_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Controls of text direction: with them one name can look like another."""


def legible(text: str) -> str:
    """Replace characters that cannot or must not be shown by U+FFFD.

    Spaces of all widths and the joiners of emoji are kept, since names have them.

    >>> legible("a\\nb")
    'a\ufffdb'
    """
    return "".join(
        "\ufffd" if unicodedata.category(c) in _UNSHOWN or c in _DIRECTIONS else c for c in text
    )


_PLAIN = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2018\u2019\u201c\u201d", "-----''\"\"")


def printable(text: str) -> str:
    """Return `legible` text with ASCII dashes, quotes and spaces, since fonts lack others."""
    plain = legible(text.translate(_PLAIN))
    return "".join(" " if c.isspace() else c for c in plain)
