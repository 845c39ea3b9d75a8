"""Workers as actors of a Ray cluster: the same work on many machines.

Videos and results must lie under the same paths on all of them (a network folder), and vidgist must
be installed there.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import socket
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vidgist.batch.work import Job, Outcome, Setup, attempt, load_work
from vidgist.errors import MissingExtraError, SettingError, VidgistError

__all__ = ["run_on_ray"]

TRIES = 2
"""Workers that a video may lose before it is given up: machines of a cluster come and go."""


_PATIENCE = 5.0
"""Seconds in which a cluster must answer."""


class RayWorker:
    """What an actor does; texts alone go in and out of it."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self._work: Any = None
        self._refused = ""
        try:
            self._work = load_work(setup)
        except VidgistError as error:  # raised, it would be a riddle of Ray's own words
            self._refused = str(error)

    def run(self, video: str, output: str) -> dict[str, Any]:
        """Work on one video."""
        if self._work is None:
            return {"state": "failed", "error": f"{video}: {self._refused}"}
        return attempt(self._work, Job(Path(video), Path(output)))


def run_on_ray(
    setup: Setup, jobs: Sequence[Job], *, workers: int, address: str | None = None
) -> Generator[Outcome, None, None]:
    """Return an iterator over the outcomes, as they come; Ray is started or found at once.

    Raises:
        MissingExtraError: Ray is not installed.
        SettingError: there is no cluster at the address.
    """
    if not jobs:
        return _nothing()
    # Nothing about a user's videos is anybody's business.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray: Any = importlib.import_module("ray")
    except ImportError as error:
        raise MissingExtraError("--engine ray", "ray") from error
    threads = setup.threads or 1
    own = not ray.is_initialized()
    if own:
        if address:
            _reach(address)
        here = {"num_cpus": workers * threads, "include_dashboard": False}
        try:
            ray.init(
                **({"address": address} if address else here),
                log_to_driver=False,
                logging_level="ERROR",
            )
        except Exception as error:  # Ray raises this very class where a node does not start
            reason = str(error).strip().splitlines()[0] if str(error) else type(error).__name__
            option = "--address" if address else "--engine ray"
            raise SettingError(f"{option}: no Ray cluster can be used ({reason[:200]})") from error
    return _run(ray, setup, jobs, workers=workers, threads=threads, shut_down=own)


def _reach(address: str) -> None:
    """Find out in seconds what Ray takes minutes to find out."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdecimal():
        return  # "auto" and the like
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except OSError as error:
        raise SettingError(
            f"--address: no Ray cluster answers at {address} ({error.strerror or error})"
        ) from error


def _run(
    ray: Any, setup: Setup, jobs: Sequence[Job], *, workers: int, threads: int, shut_down: bool
) -> Generator[Outcome, None, None]:
    actor = ray.remote(num_cpus=threads, max_restarts=0, max_task_retries=0)(RayWorker)
    idle = [actor.remote(setup.as_json()) for _ in range(min(workers, len(jobs)))]
    todo = deque((job, 1) for job in jobs)
    running: dict[Any, tuple[Any, Job, int]] = {}
    stack = contextlib.ExitStack()
    try:
        # Ray tells of dead workers at length, and on standard output, where results belong.
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        while todo or running:
            while todo and idle:
                job, tries = todo.popleft()
                worker = idle.pop()
                asked = worker.run.remote(_absolute(job.video), _absolute(job.output))
                running[asked] = (worker, job, tries)
            # With a bound, so that Ctrl-C is heard.
            ready, _ = ray.wait(list(running), num_returns=1, timeout=1.0)
            for answered in ready:
                worker, job, tries = running.pop(answered)
                try:
                    result = ray.get(answered)
                    idle.append(worker)
                except ray.exceptions.RayError:
                    ray.kill(worker)
                    idle.append(actor.remote(setup.as_json()))
                    if tries < TRIES:
                        todo.append((job, tries + 1))
                        continue
                    result = {
                        "state": "failed",
                        "error": f"{job.video}: {tries} workers died over it;"
                        " the file may be damaged, or a machine has too little memory",
                    }
                yield Outcome(job, result["state"], result, result.get("error", ""))
    finally:
        for worker in [*idle, *(worker for worker, _, _ in running.values())]:
            ray.kill(worker)
        if shut_down:
            ray.shutdown()
        stack.close()


def _nothing() -> Generator[Outcome, None, None]:
    yield from ()


def _absolute(path: Path) -> str:
    # Workers stand in folders of their own.
    return os.path.abspath(path)  # noqa: PTH100 (resolve() would follow links)
