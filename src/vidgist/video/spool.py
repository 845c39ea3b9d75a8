"""Temporary files that stand for inputs which are no single file.

`vidgist.video.sources` makes them; `open_video` reads the file in the place of the name.  They lie
in one folder of the process, in the system's folder for temporary files (``TMPDIR``), and are
deleted when the process ends; those of a process that was killed, when the next one needs some.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import shutil
import tempfile
from pathlib import Path

from vidgist.errors import VideoError
from vidgist.system.lock import exclusive

_RESERVE = 256 << 20
"""Bytes of the disk that are left free."""

_PREFIX = "vidgist-"
_LOCK = ".lock"

_numbers = itertools.count(1)
_files: dict[str, Path] = {}
_folders: dict[int, Path] = {}
"""The folder by the process: one that was forked does not delete the files of its parent."""

_locks: dict[int, contextlib.ExitStack] = {}


def real_path(path: str | os.PathLike[str]) -> Path:
    """Return the file to read for an input: the temporary one, or the path itself."""
    return _files.get(_key(path), Path(path))


def is_spooled(path: str | os.PathLike[str]) -> bool:
    """Return whether a temporary file stands for an input."""
    return _key(path) in _files


def new_file(name: str) -> Path:
    """Return the path of a temporary file that does not exist yet."""
    folder = _folders.get(os.getpid())
    if folder is None:
        _clear_abandoned()
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        _folders[os.getpid()] = folder
        _locks[os.getpid()] = contextlib.ExitStack()
        _locks[os.getpid()].enter_context(exclusive(folder / _LOCK))
        atexit.register(clear)
    return folder / f"{next(_numbers)}-{name}"


def keep(path: str | os.PathLike[str], file: Path) -> None:
    """Let a file, temporary or not, stand for an input."""
    release(path)
    _files[_key(path)] = file


def release(path: str | os.PathLike[str]) -> None:
    """Delete the temporary file of an input, if there is one; never a file of the user."""
    file = _files.pop(_key(path), None)
    if file is not None and file.parent == _folders.get(os.getpid()):
        file.unlink(missing_ok=True)


def clear() -> None:
    """Delete the temporary files of this process."""
    folder = _folders.pop(os.getpid(), None)
    if folder is not None:
        _files.clear()
        _locks.pop(os.getpid()).close()
        shutil.rmtree(folder, ignore_errors=True)


def _clear_abandoned() -> None:
    """Delete the folders of processes that were killed: nobody holds the lock in them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            ours = not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()
            if ours and (folder / _LOCK).is_file():
                with exclusive(folder / _LOCK) as held:
                    abandoned = held
                if abandoned:
                    shutil.rmtree(folder, ignore_errors=True)


class Room:
    """Room on the disk for a temporary file; checked while it is written.

    Args:
        subject: the input, for the error.
        most: bytes that it may have.
        name: of the limit, for the error.
    """

    def __init__(self, subject: str, *, most: int, name: str) -> None:
        self._subject = subject
        self._most = most
        self._name = name
        self._taken = 0
        self._free = shutil.disk_usage(tempfile.gettempdir()).free - _RESERVE

    def take(self, size: int) -> None:
        """Count bytes that are written.

        Raises:
            VideoError: they are more than the limit, or than the disk has.
        """
        self._taken += size
        if self._taken > self._most:
            raise VideoError(
                f"{self._subject}: larger than the limit of {self._most / 1e9:g} GB for temporary"
                f" files; raise {self._name}={self._most / 1e9:g} if you trust it"
            )
        if self._taken > self._free:
            raise VideoError(
                f"{self._subject}: does not fit on the disk of temporary files"
                f" ({tempfile.gettempdir()}); make room, or set TMPDIR to a larger disk"
            )


def _key(path: str | os.PathLike[str]) -> str:
    return os.path.abspath(path)  # noqa: PTH100 (resolve() would follow links)
