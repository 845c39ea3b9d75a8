"""``vidgist demo``: the main job on a clip that vidgist draws itself."""

from __future__ import annotations

from pathlib import Path

import click

from vidgist.cli.common import Console, common_options, one_line, print_json
from vidgist.cli.options import length_option

__all__ = ["demo"]

EPILOG = """\b
Examples:
  vidgist demo
  vidgist demo -o /tmp/look --seconds 120 --length 20s
"""

CLIP = "demo.mp4"

WORTH_A_LOOK = {
    "report.html": "the choice explained: open it in a browser first",
    CLIP: "the clip: a presenter, a city and a road come back among other scenes",
    "summary.mp4": "its gist, to play",
    "storyboard.jpg": "the chosen shots at a glance",
    "keyframes": "one picture for each of them",
    "summary.json": "all scores, shots and choices as data",
}
"""File in the folder of the results -> what it is, in the order in which to look."""


@click.command(epilog=EPILOG)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-gist"),
    show_default="demo-gist/",
    help="Folder of the clip and of the results.",
    metavar="DIR",
)
@click.option(
    "--seconds", type=float, default=60.0, show_default=True, help="Length of the clip, 10 to 3600."
)
@length_option
@click.option("--overwrite", is_flag=True, help="Replace results that exist.")
@common_options
def demo(
    output: Path, seconds: float, length: str, overwrite: bool, console: Console, as_json: bool
) -> None:
    """Make the gist of a clip that vidgist draws itself: for a first look, with no video at hand.

    Nothing is downloaded. The clip, demo.mp4, lies in the folder with the results.
    """
    from vidgist.batch.summaries import Summaries
    from vidgist.cli.summarize import describe, summarize_one
    from vidgist.demo import render_demo
    from vidgist.errors import OutputError
    from vidgist.render import check_outputs, default_outputs
    from vidgist.selection import parse_length

    parse_length(length, seconds)
    check_outputs(output, overwrite=overwrite)
    if (output / CLIP).exists() and not overwrite:
        raise OutputError(f"{output / CLIP}: exists already; pass --overwrite to replace it")
    with console.progress(CLIP) as progress:
        clip = render_demo(output / CLIP, seconds=seconds, overwrite=overwrite, progress=progress)
    asked = {"length": length, "make": default_outputs(), "overwrite": overwrite, "resume": False}
    work = Summaries(asked)
    result = summarize_one(clip, output, work=work, console=console)
    if as_json:
        print_json(result)
        return
    click.echo(describe(result))
    click.echo("\nLook at")
    for name, meaning in WORTH_A_LOOK.items():
        path = output / name
        if path.exists():
            click.echo(f"  {one_line(path):<30}  {meaning}")
    click.echo("\nThen your own: vidgist summarize VIDEO")
