"""Guards of a job: a lock on its output, and a check that its input has not changed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from vidgist.errors import OutputError, VideoError
from vidgist.system.files import clean_partials, output_error
from vidgist.system.lock import exclusive
from vidgist.video.sources import find_source

LOCK = ".vidgist.lock"

PATIENCE = 5.0
"""Seconds that the workers of a killed run may need to release a folder."""

FileState = tuple[int, ...]
"""Device, inode, size in bytes and modification time of each file of an input."""


@contextlib.contextmanager
def lock_output(lock: Path, *, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock file for the block; its folder is made, and removed if it is empty in the end.

    Raises:
        OutputError: the folder cannot be written, or another process holds the lock for longer
            than ``patience`` seconds.
    """
    folder = lock.parent
    deadline = time.monotonic() + patience
    with contextlib.ExitStack() as cleanup, contextlib.ExitStack() as held:
        cleanup.callback(_remove_if_empty, folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            while not held.enter_context(exclusive(lock)):
                held.close()
                if time.monotonic() >= deadline:
                    raise OutputError(
                        f"{folder}: another vidgist is writing to it; wait for it, or choose"
                        " another folder"
                    )
                time.sleep(0.1)
        except OSError as error:
            raise output_error(folder, error) from error
        yield


@contextlib.contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Lock an output folder for the block, and delete what killed runs left in it.

    Raises:
        OutputError: it cannot be written, or another process holds it.
    """
    with lock_output(folder / LOCK, patience=PATIENCE):
        clean_partials(folder)
        yield


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def file_state(video: Path) -> FileState | None:
    """Return the state by which a change of an input is detected, None where it is missing."""
    state: list[int] = []
    try:
        for file in find_source(video).files:
            status = file.stat()
            state += status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
    except OSError:
        return None
    return tuple(state)


def check_unchanged(video: Path, before: FileState | None) -> None:
    """Check that a file is in the state of before.

    Raises:
        VideoError: it is not.
    """
    now = file_state(video)
    if now is None:
        raise VideoError(f"{video}: was removed while it was read; run again when it is back")
    if now != before:
        raise VideoError(
            f"{video}: was changed while it was read; run again when nothing writes to it"
        )
