"""``vidgist demo``: summarize a video that vidgist draws itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vidgist.batch.summaries import Summaries
from vidgist.cli.common import Console, common_options, one_line, print_json
from vidgist.cli.options import gist_options
from vidgist.cli.summarize import describe, summarize_one
from vidgist.demo import render_demo
from vidgist.errors import OutputError
from vidgist.render import OUTPUTS, check_outputs, default_outputs
from vidgist.selection import parse_count, parse_length

EPILOG = """\b
Examples:
  vidgist demo
  vidgist demo -o /tmp/look --seconds 120 --length 20s
"""

VIDEO = "demo.mp4"


@click.command(epilog=EPILOG)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-gist"),
    show_default="demo-gist/",
    help="Folder of the video and of the results.",
    metavar="DIR",
)
@click.option(
    "--seconds", type=float, default=60.0, show_default=True, help="Its length, 10 to 3600."
)
@gist_options
@click.option("--overwrite", is_flag=True, help="Replace results that exist.")
@common_options
def demo(
    output: Path,
    seconds: float,
    overwrite: bool,
    console: Console,
    as_json: bool,
    **options: Any,
) -> None:
    """Make the gist of a video that vidgist draws itself: for a first look without a video.

    Nothing is downloaded. The video, demo.mp4, is in the folder of the results.
    """
    parse_length(options["length"], seconds)
    parse_count(options["keyframes"])
    check_outputs(output, overwrite=overwrite)
    if (output / VIDEO).exists() and not overwrite:
        raise OutputError(f"{output / VIDEO}: exists already; pass --overwrite to replace it")
    with console.progress(VIDEO) as progress:
        video = render_demo(output / VIDEO, seconds=seconds, overwrite=overwrite, progress=progress)
    options |= {"make": default_outputs(), "overwrite": overwrite, "resume": False}
    work = Summaries(options)
    result = summarize_one(video, output, work=work, console=console)
    if as_json:
        print_json(result)
        return
    click.echo(describe(result))
    click.echo("\nLook at")
    look = {VIDEO: "the video: a presenter, a city and a road return among other scenes"}
    look |= {target: made.summary for made in OUTPUTS.values() for target in made.existing(output)}
    for name, meaning in look.items():
        path = output / name
        if path.exists():
            click.echo(f"  {one_line(path):<30}  {meaning}")
    click.echo("\nThen your own: vidgist summarize VIDEO")
