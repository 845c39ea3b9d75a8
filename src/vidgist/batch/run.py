"""Run of a batch: jobs to the workers, results to the journal."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from vidgist.batch.jobs import BatchJob, JobResult, Setup
from vidgist.batch.journal import open_journal
from vidgist.batch.pool import run_in_processes
from vidgist.defaults import ENGINES
from vidgist.errors import SettingError, unknown_value
from vidgist.progress import Progress, silent
from vidgist.system.processors import usable_cores


def run_batch(
    setup: Setup,
    jobs: Sequence[BatchJob],
    *,
    journal: Path,
    workers: int = 1,
    engine: str = "processes",
    address: str | None = None,
    is_done: Callable[[BatchJob], bool] | None = None,
    progress: Progress = silent,
    finished: Callable[[JobResult], None] | None = None,
) -> list[JobResult]:
    """Run all jobs; one that fails, or whose worker dies, does not stop the others.

    Args:
        setup: of the workers; they share the processors where its threads are None.
        jobs: the videos.
        journal: file to which a line is added for every result.
        workers: jobs at a time.
        engine: `processes` or `ray`.
        address: of a running Ray cluster; None starts one on this machine.
        is_done: whether an earlier run has finished a job; it is skipped then.
        progress: called with the number of finished videos.
        finished: called with each result.

    Returns:
        The results in the order of ``jobs``.

    Raises:
        SettingError: the engine or the number of workers is wrong.
        MissingExtraError: Ray is needed and not installed.
        OutputError: the journal cannot be written, or another batch has it open.
    """
    if engine not in ENGINES:
        raise unknown_value("engine", engine, ENGINES)
    if workers < 1:
        raise SettingError(f"workers: expected at least 1, got {workers}")
    if workers > 1 or engine != "processes":  # a single process chooses its threads itself
        threads = setup.threads or max(1, usable_cores() // workers)
        setup = dataclasses.replace(setup, threads=threads)
    batch_progress = _BatchProgress(len(jobs), progress)
    results: dict[BatchJob, JobResult] = {}
    with open_journal(journal) as add_line:

        def finish(result: JobResult) -> None:
            add_line(result.record())
            results[result.job] = result
            batch_progress.finish(result.job)
            if finished is not None:
                finished(result)

        for job in jobs:
            if is_done is not None and is_done(job):
                paths = {"video": str(job.video), "output": str(job.output)}
                finish(JobResult(job, {"state": "skipped", **paths}))
        remaining = [job for job in jobs if job not in results]
        if engine == "ray":
            from vidgist.batch.on_ray import run_on_ray

            running = run_on_ray(setup, remaining, workers=workers, address=address)
        else:
            running = run_in_processes(
                setup, remaining, workers=workers, progress=batch_progress.update
            )
        with contextlib.closing(running):
            for result in running:
                finish(result)
    return [results[job] for job in jobs]


class _BatchProgress:
    """Progress of a batch: the finished videos, and shares of those in work."""

    READING = 0.8
    """Usual share of a video's time that is spent reading it."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = total
        self._progress = progress
        self._finished = 0
        self._shares: dict[BatchJob, float] = {}

    def update(self, job: BatchJob, stage: str, done: float, total: float | None) -> None:
        share = self.READING
        if stage == "reading":
            share *= min(1.0, done / total) if total else 0.0
        self._shares[job] = max(share, self._shares.get(job, 0.0))
        self._show()

    def finish(self, job: BatchJob) -> None:
        self._shares.pop(job, None)
        self._finished += 1
        self._show()

    def _show(self) -> None:
        done = self._finished + sum(list(self._shares.values()))
        self._progress("videos", round(min(done, self._total), 1), self._total)
