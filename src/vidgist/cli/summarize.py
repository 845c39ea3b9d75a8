"""``vidgist summarize VIDEO...``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vidgist.cli.common import Console, common_options, for_each, name_list, one_line, print_json
from vidgist.cli.options import backbone_options, score_options, split_options

__all__ = ["summarize", "summarize_one"]

EPILOG = """\b
Examples:
  vidgist summarize talk.mp4
  vidgist summarize talk.mp4 --length 90s -o talk-short/
  vidgist summarize *.mp4 -o gists/ --make mp4,keyframes
  vidgist summarize talk.mp4 --make json --json --quiet
"""


@click.command(epilog=EPILOG)
@click.argument(
    "videos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="VIDEO..."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the results; with several videos each gets DIR/<stem>-gist/."
    "  [default: <stem>-gist/]",
    metavar="DIR",
)
@click.option(
    "--length",
    default="15%",
    show_default=True,
    help="The most that the summary may last: 15%, 90s or 1:30.",
)
@score_options
@backbone_options
@click.option(
    "--make",
    help="What to make, separated by commas.  [default: mp4,keyframes,storyboard,report,json]",
    metavar="LIST",
)
@click.option("--overwrite", is_flag=True, help="Replace results that exist.")
@common_options
def summarize(
    videos: tuple[Path, ...],
    output: Path | None,
    make: str | None,
    overwrite: bool,
    console: Console,
    as_json: bool,
    **options: Any,
) -> int:
    """Make the gist of each VIDEO: a short clip, keyframes, a storyboard, a page and data."""
    from vidgist.bank import NONE
    from vidgist.features import load_backbone
    from vidgist.model import load_model
    from vidgist.presets import BANK_CRITERIA
    from vidgist.render import DEFAULT_OUTPUTS, OUTPUTS
    from vidgist.scoring import bank_for, check_model
    from vidgist.selection import parse_length

    context = click.get_current_context()
    names: tuple[str, ...] = DEFAULT_OUTPUTS
    if make is not None:
        param = next(p for p in context.command.params if p.name == "make")
        names = name_list(OUTPUTS)(context, param, make) or DEFAULT_OUTPUTS
    # What is wrong for every video alike is told once, before any work.
    parse_length(options["length"], 1.0)
    settings, options = split_options(options)
    options["preset"] = settings
    if options["model"] is not None:
        options["model"] = load_model(
            options["model"], device=options["device"], threads=options["threads"]
        )
    check_model(settings, options["model"])
    options["backbone"] = load_backbone(
        options["backbone"], device=options["device"], threads=options["threads"]
    )
    bank, without = bank_for(
        settings,
        options["bank"],
        dimension=options["backbone"].dimension,
        backbone=options["backbone"].name,
        fingerprint=options["backbone"].fingerprint,
    )
    if set(BANK_CRITERIA) & set(settings.criteria):
        options["bank"] = NONE if bank is None else bank
    if without is not None:
        console.warn("--bank", without)

    folders = result_folders(videos, output)
    results = for_each(
        console,
        zip(videos, folders, strict=True),
        lambda job: summarize_one(
            *job, make=names, overwrite=overwrite, console=console, options=options
        ),
    )
    if as_json:
        print_json({"done": [r for _, r in results], "failed": console.failures})
    else:
        for _, result in results:
            click.echo(describe(result))
    return console.failed


def summarize_one(
    path: Path,
    folder: Path,
    *,
    make: tuple[str, ...],
    overwrite: bool,
    console: Console,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Summarize one video into a folder; return what the user is told of it."""
    import warnings

    from vidgist.pipeline import summarize as run
    from vidgist.render import check_outputs, render

    check_outputs(folder, make=make, overwrite=overwrite)
    with console.progress(path.name) as progress, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        summary = run(path, progress=progress, **options)
        paths = render(summary, folder, make=make, overwrite=overwrite, progress=progress)
    warned = list(dict.fromkeys([*summary.warnings, *(str(w.message) for w in caught)]))
    for text in warned:
        console.warn(path, text)
    return {
        "video": str(path),
        "output": str(folder),
        "files": [str(p) for p in paths],
        "duration": summary.timeline.duration,
        "samples": len(summary.features),
        "shots": len(summary.shots),
        "selected": int(summary.selected.sum()),
        "summary": summary.duration,
        "budget": summary.budget,
        "warnings": warned,
    }


def result_folders(videos: tuple[Path, ...], output: Path | None) -> list[Path]:
    """Return the folder of each video's results; two videos of one name get two folders."""
    if output is not None and len(videos) == 1:
        return [output]
    base = output or Path()
    folders: list[Path] = []
    for video in videos:
        # Room for the ending within the 255 bytes that file systems allow.
        stem = _shortened(video.stem or "video", 240)
        folder = base / f"{stem}-gist"
        number = 2
        while folder in folders:
            folder = base / f"{stem}-gist-{number}"
            number += 1
        folders.append(folder)
    return folders


def _shortened(name: str, limit: int) -> str:
    while len(name.encode(errors="surrogateescape")) > limit:
        name = name[:-1]
    return name


def describe(result: dict[str, Any]) -> str:
    """Return one line on a finished video."""
    return (
        f"{one_line(result['video'])}: {clock(result['summary'])} of {clock(result['duration'])}, "
        f"{result['selected']} of {result['shots']} shots -> {one_line(result['output'])}/"
    )


def clock(seconds: float) -> str:
    """Return seconds as a person says them: 4.2 s, 1:30, 2:03:04."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d} min"
