"""Signals that stop a process: it cleans up for each as for Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType


def when_stopped(handler: Callable[[int, FrameType | None], None]) -> None:
    """Call ``handler`` when the process is to end, or its terminal has closed.

    A signal that is ignored stays so: nohup ignores a closed terminal on purpose.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
