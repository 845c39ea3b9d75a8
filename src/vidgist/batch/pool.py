"""Pool of worker processes on this machine.

Each is a new interpreter (nothing is forked, so that threads and models are safe), connected by
pipes. One that dies fails the one video that it works on; another is started in its place.
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
from dataclasses import asdict
from typing import IO

from vidgist.batch.jobs import BatchJob, JobResult, Setup

_COMMAND = (
    # Modules must not be loaded from the current folder, which may be anybody's.
    "import sys; sys.path = [p for p in sys.path if p];"
    " from vidgist.batch.worker import main; main()"
)

_PATIENCE = 20.0
"""Seconds that workers have to clean up when they are stopped."""

JobProgress = Callable[[BatchJob, str, float, float | None], None]
"""Called with a job and the arguments of `vidgist.progress.Progress`, from any thread."""


def run_in_processes(
    setup: Setup, jobs: Sequence[BatchJob], *, workers: int, progress: JobProgress
) -> Generator[JobResult, None, None]:
    """Run jobs in ``workers`` processes; yield the results as they are ready.

    Closing the generator stops the workers, which delete what they were writing.

    Args:
        setup: of each worker.
        jobs: the jobs.
        workers: number of processes.
        progress: called with the progress of each job.
    """
    pool = WorkerPool(jobs, size=min(workers, len(jobs)))
    threads = [Worker(pool, setup, progress) for _ in range(pool.size)]
    for thread in threads:
        thread.start()
    try:
        for _ in jobs:
            yield pool.results.get()
    finally:
        pool.clear()
        for thread in threads:
            thread.stop()
        for thread in threads:
            thread.join(_PATIENCE)
        for thread in threads:
            thread.kill()


class WorkerPool:
    """Waiting jobs, finished results, and the number of workers that take jobs."""

    def __init__(self, jobs: Sequence[BatchJob], *, size: int) -> None:
        self.results: queue.SimpleQueue[JobResult] = queue.SimpleQueue()
        self.size = size
        self._waiting = deque(jobs)
        self._lock = threading.Lock()

    def take(self) -> BatchJob | None:
        """Return a job; None where there is none left, and the worker leaves the pool."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self.size -= 1
            return None

    def leave(self, job: BatchJob) -> bool:
        """Put a job back and leave the pool; False for the last worker, which has to keep it."""
        with self._lock:
            if self.size == 1:
                return False
            self.size -= 1
            self._waiting.appendleft(job)
            return True

    def clear(self) -> None:
        """Drop the waiting jobs."""
        with self._lock:
            self._waiting.clear()


class _StartError(Exception):
    """A process cannot be started."""


class Worker(threading.Thread):
    """Thread that passes jobs to a worker process, and starts another where it dies."""

    def __init__(self, pool: WorkerPool, setup: Setup, progress: JobProgress) -> None:
        super().__init__(daemon=True)
        self._pool = pool
        self._setup = asdict(setup)
        self._progress = progress
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[bytes] | None = None
        self._stopped = threading.Event()

    def run(self) -> None:
        """Run jobs until none is left."""
        while not self._stopped.is_set() and (job := self._pool.take()) is not None:
            try:
                result = self._run_job(job)
            except _StartError as error:
                self._close()
                if self._pool.leave(job):
                    break
                result = job.failure(error)
            except Exception as error:  # without a result the batch would wait forever
                result = job.failure(f"{type(error).__name__}: {error} (a fault of vidgist)")
                self.kill()  # the state of the process is unknown; the next job gets another
                self._close()
            self._pool.results.put(result)
        self._close()

    def stop(self) -> None:
        """Ask the process to stop, from another thread."""
        self._stopped.set()
        process = self._process
        if process is not None and process.poll() is None:
            with contextlib.suppress(OSError):
                process.terminate()

    def kill(self) -> None:
        """Kill the process if it is still running."""
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()

    def _run_job(self, job: BatchJob) -> JobResult:
        process = self._process or self._start()
        assert process.stdout is not None
        self._send({"video": str(job.video), "output": str(job.output)})
        # A line that is not complete was being written when the worker died.
        while (line := process.stdout.readline()).endswith("\n"):
            message = json.loads(line)
            if "result" in message:
                return JobResult(job, message["result"])
            if "error" in message:  # in the setup
                self._close()
                return job.failure(message["error"])
            self._progress(job, *message["progress"])
        return job.failure(self._exit_reason(process))

    def _start(self) -> subprocess.Popen[str]:
        try:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed in _close)
            self._process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="ascii",
            )
        except OSError as error:
            raise _StartError(
                f"a worker cannot be started ({error.strerror or error}); run fewer jobs at a time"
            ) from error
        if self._stopped.is_set():
            self.stop()
        self._send(self._setup)
        return self._process

    def _send(self, message: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # the worker is dead, which reading tells, too
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()

    def _exit_reason(self, process: subprocess.Popen[str]) -> str:
        """Return why a process has ended: its signal or exit code, and its last words."""
        try:
            code = process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        last_line = ""
        if self._errors is not None:
            self._errors.seek(max(0, self._errors.seek(0, 2) - 4096))
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            last_line = f": {lines[-1][:200]}" if lines else ""
        self._close()
        if code == -int(getattr(signal, "SIGKILL", 9)):  # Windows has none
            return "its worker process was killed (out of memory?); run fewer jobs at a time"
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            return f"its worker process crashed ({name}{last_line}); the file may be damaged"
        return f"its worker process ended with code {code}{last_line}"

    def _close(self) -> None:
        """Let the process end, and wait for it."""
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
