"""What the commands for many videos share: their options, and the table in the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vidgist.cli.common import Console, one_line, one_of
from vidgist.errors import SettingError

if TYPE_CHECKING:
    from pathlib import Path

    from vidgist.batch import Job, Outcome, Setup

__all__ = ["batch_options", "is_batch", "run_jobs", "table"]

Command = TypeVar("Command", bound=Callable[..., Any])

ENGINES = ("processes", "ray")
"""As `vidgist.batch.ENGINES`, which takes long to load."""

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
            help="Videos to work on at the same time, the processors shared out.  [default: 1]",
        ),
        click.option(
            "-r", "--recursive", is_flag=True, help="Of a folder, take the folders below, too."
        ),
    ):
        command = option(command)
    return command


def is_batch(videos: Sequence[Path], options: Mapping[str, Any]) -> bool:
    """Return whether the run is one over many videos, which is noted down and can be gone on with.

    A single file is simply worked on.
    """
    if options["address"] is not None and options["engine"] != "ray":
        raise SettingError("--address: needs --engine ray")
    asked = options["jobs"] is not None or options["engine"] != "processes"
    return len(videos) > 1 or asked or any(os.path.isdir(video) for video in videos)  # noqa: PTH112


def run_jobs(
    setup: Setup,
    jobs: Sequence[Job],
    *,
    journal: Path,
    console: Console,
    options: Mapping[str, Any],
    is_done: Callable[[Job], bool] | None = None,
    finished: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Run the jobs, telling of each as it ends; return the outcomes in the order of the jobs."""
    from vidgist.batch import run_batch

    ended = 0

    def told(outcome: Outcome) -> None:
        nonlocal ended
        ended += 1
        if finished is not None:
            finished(outcome)
        for warning in outcome.result.get("warnings", ()):
            console.warn(outcome.job.video, warning)
        if outcome.state == "failed":
            console.error(outcome.error)
        else:
            console.note(f"[{ended}/{len(jobs)}] {outcome.state}: {one_line(outcome.job.video)}")

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
            finished=told,
        )


def table(outcomes: Sequence[Outcome], describe: Callable[[Outcome], str]) -> list[str]:
    """Return a line for each outcome, and one that counts them."""
    lines = [
        f"{o.state:<8} {one_line(o.error) if o.state == 'failed' else describe(o)}"
        for o in outcomes
    ]
    counts = {
        state: sum(o.state == state for o in outcomes) for state in ("done", "skipped", "failed")
    }
    lines.append(", ".join(f"{number} {state}" for state, number in counts.items()))
    return lines
