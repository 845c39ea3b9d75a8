"""Self-contained HTML pages: style, script and data in one file, safe to open.

Nothing from a video or a file name becomes markup: text is escaped, data is in a JSON island, and
the script sets only text and properties.  The Content-Security-Policy allows exactly this script
and style, and nothing to load but media next to the page.
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
    """Escape a text for an element or a quoted attribute."""
    # A name that is not UTF-8 has surrogates, which a page cannot have.
    whole = str(text).encode("utf-8", "backslashreplace").decode("utf-8")
    return html.escape(legible(whole), quote=True)


def breakable(name: object) -> str:
    """Escape a name, with optional line breaks after its separators."""
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
    """Return JSON for a ``<script type="application/json">``, in ASCII.

    It has no ``<``, ``>`` or ``&``, so that nothing in it can end the element.
    """
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def policy(*, style: str, script: str) -> str:
    """Return the Content-Security-Policy of a page with exactly this style and script."""
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
        template: name of the HTML file in this package, with ``$name`` for slots.
        styles: names of its CSS files, in order.
        scripts: names of its JavaScript files, in order; they share one scope.
        data: plain JSON values for the script.
        slots: name -> markup, escaped by the caller.

    Raises:
        KeyError: a slot of the template is missing.
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
    # Normalize line ends, since a checkout may change them and the hashes are of bytes.
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
