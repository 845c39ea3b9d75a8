"""``vidgist plot summary.json``: a figure for a paper."""

from __future__ import annotations

from pathlib import Path

import click

from vidgist.cli.common import Console, common_options, one_line, output_option, print_json
from vidgist.cli.limits import limit_options
from vidgist.errors import VidgistError
from vidgist.render.document import read_document
from vidgist.render.figure import check, draw, marks_at, marks_of, save
from vidgist.render.figure_pictures import with_pictures
from vidgist.selection import parse_time
from vidgist.system.files import check_output, whole_file
from vidgist.video import Limits


@click.command()
@click.argument("document", type=click.Path(path_type=Path), metavar="SUMMARY.JSON")
@output_option(
    "The figure to write: .pdf, .png or .svg.",
    required=True,
)
@click.option("--at", help="Moments to mark, such as 12.5,1:30.  [default: the three of the paper]")
@click.option(
    "--width", type=click.FloatRange(2, 40), default=7.0, show_default=True, help="Width in inches."
)
@click.option(
    "--frames/--no-frames", default=True, help="With pictures from the source video, or without."
)
@click.option("--overwrite", is_flag=True, help="Replace a figure that exists.")
@limit_options
@common_options
def plot(
    document: Path,
    output: Path,
    at: str | None,
    width: float,
    frames: bool,
    overwrite: bool,
    limits: Limits,
    console: Console,
    as_json: bool,
) -> None:
    """Draw the curves of a summary with marked moments and their nearest neighbors.

    The marks are where the first criterion is furthest above the second (green), at the greatest
    importance (red), and where the second is furthest above the first (black). With the criteria of
    the paper, green differs from its neighbors but is unlike the video, and black is typical of the
    video but plain. For pictures and neighbors the source video is read again; if it is gone, the
    figure has only the curves. Needs the extra 'plot'.

    \b
    Examples:
      vidgist plot talk-gist/summary.json -o talk.pdf
      vidgist plot talk-gist/summary.json -o talk.png --at 12.5,1:30 --width 3.5
    """
    check(output)
    check_output(output, overwrite=overwrite)
    read = read_document(document / "summary.json" if document.is_dir() else document)
    if at is None:
        marks = marks_of(read)
    else:
        marks = marks_at(read, [parse_time(time, read.duration) for time in at.split(",")])
    if frames:
        try:
            with console.progress(read.video) as progress:
                marks = with_pictures(read, marks, limits=limits, progress=progress)
        except VidgistError as error:
            frames = False
            console.warn(document, f"drawn without pictures: {error}")
    with whole_file(output, overwrite=overwrite) as partial:
        save(draw(read, marks, width=width), partial, kind=output.suffix.lower()[1:])
    if as_json:
        print_json(
            {
                "figure": str(output),
                "marks": [{"time": float(read.times[m.sample]), "why": m.label} for m in marks],
                "pictures": frames,
            }
        )
    else:
        console.note(f"{one_line(output)}: written")
