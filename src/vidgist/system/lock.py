"""File lock for one process at a time, which the system releases however its holder ends."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _still_there(path: Path, descriptor: int) -> bool:
    # The previous holder may have removed the file between our opening and our locking it.
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[bool]:
    """Lock the file ``path`` for the block; yield False, at once, if another process holds it.

    The file is removed at the end.

    Raises:
        OSError: the file cannot be made.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        held = _try_lock(descriptor)
        if not held or _still_there(path, descriptor):
            break
        os.close(descriptor)
    try:
        yield held
    finally:
        if held:
            # Windows cannot remove an open file, so there it stays, empty and unlocked.
            with contextlib.suppress(OSError):
                path.unlink()
        os.close(descriptor)
