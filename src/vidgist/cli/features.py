"""``vidgist features``: write samples and features of videos in the field's HDF5 layout."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from vidgist.batch import BatchJob, JobResult, Setup, find_videos
from vidgist.batch.extractions import Extractions
from vidgist.batch.jobs import EXTRACT, run_job
from vidgist.batch.journal import open_journal
from vidgist.cli.batch import BATCH_NAMES, batch_options, is_batch, run_jobs, table
from vidgist.cli.common import Console, common_options, one_line, output_option, print_json
from vidgist.cli.inputs import input_options
from vidgist.cli.limits import limit_options
from vidgist.cli.options import backbone_options, shots_option
from vidgist.datasets.store import open_store
from vidgist.errors import InputError
from vidgist.video import Limits, open_video
from vidgist.video.sources import prepare_input, source_fingerprint

EPILOG = """\b
Examples:
  vidgist features talk.mp4 -o data.h5
  vidgist features library/ --recursive --jobs 4 -o library.h5 --float16
  vidgist features talk.mp4 -o data.h5 --shots talk-Scenes.csv
  vidgist score data.h5
"""


@click.command(epilog=EPILOG)
@click.argument(
    "videos", metavar="VIDEO|DIR...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@output_option(
    "The HDF5 file to create or to add to.",
    required=True,
)
@backbone_options
@shots_option
@click.option("--float16", is_flag=True, help="Store the features as float16, in half the space.")
@batch_options
@limit_options
@common_options
@input_options
def features(
    videos: tuple[Path, ...],
    output: Path,
    limits: Limits,
    console: Console,
    as_json: bool,
    **options: Any,
) -> int:
    """Write samples, features and shots of each VIDEO in the field's HDF5 layout.

    A folder stands for every video in it. Videos are added to an existing file; a video that is in
    it already, by its content, is skipped, so that the same command continues an interrupted run.
    """
    many = {name: options.pop(name) for name in BATCH_NAMES}
    batch = is_batch(videos, many)
    if many["engine"] == "ray" and Path(options["shots"]).is_file():
        options["shots"] = str(Path(options["shots"]).absolute())  # workers have other folders
    settings = {**options, "limits": asdict(limits)}
    work = Extractions(settings)
    every, errors = find_videos(videos, recursive=many["recursive"], note=console.note)
    for error in errors:
        console.error(str(error))
    outcomes: list[JobResult] = []
    with open_store(output, attributes=work.attributes) as store:
        contents = _contents(every, limits, console, outcomes)
        jobs: dict[str, BatchJob] = {}
        for video, content in contents.items():
            if content not in store:
                jobs.setdefault(content, BatchJob(video, store.room(content)))
        todo = list(jobs.values())

        def keep(outcome: JobResult) -> None:
            if outcome.state == "done":
                store.adopt(contents[outcome.job.video])

        journal = output.with_name(f"{output.name[:60]}.batch.jsonl")
        if batch and todo:
            setup = Setup(EXTRACT, settings, options["threads"])
            outcomes += run_jobs(
                setup, todo, journal=journal, console=console, options=many, finished=keep
            )
        for job in () if batch else todo:
            with console.progress(str(job.video)) as progress:
                outcome = run_job(work, job, progress=progress)
            for warning in outcome.details.get("warnings", ()):
                console.warn(job.video, warning)
            if outcome.state == "failed":
                console.error(outcome.error)
            keep(outcome)
            outcomes.append(outcome)
        worked = {job.video for job in todo}
        for video, content in contents.items():
            # In the file already, or the same as another video of this run.
            if video not in worked:
                outcomes.append(_outcome(video, output, there=content in store))
    if batch:
        with open_journal(journal) as add_line:
            for outcome in outcomes:
                if outcome.job.video not in worked:
                    add_line(outcome.record())
    by_video = {outcome.job.video: outcome for outcome in outcomes}
    ordered = [by_video[video] for video in every]
    rows = [
        {"path": str(v), "key": store.key(contents.get(v, "")), "state": by_video[v].state}
        for v in every
    ]
    if as_json:
        print_json({"file": str(output), **work.attributes, "videos": rows})
    else:
        keys = {row["path"]: row["key"] for row in rows}
        lines = table(ordered, lambda o: f"{keys[str(o.job.video)]:<10} {one_line(o.job.video)}")
        for line in lines if batch else lines[:-1]:
            click.echo(line)
    return console.failed


def _outcome(video: Path, output: Path, *, there: bool) -> JobResult:
    """Return the result of a video that was not read."""
    details: dict[str, Any] = {"state": "skipped", "video": str(video), "output": str(output)}
    if not there:
        error = f"{video}: is the same video as another of this run, which failed; see there"
        details |= {"state": "failed", "error": error}
    return JobResult(BatchJob(video, output), details)


def _contents(
    videos: list[Path], limits: Limits, console: Console, outcomes: list[JobResult]
) -> dict[Path, str]:
    """Return the fingerprint of each video's content; videos that cannot be opened fail here."""
    contents = {}
    for video in videos:
        try:
            # Before the fingerprint: opening never waits for a pipe, and its errors are clearer.
            prepare_input(video, limits=limits)
            open_video(video, limits=limits).close()
            contents[video] = source_fingerprint(video)
        except InputError as error:
            console.error(str(error))
            details = {"state": "failed", "error": str(error)}
            outcomes.append(JobResult(BatchJob(video, video), details))
    return contents
