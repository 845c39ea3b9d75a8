"""One batch: jobs to workers, outcomes into the journal."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from vidgist.batch.journal import Journal
from vidgist.batch.processes import run_in_processes
from vidgist.batch.work import Job, Outcome, Setup
from vidgist.errors import OutputError, SettingError
from vidgist.progress import Progress, silent
from vidgist.system.files import output_error
from vidgist.system.lock import exclusive
from vidgist.system.processors import usable_cores

__all__ = ["ENGINES", "note_outcomes", "run_batch", "threads_each"]

ENGINES = ("processes", "ray")


def threads_each(workers: int, threads: int | None) -> int:
    """Return the threads of each worker: as asked for, or the processors shared out."""
    return threads or max(1, usable_cores() // workers)


def run_batch(
    setup: Setup,
    jobs: Sequence[Job],
    *,
    journal: Path,
    workers: int = 1,
    engine: str = "processes",
    address: str | None = None,
    is_done: Callable[[Job], bool] | None = None,
    progress: Progress = silent,
    finished: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Do all jobs; one that fails, or kills its worker, does not stop the others.

    Args:
        setup: what to do and how; its threads are shared out where they are None.
        jobs: the videos.
        journal: file that gets a line for every outcome, as it comes.
        workers: how many at a time.
        engine: `processes` or `ray`.
        address: of a running Ray cluster; None starts one on this machine.
        is_done: tells what an earlier run has finished, so that no worker is bothered with it.
        progress: told how many videos are done.
        finished: told each outcome as it comes.

    Returns:
        The outcomes in the order of ``jobs``.

    Raises:
        SettingError: the engine or the number of workers is wrong.
        MissingExtraError: Ray is asked for and not installed.
        OutputError: the journal cannot be written, or another batch writes it.
    """
    if engine not in ENGINES or workers < 1:
        raise SettingError(f"--engine: expected {' or '.join(ENGINES)}, came {engine}")
    if workers > 1 or engine != "processes":  # one worker here has the machine to itself
        setup = Setup(setup.work, setup.options, threads_each(workers, setup.threads))
    watch = _Watch(len(jobs), progress)
    outcomes: dict[Job, Outcome] = {}
    with _one_batch(journal), Journal(journal) as lines:

        def note(outcome: Outcome) -> None:
            lines.add(_line(outcome))
            outcomes[outcome.job] = outcome
            watch.finished(outcome.job)
            if finished is not None:
                finished(outcome)

        for job in jobs:
            if is_done is not None and is_done(job):
                said = {"video": str(job.video), "output": str(job.output)}
                note(Outcome(job, "skipped", {"state": "skipped", **said}))
        todo = [job for job in jobs if job not in outcomes]
        if engine == "ray":
            from vidgist.batch.on_ray import run_on_ray

            running = run_on_ray(setup, todo, workers=workers, address=address)
        else:
            running = run_in_processes(setup, todo, workers=workers, tell=watch.tell)
        with contextlib.closing(running):
            for outcome in running:
                note(outcome)
    return [outcomes[job] for job in jobs]


def note_outcomes(journal: Path, outcomes: Sequence[Outcome]) -> None:
    """Add what needed no worker to the journal: videos that were there, or cannot be opened.

    Raises:
        OutputError: the journal cannot be written, or another batch writes it.
    """
    with _one_batch(journal), Journal(journal) as lines:
        for outcome in outcomes:
            lines.add(_line(outcome))


@contextlib.contextmanager
def _one_batch(journal: Path) -> Iterator[None]:
    """Keep a second batch from the same folder."""
    lock = journal.with_name(f".{journal.name}.lock")
    with contextlib.ExitStack() as stack:
        try:
            journal.parent.mkdir(parents=True, exist_ok=True)
            held = stack.enter_context(exclusive(lock))
        except OSError as error:
            raise output_error(journal, error) from error
        if not held:
            raise OutputError(
                f"{journal.parent}: another vidgist is writing to it; wait for it, or choose"
                " another folder with -o"
            )
        yield


def _line(outcome: Outcome) -> dict[str, object]:
    """Return what the journal keeps of an outcome."""
    now = dt.datetime.now(dt.timezone.utc)
    return {
        "video": str(outcome.job.video),
        "state": outcome.state,
        "error": outcome.error or None,
        **{k: v for k, v in outcome.result.items() if k not in ("state", "error", "video")},
        "finished": now.isoformat(timespec="seconds"),
    }


class _Watch:
    """How far a batch is: the videos that are done, and the shares of those in work."""

    READING = 0.8
    """Share of a video's time that goes into reading it, as a rule."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._shares: dict[Job, float] = {}

    def tell(self, job: Job, stage: str, done: float, total: float | None) -> None:
        share = self.READING
        if stage == "reading":
            share *= min(1.0, done / total) if total else 0.0
        self._shares[job] = max(share, self._shares.get(job, 0.0))
        self._show()

    def finished(self, job: Job) -> None:
        self._shares.pop(job, None)
        self._done += 1
        self._show()

    def _show(self) -> None:
        share = sum(list(self._shares.values()))
        self._progress("videos", round(min(self._done + share, self._total), 1), self._total)
