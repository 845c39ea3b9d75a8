"""Workers as processes of this machine.

Each is a fresh interpreter (nothing is forked, so that threads and models are safe) that is talked
to over pipes. One that dies takes with it the one video that it worked on; another takes its place.
"""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import IO, Any

from vidgist.batch.work import Job, Outcome, Setup

__all__ = ["run_in_processes"]

_START = (
    # The folder in which one stands must not provide modules: it may be anybody's.
    "import sys; sys.path = [p for p in sys.path if p];"
    " from vidgist.batch.worker import main; main()"
)
_PATIENCE = 20.0
"""Seconds that workers have to clean up when they are told to stop."""

Tell = Callable[[Job, str, float, float | None], None]


def run_in_processes(
    setup: Setup, jobs: Sequence[Job], *, workers: int, tell: Tell
) -> Generator[Outcome, None, None]:
    """Do the jobs in ``workers`` processes; yield the outcomes as they come.

    Closing the iterator stops the workers, who clean up what they were writing.

    Args:
        setup: told to each worker.
        jobs: what to do.
        workers: number of processes.
        tell: told the progress of a job, from any thread.
    """
    outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    size = min(workers, len(jobs))
    crew = _Crew(jobs, size=size)
    pool = [_Hand(setup, crew, outcomes, tell) for _ in range(size)]
    for hand in pool:
        hand.start()
    try:
        for _ in range(len(jobs)):
            yield outcomes.get()
    finally:
        crew.stop()
        for hand in pool:
            hand.stop()
        for hand in pool:
            hand.join(_PATIENCE)
        for hand in pool:
            hand.kill()


class _NoWorkerError(Exception):
    """A process cannot be started; the message says why."""


class _Crew:
    """The jobs that nobody has taken, and how many hands are there to take them."""

    def __init__(self, jobs: Sequence[Job], *, size: int) -> None:
        self._todo = deque(jobs)
        self._size = size
        self._lock = threading.Lock()

    def take(self) -> Job | None:
        """Return a job; None where none is left, and the hand that asked is gone."""
        with self._lock:
            if self._todo:
                return self._todo.popleft()
            self._size -= 1
            return None

    def leave(self, job: Job) -> bool:
        """Give a job back and go; False for the last hand, which must see to it."""
        with self._lock:
            if self._size == 1:
                return False
            self._size -= 1
            self._todo.appendleft(job)
            return True

    def stop(self) -> None:
        """Leave nothing to be taken."""
        with self._lock:
            self._todo.clear()


class _Hand(threading.Thread):
    """A thread that hands jobs to one worker process after another."""

    def __init__(
        self, setup: Setup, crew: _Crew, outcomes: queue.SimpleQueue[Outcome], tell: Tell
    ) -> None:
        super().__init__(daemon=True)
        self._setup = json.dumps(setup.as_json())
        self._crew = crew
        self._outcomes = outcomes
        self._report = tell
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[bytes] | None = None
        self._stopped = threading.Event()

    def run(self) -> None:
        """Take jobs until none is left."""
        while not self._stopped.is_set():
            job = self._crew.take()
            if job is None:
                break
            try:
                outcome = self._outcome(job)
            except _NoWorkerError as refused:
                self._end()
                if self._crew.leave(job):
                    break  # those who have a worker do what is left
                outcome = Outcome(job, "failed", {}, f"{job.video}: {refused}")
            except Exception as error:  # whoever waits for the outcome would wait for ever
                fault = f"{type(error).__name__}: {error} (a fault of vidgist)"
                outcome = Outcome(job, "failed", {}, f"{job.video}: {fault}")
                self.kill()  # where it is in its work is not known; the next job gets another
                self._end()
            self._outcomes.put(outcome)
        self._end()

    def stop(self) -> None:
        """Tell the worker to stop, from another thread."""
        self._stopped.set()
        process = self._process
        if process is not None and process.poll() is None:
            with contextlib.suppress(OSError):
                process.terminate()

    def kill(self) -> None:
        """End the worker if it still runs."""
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()

    def _outcome(self, job: Job) -> Outcome:
        try:
            if self._process is None:
                refused = self._begin()
                if refused is not None:
                    self._end()
                    return Outcome(job, "failed", {}, f"{job.video}: {refused}")
            self._say(json.dumps({"video": str(job.video), "output": str(job.output)}))
            while (message := self._hear()) is not None:
                if "result" in message:
                    result = message["result"]
                    return Outcome(job, result["state"], result, result.get("error", ""))
                self._report(job, *message["progress"])
        except OSError:
            pass  # the pipe broke: the worker is dead
        return Outcome(job, "failed", {}, f"{job.video}: {self._cause_of_death()}")

    def _begin(self) -> str | None:
        """Start a worker; return why it cannot work, None where it can."""
        try:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed in _end)
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="ascii",
            )
        except OSError as error:
            reason = error.strerror or error
            raise _NoWorkerError(
                f"a worker cannot be started ({reason}); try fewer --jobs"
            ) from error
        if self._stopped.is_set():
            self.stop()
        self._say(self._setup)
        answer = self._hear()
        if answer is None:
            return self._cause_of_death()
        return str(answer["error"]) if "error" in answer else None

    def _say(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any] | None:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        # A line that is not whole was being written when the worker died.
        return json.loads(line) if line.endswith("\n") else None

    def _cause_of_death(self) -> str:
        assert self._process is not None
        try:
            code = self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        said = ""
        if self._errors is not None:
            self._errors.seek(max(0, self._errors.seek(0, 2) - 4096))
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            said = f": {lines[-1][:200]}" if lines else ""
        self._end()
        if code == -int(getattr(signal, "SIGKILL", 9)):  # Windows has none
            return "the process that worked on it was killed (out of memory?); try fewer --jobs"
        with contextlib.suppress(ValueError):
            return (
                f"the process that worked on it crashed ({signal.Signals(-code).name}{said});"
                " the file may be damaged"
            )
        return f"the process that worked on it ended with code {code}{said}"

    def _end(self) -> None:
        """Let the worker go."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(OSError):
                assert process.stdin is not None
                if not self._stopped.is_set():
                    process.stdin.write("\n")
                process.stdin.close()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()
        if self._errors is not None:
            self._errors.close()
            self._errors = None
