"""Relative links between files, as escaped URLs."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote


def relative_url(path: str | os.PathLike[str], *, folder: str | os.PathLike[str]) -> str | None:
    """Return the relative URL of a file from a page in ``folder``, None if there is none.

    Every byte with a meaning in URLs, or of a name that is not UTF-8, is escaped, so that the URL
    cannot be taken for one with a scheme or a host.
    """
    try:
        relative = os.path.relpath(Path(path).absolute(), Path(folder).absolute())
    except ValueError:  # on Windows: another drive
        return None
    parts = Path(relative).parts
    url = "/".join(quote(os.fsencode(part), safe="") for part in parts)
    return url if parts[0] == ".." else f"./{url}"
