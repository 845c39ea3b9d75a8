"""Code in docstrings as Markdown shows it: doctests in a fence, without the colons of reST."""

from __future__ import annotations

import re
from typing import Any

import griffe

_DOCTEST = re.compile(r"^( *)>>> .*(?:\n(?! *$).*)*", re.MULTILINE)
_COLONS = re.compile(r"^(.*?) *::$", re.MULTILINE)


class DocstringCode(griffe.Extension):
    """Rewrite every docstring before it is parsed."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of one object."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)


def as_markdown(text: str) -> str:
    """Return a docstring with fences around its doctests."""
    text = _COLONS.sub(lambda match: match.group(1) and match.group(1) + ":", text)
    return _DOCTEST.sub(lambda m: f"{m[1]}```pycon\n{m[0]}\n{m[1]}```", text)
