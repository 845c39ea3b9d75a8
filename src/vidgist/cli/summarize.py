"""``vidgist summarize VIDEO...``: the main job."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from vidgist.batch import BatchJob, Setup, find_videos, result_folders
from vidgist.batch.jobs import SUMMARIZE
from vidgist.batch.journal import JOURNAL
from vidgist.batch.summaries import Summaries
from vidgist.cli.batch import BATCH_NAMES, batch_options, is_batch, run_jobs, table
from vidgist.cli.common import (
    Console,
    WordCommand,
    WordOption,
    common_options,
    for_each,
    name_list,
    one_line,
    one_of,
    print_json,
)
from vidgist.cli.inputs import input_options
from vidgist.cli.limits import limit_options
from vidgist.cli.options import backbone_options, gist_options, score_options, score_settings
from vidgist.defaults import DEFAULT_AUDIO, DEFAULT_HDR, HDR
from vidgist.errors import SettingError, counted
from vidgist.render.output import OUTPUTS, default_outputs
from vidgist.render.times import format_duration
from vidgist.video import Limits
from vidgist.video.copy import EXACT

EPILOG = """\b
Examples:
  vidgist summarize talk.mp4
  vidgist summarize talk.mp4 --length 90s -o talk-short/
  vidgist summarize talk.mp4 --skim --copy                (an hour in seconds)
  vidgist summarize talk.mp4 --copy exact                 (cut where it was chosen)
  vidgist summarize *.mp4 -o gists/ --make mp4,keyframes
  vidgist summarize talk.mp4 --make json --json --quiet
  vidgist summarize library/ --recursive --jobs 4 -o gists/
  vidgist summarize talk.mp4 --shots talk-Scenes.csv      (shots that another program found)
  vidgist summarize talk.mp4 --criteria alignment,looks.py:brightness
"""


_COPY = ("key-frames", EXACT)
"""Words after ``--copy``; the first stands for True."""


@click.command(epilog=EPILOG, cls=WordCommand)
@click.argument(
    "videos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="VIDEO|DIR..."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the results; of several videos, each gets DIR/<stem>-gist/."
    "  [default: <stem>-gist/]",
    metavar="DIR",
)
@gist_options
@score_options
@backbone_options
@click.option(
    "--make",
    callback=name_list(OUTPUTS),
    help=f"What to make, separated by commas: {', '.join(OUTPUTS)}."
    f"  [default: {','.join(default_outputs())}]",
    metavar="LIST",
)
@click.option(
    "--hdr",
    default=DEFAULT_HDR,
    show_default=True,
    callback=one_of(HDR),
    metavar="|".join(HDR),
    help="What HDR (PQ, HLG) becomes in the clip: SDR, which plays everywhere, or kept as HEVC of"
    " 10 bits. Stills and the page are always SDR.",
)
@click.option(
    "--audio",
    default=DEFAULT_AUDIO,
    show_default=True,
    metavar="best|all|none|mix|stereo|N|lang:de",
    help="Sound tracks of the clip: the one a player takes, all, none, all mixed into one, two of"
    " one channel as left and right, the Nth, or those of a language.",
)
@click.option(
    "--metadata/--no-metadata",
    default=True,
    help="Keep title, date, place, timecode and names of chapters in the clip."
    "  [default: metadata]",
)
@click.option(
    "--copy",
    cls=WordOption,
    words=_COPY,
    callback=lambda ctx, param, value: EXACT if value == EXACT else value is not None,
    metavar=f"[{'|'.join(_COPY)}]",
    help="Cut without re-encoding: the clip is made of the video's own packets, with all tracks"
    " (--audio none or N for fewer). Pieces begin with key frames, unless exact: then they keep"
    " their borders, and only the frames there are encoded anew. summary.mkv where MP4 cannot hold"
    " the streams.",
)
@click.option("--overwrite", is_flag=True, help="Replace results that exist.")
@batch_options
@limit_options
@common_options
@input_options
def summarize(
    videos: tuple[Path, ...],
    output: Path | None,
    make: tuple[str, ...] | None,
    overwrite: bool,
    limits: Limits,
    console: Console,
    as_json: bool,
    **options: Any,
) -> int:
    """Make the gist of each VIDEO: a short clip, keyframes, a storyboard, a page and data.

    A folder stands for every video in it. With a folder or several videos, a video that fails does
    not stop the others, batch.jsonl in the folder of the results records how each ended, and the
    same command continues an interrupted run.
    """
    many = {name: options.pop(name) for name in BATCH_NAMES}
    batch = is_batch(videos, many)
    if batch and options["transcript"] is not None:
        raise SettingError("transcript: is of one video; give one video with it")
    if many["engine"] == "ray":  # its workers have other working directories
        paths = (
            (name, Path(options[name] or "")) for name in ("backbone", "bank", "model", "shots")
        )
        options |= {name: path.absolute() for name, path in paths if path.is_file()}
    score = asdict(score_settings(options))
    settings = _plain(options) | {
        "settings": score,
        "limits": asdict(limits),
        "make": make or default_outputs(),
        "overwrite": overwrite,
        "resume": batch,
    }
    # Errors that concern every video are reported once, before any work.
    work = Summaries(settings)
    for note in work.notes:
        console.warn("bank", note)
    if not batch:
        folder = output or result_folders(videos, Path())[0]
        results = for_each(
            console, videos, lambda v: summarize_one(v, folder, work=work, console=console)
        )
        if as_json:
            print_json({"done": [r for _, r in results], "failed": console.failures})
        for _, result in results if not as_json else ():
            click.echo(describe(result))
        return console.failed

    every, errors = find_videos(videos, recursive=many["recursive"], note=console.note)
    for error in errors:
        console.error(str(error))
    folders = result_folders(every, output or Path())
    setup = Setup(SUMMARIZE, settings, options["threads"])
    jobs = [BatchJob(video, folder) for video, folder in zip(every, folders, strict=True)]
    journal = (output or Path()) / JOURNAL
    outcomes = (
        run_jobs(setup, jobs, journal=journal, console=console, options=many, is_done=work.is_done)
        if jobs
        else []
    )
    if as_json:
        grouped = {
            state: [dict(o.details) for o in outcomes if o.state == state]
            for state in ("done", "skipped")
        }
        print_json({**grouped, "failed": console.failures})
    else:
        for line in table(outcomes, lambda o: describe(dict(o.details))):
            click.echo(line)
    return console.failed


def summarize_one(path: Path, folder: Path, *, work: Summaries, console: Console) -> dict[str, Any]:
    """Summarize one video into a folder; return the facts that are printed."""
    with console.progress(path.name) as progress:
        result = work.run(BatchJob(path, folder), progress=progress)
    for text in result.get("warnings", ()):
        console.warn(path, text)
    return result


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """Return options as plain JSON."""
    return {
        name: str(value) if isinstance(value, Path) else value for name, value in options.items()
    }


def describe(result: dict[str, Any]) -> str:
    """Return one line on a finished video."""
    if "summary" not in result:  # finished by an earlier run
        return f"{one_line(result['video'])} -> {one_line(result['output'])}/"
    lasting = f"{format_duration(result['summary'])} of {format_duration(result['duration'])}"
    shots = f"{result['selected']} of {counted(result['shots'], 'shot')}"
    chosen = f"{counted(result['pieces'], 'piece')} from {shots}"
    return f"{one_line(result['video'])}: {lasting}, {chosen} -> {one_line(result['output'])}/"
