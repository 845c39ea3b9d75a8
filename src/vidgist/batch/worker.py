"""A worker: a process that is told its setup and then one video after another, in lines of JSON.

Lines come on standard input: the setup, then jobs. Lines go out on standard output: ``ready`` or
``error`` once, then ``progress`` and ``result``. When standard input ends, whoever gave the work is
gone, and the worker goes too, cleaning up as for Ctrl-C.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from vidgist.batch.work import Job, attempt, load_work
from vidgist.errors import VidgistError
from vidgist.system.signals import when_stopped

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["main"]

_TELL_SECONDS = 0.5


def main() -> None:
    """Work until there is no more to do."""
    when_stopped(_interrupt)
    # Whatever a library prints must not stand between the lines.
    out = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin, lines), daemon=True).start()
    try:
        _work(lines, out)
    except KeyboardInterrupt:
        os._exit(130)  # what was being written has been cleaned up; nobody waits for more
    except BrokenPipeError:
        os._exit(1)


def _work(lines: queue.SimpleQueue[str | None], out: TextIO) -> None:
    first = lines.get()
    if first is None:
        return
    try:
        work = load_work(json.loads(first))
    except VidgistError as error:
        _tell(out, {"error": str(error)})
        return
    _tell(out, {"ready": True})
    while (line := lines.get()) is not None:
        asked = json.loads(line)
        job = Job(Path(asked["video"]), Path(asked["output"]))
        _tell(out, {"result": attempt(work, job, progress=_Teller(out))})


class _Teller:
    """Progress as lines, not more than a few a second."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._next = 0.0

    def __call__(self, stage: str, done: float, total: float | None) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _TELL_SECONDS
            _tell(
                self._out, {"progress": [stage, float(done), None if not total else float(total)]}
            )


def _tell(out: TextIO, message: Mapping[str, Any]) -> None:
    out.write(json.dumps(message, ensure_ascii=True) + "\n")
    out.flush()


def _listen(file: TextIO, lines: queue.SimpleQueue[str | None]) -> None:
    for line in file:
        if line == "\n":  # the end, told by whoever waits for it
            lines.put(None)
            return
        lines.put(line)
    # Nobody is there any more: stop in the middle of the work.
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(30)
    os._exit(1)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
