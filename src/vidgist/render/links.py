"""Relative links from the folder of the results to files: always text of a URL, never markup."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

__all__ = ["relative_url"]


def relative_url(path: str | os.PathLike[str], *, folder: str | os.PathLike[str]) -> str | None:
    """Return the URL of a file as seen from a page in ``folder``, or None where there is no way.

    Every byte that could mean something in a URL is escaped, those of names that are no UTF-8
    included; the result cannot be taken for a scheme or a host.
    """
    try:
        way = os.path.relpath(Path(path).absolute(), Path(folder).absolute())
    except ValueError:  # on Windows: another drive
        return None
    parts = Path(way).parts
    url = "/".join(quote(os.fsencode(part), safe="") for part in parts)
    return url if parts[0] == ".." else f"./{url}"
