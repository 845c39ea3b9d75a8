"""One process at a time: a lock that the system lets go of however its holder ends."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["exclusive"]


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
    # The holder before may have removed the file between our opening and our locking it.
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[bool]:
    """Hold the lock file ``path`` for the block; give False, at once, where another holds it.

    The file is removed in the end.

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
            # Windows removes no file that is open, so there it stays, empty and unlocked.
            with contextlib.suppress(OSError):
                path.unlink()
        os.close(descriptor)
