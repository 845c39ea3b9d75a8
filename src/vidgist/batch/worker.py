"""Worker process: reads its setup and then jobs, as lines of JSON, and writes messages.

Standard input has the setup, then jobs, and an empty line at the end. Standard output has lines of
``error`` (in the setup, where the process ends), ``progress`` and ``result``. If standard input
ends without the empty line, the parent is gone: the worker stops and cleans up as for Ctrl-C.
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
from typing import Any, TextIO

from vidgist.batch.jobs import BatchJob, load_task, run_job
from vidgist.errors import VidgistError
from vidgist.system.signals import when_stopped
from vidgist.video.spool import clear

_PROGRESS_SECONDS = 0.5
"""Shortest time between two messages of progress."""


def main() -> None:
    """Run jobs until there are no more."""
    when_stopped(_interrupt)
    # What libraries print must not get between the messages.
    out = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_read_lines, args=(sys.stdin, lines), daemon=True).start()
    try:
        _run(lines, out)
    except KeyboardInterrupt:
        clear()
        os._exit(130)  # partial files are deleted; nobody waits for more
    except BrokenPipeError:
        os._exit(1)


def _run(lines: queue.SimpleQueue[str | None], out: TextIO) -> None:
    setup = lines.get()
    if setup is None:
        return
    try:
        task = load_task(json.loads(setup))
    except VidgistError as error:
        _send(out, {"error": str(error)})
        return
    while (line := lines.get()) is not None:
        paths = json.loads(line)
        job = BatchJob(Path(paths["video"]), Path(paths["output"]))
        _send(out, {"result": run_job(task, job, progress=_ProgressSender(out)).details})


class _ProgressSender:
    """Progress callback that sends messages, at most two a second."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._next = 0.0

    def __call__(self, stage: str, done: float, total: float | None) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PROGRESS_SECONDS
            _send(self._out, {"progress": [stage, float(done), float(total) if total else None]})


def _send(out: TextIO, message: Mapping[str, Any]) -> None:
    out.write(json.dumps(message, ensure_ascii=True) + "\n")
    out.flush()


def _read_lines(file: TextIO, lines: queue.SimpleQueue[str | None]) -> None:
    for line in file:
        if line == "\n":
            lines.put(None)
            return
        lines.put(line)
    # The parent is gone: stop in the middle of the work.
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(30)
    os._exit(1)


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
