"""Atomic writes: files and folders are written beside their target, flushed, then renamed."""

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

PARTIAL_SUFFIX = ".partial"
"""Ending of files and folders that are being written; safe to delete when nothing runs."""

_PARTIAL = re.compile(r"\.[0-9a-f]{12}-([0-9a-f]{1,8})\.partial(\..*)?", re.DOTALL)


def _partial_name(path: Path) -> Path:
    # Short: the final name may already have the 255 bytes that file systems allow.
    unique = f".{secrets.token_hex(6)}-{os.getpid():x}"
    return path.parent / f"{unique}{PARTIAL_SUFFIX}{_short(path.suffix)}"


def _short(suffix: str) -> str:
    # Keep the suffix only if short: libraries infer the format from it.
    return suffix if len(suffix.encode(errors="surrogateescape")) <= 16 else ""


def _refuse_existing(path: Path, overwrite: bool) -> None:
    if not overwrite and os.path.lexists(path):
        raise OutputError(f"{path}: exists already; pass overwrite=True to replace it")


def output_error(path: Path, error: OSError) -> OutputError:
    """Return the error for a path that could not be written: the reason, and what to do."""
    reason = error.strerror or str(error)
    cures = {
        errno.ENOSPC: "free some space or choose another output",
        errno.EACCES: "choose an output that you may write",
        errno.EROFS: "choose an output that you may write",
        errno.ENAMETOOLONG: "choose a shorter name for the output",
    }
    cure = cures.get(error.errno or 0, "choose another output")
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
    """Check, before the work, that a file can be written.

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
    """Yield a temporary path, which is renamed to ``path`` when the block ends without an error.

    It is in the same folder and keeps the suffix, from which libraries infer the format.

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
        # Again: another process may have finished the same file meanwhile.
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
    """Yield an empty folder, which is renamed to ``path`` when the block ends without an error.

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
    """Check that a folder has room for so many bytes, for libraries that crash on a full disk.

    Raises:
        OSError: the disk is too full.
    """
    if hasattr(os, "posix_fallocate"):
        with tempfile.TemporaryFile(dir=folder) as file:
            os.posix_fallocate(file.fileno(), 0, n_bytes)
    elif shutil.disk_usage(folder).free < n_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def clean_partials(folder: Path) -> None:
    """Delete the partial files of killed processes in a folder.

    Where processes of other machines write too, hold the lock of the folder; the files of a running
    process of this machine are kept in any case.
    """
    with contextlib.suppress(OSError):
        for entry in list(folder.iterdir()):
            partial = _PARTIAL.fullmatch(entry.name)
            if partial is not None and not _is_running(int(partial[1], 16)):
                _delete(entry)


def _delete(path: Path) -> None:
    """Delete a file, link or folder, as far as possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _is_running(process: int) -> bool:
    """Return whether a process of that number runs on this machine."""
    if os.name != "posix":
        return True  # there is no harmless way to ask, so nothing is deleted
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # another user's
    return True
