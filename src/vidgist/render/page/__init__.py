"""Pages that stand alone: one HTML file with its style, script and data inside, safe to open.

Nothing that comes from a video or a file name ever becomes markup: text is escaped, data lies in a
JSON island, and the script only sets text and properties.  The Content-Security-Policy lets the
browser run this one script and style and nothing else, and fetch nothing but media from beside the
page.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from string import Template
from typing import Any

from vidgist.render.text import legible

__all__ = [
    "assemble",
    "breakable",
    "data_island",
    "definition_rows",
    "escape",
    "list_items",
    "policy",
]


def escape(text: object) -> str:
    """Return a text for the inside of an element or of a quoted attribute."""
    # A name of bytes that are no UTF-8 holds surrogates, which a page cannot.
    whole = str(text).encode("utf-8", "backslashreplace").decode("utf-8")
    return html.escape(legible(whole), quote=True)


def breakable(name: object) -> str:
    """Return a name as `escape` does, with leave to go on in a new line after its separators."""
    parts = re.split(r"(?<=[-_,/+])(?=[^-_,/+])", str(name))
    return "<wbr>".join(escape(part) for part in parts)


def list_items(texts: Iterable[object]) -> str:
    """Return ``<li>`` elements of the texts."""
    return "".join(f"<li>{escape(text)}</li>" for text in texts)


def definition_rows(rows: Iterable[tuple[object, object]]) -> str:
    """Return ``<div><dt><dd>`` elements of (name, value) pairs."""
    return "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows
    )


def data_island(document: Any) -> str:
    """Return JSON that may stand in a ``<script type="application/json">``.

    It is ASCII, and holds no ``<``, ``>`` or ``&``: nothing in it can end the element.
    """
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def policy(*, style: str, script: str) -> str:
    """Return the Content-Security-Policy of a page with this very style and script."""
    return "; ".join(
        [
            "default-src 'none'",
            "img-src data:",
            "media-src 'self' file:",
            f"style-src {_hash(style)}",
            f"script-src {_hash(script)}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def assemble(
    template: str,
    *,
    styles: Sequence[str],
    scripts: Sequence[str],
    data: Any,
    slots: Mapping[str, str],
) -> str:
    """Return a page.

    Args:
        template: name of the HTML file in this package, with ``$name`` where something goes.
        styles: names of its CSS files, in order.
        scripts: names of its JavaScript files, in order; they share one scope.
        data: plain JSON values for the script.
        slots: name -> markup, escaped by the caller, for the template.

    Raises:
        KeyError: the template has a slot that is not given.
    """
    style = "\n".join(_read(name) for name in styles)
    script = '"use strict";(() => {\n' + "\n".join(_read(name) for name in scripts) + "\n})();\n"
    assert "</" not in style
    assert "</script" not in script
    return Template(_read(template)).substitute(
        slots,
        policy=html.escape(policy(style=style, script=script)),
        style=style,
        script=script,
        data=data_island(data),
    )


def _read(name: str) -> str:
    # Line ends as in the repository, whatever a checkout made of them: the hashes go by bytes.
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
