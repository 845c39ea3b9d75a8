"""Workers as actors of a Ray cluster, for batches on many machines.

Videos and results must have the same paths on all machines (a network folder), and vidgist must be
installed there.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import socket
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vidgist.batch.jobs import BatchJob, JobResult, Setup, Task, load_task, run_job
from vidgist.errors import MissingExtraError, SettingError, VidgistError
from vidgist.video.sources import absolute_name

TRIES = 2
"""Workers that may die over a video before it fails: machines of a cluster come and go."""

_PATIENCE = 5.0
"""Seconds in which a cluster must answer."""


class RayWorker:
    """Actor that runs jobs; its arguments and results are plain JSON."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self._task: Task | None = None
        self._error = ""
        try:
            self._task = load_task(setup)
        except VidgistError as error:  # if raised, Ray would wrap it in a message of its own
            self._error = str(error)

    def run(self, video: str, output: str) -> Mapping[str, Any]:
        """Run one job."""
        job = BatchJob(Path(video), Path(output))
        if self._task is None:
            return job.failure(self._error).details
        return run_job(self._task, job).details


def run_on_ray(
    setup: Setup, jobs: Sequence[BatchJob], *, workers: int, address: str | None = None
) -> Generator[JobResult, None, None]:
    """Run jobs on a Ray cluster; yield the results as they are ready.

    Raises:
        MissingExtraError: Ray is not installed.
        SettingError: there is no cluster at the address, or none can be started.
    """
    if not jobs:
        return
    threads = setup.threads or 1
    with contextlib.ExitStack() as stack:
        # Ray reports dead workers at length, and on standard output, where results belong.
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        ray = _connect(address, processors=workers * threads, stack=stack)
        actor = ray.remote(num_cpus=threads, max_restarts=0, max_task_retries=0)(RayWorker)
        idle = [actor.remote(asdict(setup)) for _ in range(min(workers, len(jobs)))]
        waiting = deque((job, 1) for job in jobs)
        running: dict[Any, tuple[Any, BatchJob, int]] = {}
        try:
            while waiting or running:
                while waiting and idle:
                    job, tries = waiting.popleft()
                    worker = idle.pop()
                    call = worker.run.remote(absolute_name(job.video), _absolute(job.output))
                    running[call] = (worker, job, tries)
                # With a timeout, so that Ctrl-C is handled.
                ready, _ = ray.wait(list(running), num_returns=1, timeout=1.0)
                for call in ready:
                    worker, job, tries = running.pop(call)
                    try:
                        result = JobResult(job, ray.get(call))
                        idle.append(worker)
                    except ray.exceptions.RayError:
                        ray.kill(worker)
                        idle.append(actor.remote(asdict(setup)))
                        if tries < TRIES:
                            waiting.append((job, tries + 1))
                            continue
                        result = job.failure(
                            f"{tries} workers died over it; the file may be damaged, or a machine"
                            " has too little memory"
                        )
                    yield result
        finally:
            for worker in [*idle, *(worker for worker, _, _ in running.values())]:
                ray.kill(worker)


def _connect(address: str | None, *, processors: int, stack: contextlib.ExitStack) -> Any:
    """Connect to a cluster, or start one until the stack is closed; return the module of Ray."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no reports about users
    try:
        ray: Any = importlib.import_module("ray")
    except ImportError as error:
        raise MissingExtraError("engine='ray'", "ray") from error
    if ray.is_initialized():
        return ray
    cluster: dict[str, Any] = {"num_cpus": processors, "include_dashboard": False}
    if address:
        _check_address(address)
        cluster = {"address": address}
    try:
        ray.init(**cluster, log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # the class that Ray raises where a node does not start
        reason = str(error).strip().splitlines()[0] if str(error) else type(error).__name__
        argument = "address" if address else "engine"
        raise SettingError(f"{argument}: no Ray cluster can be used ({reason[:200]})") from error
    stack.callback(ray.shutdown)
    return ray


def _check_address(address: str) -> None:
    """Check in seconds that a cluster answers, for which Ray takes minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdecimal():
        return  # "auto" and the like
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except OSError as error:
        raise SettingError(
            f"address: no Ray cluster answers at {address} ({error.strerror or error})"
        ) from error


def _absolute(path: Path) -> str:
    # Workers have other current folders.
    return os.path.abspath(path)  # noqa: PTH100 (resolve() would follow links)
