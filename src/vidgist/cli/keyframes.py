"""``vidgist keyframes VIDEO... -n N``: stills that stand for a whole video, and nothing else."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import click

from vidgist.backbones import load_backbone
from vidgist.cli.common import (
    Console,
    common_options,
    for_each,
    one_line,
    one_of,
    print_json,
)
from vidgist.cli.inputs import input_options
from vidgist.cli.limits import limit_options
from vidgist.cli.options import backbone_options, keyframes_option, score_options, score_settings
from vidgist.errors import counted
from vidgist.keyframes import FORMATS, find_keyframes
from vidgist.scoring.scorer import Scorer
from vidgist.selection import parse_count
from vidgist.system.files import check_output
from vidgist.system.names import portable_name
from vidgist.video import Limits
from vidgist.video.inputs import find_videos
from vidgist.video.sources import find_source

EPILOG = """\b
Examples:
  vidgist keyframes talk.mp4                      (as many as add new content)
  vidgist keyframes talk.mp4 -n 8 --size 768      (eight stills for a language model)
  vidgist keyframes *.mp4 -n 1 --format png -o covers/
  vidgist keyframes talk.mp4 -n 12 --json --quiet
"""


@click.command(epilog=EPILOG)
@click.argument(
    "videos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="VIDEO|DIR..."
)
@keyframes_option("-n", "--keyframes")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the stills; with several videos each gets DIR/<stem>-keyframes/."
    "  [default: <stem>-keyframes/]",
)
@click.option(
    "--format",
    "image_format",
    default="jpg",
    show_default=True,
    callback=one_of(FORMATS),
    metavar="|".join(FORMATS),
    help="Format of the stills.",
)
@click.option(
    "--size",
    type=click.IntRange(min=1),
    metavar="PIXELS",
    help="Longest side of the stills at most.  [default: the source's]",
)
@click.option("--overwrite", is_flag=True, help="Replace the folder if it exists.")
@score_options
@backbone_options
@limit_options
@common_options
@input_options
def keyframes(
    videos: tuple[Path, ...],
    keyframes: str,
    output: Path | None,
    image_format: str,
    size: int | None,
    overwrite: bool,
    limits: Limits,
    console: Console,
    as_json: bool,
    **options: Any,
) -> int:
    """Choose the N stills that stand for each whole VIDEO best, weighted by importance.

    No two look alike, each is the sharpest near its moment, and none is inside a transition.
    keyframes.json beside them has their times, scores and ranks; rank 0 is the best cover.
    """
    parse_count(keyframes)
    settings = score_settings(options)
    scorer = Scorer(settings, model=options.pop("model"), bank=options.pop("bank"))
    backbone = load_backbone(
        options.pop("backbone"), device=options["device"], threads=options["threads"]
    )
    found, errors = find_videos(videos, note=console.note)
    for error in errors:
        console.error(str(error))
    folders = _folders(found, output)

    def work(video: Path) -> dict[str, Any]:
        folder = folders[video]
        check_output(folder, overwrite=overwrite)
        with console.progress(video.name) as progress:
            found = find_keyframes(
                video,
                keyframes,
                scorer=scorer,
                backbone=backbone,
                limits=limits,
                progress=progress,
                **options,
            )
            progress("writing keyframes", 0, None)
            found.save(folder, image_format=image_format, size=size, overwrite=overwrite)
        for text in found.warnings:
            console.warn(video, text)
        return {"output": str(folder), **found.as_document(image_format=image_format)}

    done = [result for _, result in for_each(console, folders, work)]
    if as_json:
        print_json({"done": done, "failed": console.failures})
    for result in done if not as_json else ():
        stills = counted(len(result["keyframes"]), "keyframe")
        click.echo(f"{one_line(result['video'])}: {stills} -> {one_line(result['output'])}/")
    return console.failed


def _folders(videos: list[Path], output: Path | None) -> dict[Path, Path]:
    """Return the folder of each video's stills; two videos of one name get two."""
    if len(videos) == 1 and output is not None:
        return {videos[0]: output}
    folders: dict[Path, Path] = {}
    for video in videos:
        stem = find_source(video).stem or "video"
        names = (
            portable_name(stem, ending=f"-keyframes{f'-{number}' if number > 1 else ''}")
            for number in itertools.count(1)
        )
        taken = {folder.name.casefold() for folder in folders.values()}
        free = next(name for name in names if name.casefold() not in taken)
        folders[video] = (output or Path()) / free
    return folders
