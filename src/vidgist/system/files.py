"""Files that appear whole or not at all: write beside, flush to disk, then rename."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vidgist.errors import OutputError

__all__ = [
    "PARTIAL_SUFFIX",
    "check_output",
    "clean_partials",
    "output_error",
    "reserve",
    "whole_file",
    "whole_folder",
]

PARTIAL_SUFFIX = ".partial"
"""Ending of files and folders that are being written; safe to delete when nothing runs."""

_PARTIAL = re.compile(r"\.[0-9a-f]{12}-([0-9a-f]{1,8})\.partial(\..*)?", re.DOTALL)


def _partial_name(path: Path) -> Path:
    # Short on purpose: a final name may already have the 255 bytes that file systems allow.
    unique = f".{secrets.token_hex(6)}-{os.getpid():x}"
    return path.parent / f"{unique}{PARTIAL_SUFFIX}{_short(path.suffix)}"


def _short(suffix: str) -> str:
    # Libraries go by the ending of a file; one that is cut is nobody's.
    return suffix if len(suffix.encode(errors="surrogateescape")) <= 16 else ""


def _refuse_existing(path: Path, overwrite: bool) -> None:
    if not overwrite and os.path.lexists(path):
        raise OutputError(f"{path}: exists already; pass --overwrite to replace it")


def output_error(path: Path, error: OSError) -> OutputError:
    """Return the error for a path that could not be written: why, and what to do."""
    reason = error.strerror or str(error)
    cures = {
        errno.ENOSPC: "free some space or choose another folder with -o",
        errno.EACCES: "choose a folder that you may write with -o",
        errno.EROFS: "choose a folder that you may write with -o",
        errno.ENAMETOOLONG: "choose a shorter name with -o",
    }
    cure = cures.get(error.errno or 0, "choose another folder with -o")
    return OutputError(f"{path}: cannot be written ({reason}); {cure}")


def _sync_folder(folder: Path) -> None:
    # A rename is on disk only when its folder is; Windows neither needs nor allows this.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def check_output(path: Path, *, overwrite: bool = False) -> None:
    """Make sure, before the work, that a file can be written.

    Raises:
        OutputError: it exists and ``overwrite`` is False, or its folder cannot be written.
    """
    _refuse_existing(path, overwrite)
    folder = next(f for f in path.absolute().parents if os.path.lexists(f))
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise output_error(path, error) from error


@contextlib.contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a path to write to, which becomes ``path`` when the block ends without an error.

    The given path lies in the same folder and keeps the ending, for libraries that go by it.

    Raises:
        OutputError: ``path`` exists and ``overwrite`` is False, or it cannot be written.
    """
    _refuse_existing(path, overwrite)
    partial = _partial_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        # Asked again: another process may have finished the same file meanwhile.
        _refuse_existing(path, overwrite)
        partial.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_folder(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill, which becomes ``path`` when the block ends without an error.

    Raises:
        OutputError: ``path`` exists and ``overwrite`` is False, or it cannot be written.
    """
    _refuse_existing(path, overwrite)
    partial = _partial_name(path)
    old = _partial_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        yield partial
        for written in partial.iterdir():
            with written.open("rb+") as file:
                os.fsync(file.fileno())
        _sync_folder(partial)
        _refuse_existing(path, overwrite)
        if os.path.lexists(path):
            path.rename(old)  # a folder that is not empty cannot be replaced in one step
        partial.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        if os.path.lexists(old) and not os.path.lexists(path):
            with contextlib.suppress(OSError):
                old.rename(path)  # interrupted between the two renames: as it was before
        for leftover in (partial, old):
            _delete(leftover)


def reserve(folder: Path, n_bytes: int) -> None:
    """Make sure that so much can be written in a folder, for libraries that die when it cannot.

    Raises:
        OSError: the disk is too full.
    """
    if hasattr(os, "posix_fallocate"):
        with tempfile.TemporaryFile(dir=folder) as file:
            os.posix_fallocate(file.fileno(), 0, n_bytes)
    elif shutil.disk_usage(folder).free < n_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def clean_partials(folder: Path) -> None:
    """Delete what processes that were killed have left half-written in a folder.

    To be called with the lock of the folder held, where processes of other machines may write too;
    what a living process of this machine writes is left alone in any case.
    """
    with contextlib.suppress(OSError):
        for entry in list(folder.iterdir()):
            found = _PARTIAL.fullmatch(entry.name)
            if found is None or _lives(int(found[1], 16)):
                continue
            _delete(entry)


def _delete(path: Path) -> None:
    """Delete a file, link or folder, as far as possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _lives(process: int) -> bool:
    """Return whether a process of that number runs on this machine."""
    if os.name != "posix":
        return True  # there is no harmless way to ask, so nothing is deleted
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # somebody else's
    return True
