"""The user's cache folder: content that can be made again, each in one checked file.

A file's name ends in the hash of its content, so that a damaged or foreign file is recognized
before it is used, and made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from vidgist.errors import OutputError
from vidgist.system.files import whole_file

_HASH_DIGITS = 32


def cache_folder() -> Path:
    """Return the cache folder, which need not exist: VIDGIST_CACHE, or the system's own."""
    chosen = os.environ.get("VIDGIST_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base or Path.home() / "AppData" / "Local") / "vidgist" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "vidgist"
    base = os.environ.get("XDG_CACHE_HOME")
    # The XDG specification has relative paths ignored.
    return Path(base if base and os.path.isabs(base) else Path.home() / ".cache") / "vidgist"  # noqa: PTH117


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH_DIGITS]


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if path.stem.rpartition("-")[2] == _hash(content) else None


def cached(key: str, *, suffix: str, make: Callable[[], bytes]) -> bytes:
    """Return the content stored under ``key``, or make and store it.

    A cache that cannot be read or written costs time, nothing else.

    Args:
        key: letters, digits, `-`, `_` and `.`; identifies all that the content depends on.
        suffix: of the file, with its dot.
        make: returns the content.
    """
    try:
        folder = cache_folder()
        candidates = sorted(folder.glob(f"{key}-{'?' * _HASH_DIGITS}{suffix}"))
    except (OSError, RuntimeError):  # no home folder, or no permission
        return make()
    for path in candidates:
        content = _read(path)
        if content is not None:
            return content
        with contextlib.suppress(OSError):
            path.unlink()
    content = make()
    with contextlib.suppress(OutputError):
        path = folder / f"{key}-{_hash(content)}{suffix}"
        with whole_file(path, overwrite=True) as partial:
            partial.write_bytes(content)
    return content
