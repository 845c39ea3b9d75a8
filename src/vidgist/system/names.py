"""Names of files and folders that every file system takes, also shares of Windows."""

from __future__ import annotations

import os
import re

_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')

_DEVICE = re.compile(
    r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=[. ]*(?:\.|$))", re.IGNORECASE
)
"""Names of devices in Windows, also with an ending."""

_MAX_BYTES = 240
"""Leaves room for endings within the 255 bytes that file systems allow."""


def portable_name(text: str, *, ending: str = "") -> str:
    """Return a name for a file or folder that begins like ``text`` and ends with ``ending``.

    Characters and names that Windows keeps for itself are replaced, and long names cut.

    >>> portable_name("12:30 what?"), portable_name("nul.old", ending="-gist"), portable_name("a. ")
    ('12_30 what_', 'nul_.old-gist', 'a')
    """
    name = _FORBIDDEN.sub("_", text)
    while len(os.fsencode(name)) > _MAX_BYTES:
        name = name[:-1]
    name = (
        _DEVICE.sub(r"\1_", name + ending, count=1)
        if _DEVICE.match(name + ending)
        else name + ending
    )
    return name.rstrip(". ") or "_"
