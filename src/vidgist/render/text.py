"""Names from outside as text that can be shown: on one line, and with nothing that steers it."""

from __future__ import annotations

import unicodedata

__all__ = ["legible", "printable"]

_UNSHOWN = frozenset(("Cc", "Cn", "Co", "Cs", "Zl", "Zp"))
"""Categories of what is no character to look at: controls, surrogates, line ends."""

_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the order of the letters after it, by which one name can pass for another."""


def legible(text: str) -> str:
    """Return the text with a mark for each character that cannot, or must not, be shown.

    Spaces of all widths and what joins emoji are kept: names have them.
    """
    return "".join(
        "\ufffd" if unicodedata.category(c) in _UNSHOWN or c in _DIRECTIONS else c for c in text
    )


_PLAIN = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2018\u2019\u201c\u201d", "-----''\"\"")


def printable(text: str) -> str:
    """Return the text on one line, with a mark for whatever is no character.

    Dashes, quotation marks and spaces become the plain ones: the font has no others.
    """
    plain = legible(text.translate(_PLAIN))
    return "".join(" " if c.isspace() else c for c in plain)
