"""Options of the commands for many videos, and their table of results."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from vidgist.batch import BatchJob, JobResult, Setup, run_batch
from vidgist.cli.common import Console, one_line, one_of
from vidgist.defaults import ENGINES
from vidgist.errors import SettingError
from vidgist.video.pictures import numbered
from vidgist.video.sources import STANDARD_INPUT, find_source

Command = TypeVar("Command", bound=Callable[..., Any])

_STATES = ("done", "skipped", "failed")

BATCH_NAMES = ("recursive", "jobs", "engine", "address")


def batch_options(command: Command) -> Command:
    """Add ``--recursive``, ``--jobs``, ``--engine`` and ``--address``."""
    for option in (
        click.option(
            "--address",
            metavar="HOST:PORT",
            help="The Ray cluster to use.  [default: start one on this machine]",
        ),
        click.option(
            "--engine",
            default="processes",
            show_default=True,
            callback=one_of(ENGINES),
            metavar="|".join(ENGINES),
            help="Where workers run; ray (extra 'ray') for several machines.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            metavar="N",
            help="Videos to process at the same time; they share the processors.  [default: 1]",
        ),
        click.option("-r", "--recursive", is_flag=True, help="Also take the videos of subfolders."),
    ):
        command = option(command)
    return command


def is_batch(videos: Sequence[Path], options: Mapping[str, Any]) -> bool:
    """Return whether a run is a batch, which has a journal and can be resumed."""
    if options["address"] is not None and options["engine"] != "ray":
        raise SettingError("--address: needs --engine ray")
    chosen = options["jobs"] is not None or options["engine"] != "processes"
    # A folder of numbered pictures is one video.
    batch = len(videos) > 1 or chosen or any(os.path.isdir(v) and not numbered(v) for v in videos)  # noqa: PTH112
    if batch and any(find_source(video).kind == "stdin" for video in videos):
        raise SettingError(f"{STANDARD_INPUT}: is one video; give it alone")
    return batch


def run_jobs(
    setup: Setup,
    jobs: Sequence[BatchJob],
    *,
    journal: Path,
    console: Console,
    options: Mapping[str, Any],
    is_done: Callable[[BatchJob], bool] | None = None,
    finished: Callable[[JobResult], None] | None = None,
) -> list[JobResult]:
    """Run the jobs, with a message for each; return the results in the order of the jobs."""
    count = 0

    def report(result: JobResult) -> None:
        nonlocal count
        count += 1
        if finished is not None:
            finished(result)
        for warning in result.details.get("warnings", ()):
            console.warn(result.job.video, warning)
        if result.state == "failed":
            console.error(result.error)
        else:
            console.note(f"[{count}/{len(jobs)}] {result.state}: {one_line(result.job.video)}")

    with console.progress("batch") as progress:
        return run_batch(
            setup,
            jobs,
            journal=journal,
            workers=options["jobs"] or 1,
            engine=options["engine"],
            address=options["address"],
            is_done=is_done,
            progress=progress,
            finished=report,
        )


def table(results: Sequence[JobResult], describe: Callable[[JobResult], str]) -> list[str]:
    """Return a line for each result, and one that counts them."""
    lines = [
        f"{r.state:<8} {one_line(r.job.video) if r.state == 'failed' else describe(r)}"
        for r in results
    ]
    counts = {state: sum(r.state == state for r in results) for state in _STATES}
    lines.append(", ".join(f"{number} {state}" for state, number in counts.items()))
    return lines
