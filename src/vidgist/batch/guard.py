"""A folder of results in the hands of one process, and a file that must not change meanwhile."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from vidgist.errors import OutputError, VideoError
from vidgist.system.files import clean_partials, output_error
from vidgist.system.lock import exclusive

__all__ = ["LOCK", "State", "own_folder", "state_of", "unchanged"]

LOCK = ".vidgist.lock"

PATIENCE = 5.0
"""Seconds in which the workers of a run that was killed have let go of a folder."""

State = tuple[int, int, int, int]
"""Device, inode, bytes and time of the last change of a file."""


@contextlib.contextmanager
def own_folder(folder: Path) -> Iterator[None]:
    """Hold a folder for the block, made where missing; what killed runs left in it is deleted.

    A folder that is still empty in the end is removed.

    Raises:
        OutputError: it cannot be written, or another process holds it.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(_remove_empty, folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held = stack.enter_context(_waited_for(folder / LOCK))
        except OSError as error:
            raise output_error(folder, error) from error
        if not held:
            raise OutputError(
                f"{folder}: another vidgist is writing to it; wait for it, or choose another"
                " folder with -o"
            )
        clean_partials(folder)
        yield


@contextlib.contextmanager
def _waited_for(lock: Path) -> Iterator[bool]:
    """Hold a lock, waiting a little where another holds it."""
    until = time.monotonic() + PATIENCE
    while True:
        with exclusive(lock) as held:
            if held or time.monotonic() >= until:
                yield held
                return
        time.sleep(0.1)


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def state_of(video: Path) -> State | None:
    """Return what tells a change of a file, None where it is not there."""
    try:
        status = video.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def unchanged(video: Path, before: State | None) -> None:
    """Make sure that a file is what it was.

    Raises:
        VideoError: it is not.
    """
    now = state_of(video)
    if now is None:
        raise VideoError(f"{video}: was removed while it was read; run again when it is back")
    if now != before:
        raise VideoError(
            f"{video}: was changed while it was read; run again when nothing writes to it"
        )
