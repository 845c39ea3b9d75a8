"""``vidgist recut DIR``: change the pieces of a finished summary by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vidgist.cli.common import Console, common_options, name_list, one_line, print_json
from vidgist.cli.limits import limit_options
from vidgist.errors import SettingError, counted
from vidgist.recut import load_summary
from vidgist.recut import recut as changed
from vidgist.render import OUTPUTS, default_outputs, render
from vidgist.render.outputs.data import as_document
from vidgist.render.times import format_duration
from vidgist.selection.edits import Edits, parse_interval, parse_shift
from vidgist.video import Limits

EPILOG = """\b
Examples:
  vidgist recut talk-gist/ --drop 3 --add 1:20-1:27
  vidgist recut talk-gist/ --keep 1,2,5 --length 45s
  vidgist recut talk-gist/ --move 4:+0.5s -o talk-final/
  vidgist recut talk-gist/ --proposal             (undo: back to what was chosen)
  vidgist recut edited.json --source talk.mp4     (as saved from the page)
"""


@click.command(epilog=EPILOG)
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR|JSON")
@click.option("--keep", metavar="N,...", help="Keep these pieces and no others.")
@click.option("--drop", metavar="N,...", help="Take these pieces out.")
@click.option(
    "--add", multiple=True, metavar="FROM-TO", help="Show this, too: 1:20-1:27 or 80-87.5."
)
@click.option("--move", multiple=True, metavar="N:SECONDS", help="Move a piece: 4:+0.5s, 2:-1.")
@click.option(
    "--length",
    metavar="LENGTH",
    help="Take away the weakest, or fill up with the best, to this length: 45s, 1:30, 10%.",
)
@click.option("--proposal", is_flag=True, help="Begin with what was chosen before any change.")
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    metavar="VIDEO",
    help="The video, where it is not at its old place.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the new results.  [default: the same folder, whose results are replaced;"
    " <stem>-gist/ of a file from the page]",
)
@click.option(
    "--make",
    callback=name_list(OUTPUTS),
    metavar="LIST",
    help="What to make, as for summarize.  [default: what the folder holds]",
)
@click.option("--overwrite", is_flag=True, help="Replace results that exist in another folder.")
@limit_options
@common_options
def recut(
    folder: Path,
    keep: str | None,
    drop: str | None,
    add: tuple[str, ...],
    move: tuple[str, ...],
    length: str | None,
    proposal: bool,
    source: Path | None,
    output: Path | None,
    make: tuple[str, ...] | None,
    overwrite: bool,
    limits: Limits,
    console: Console,
    as_json: bool,
) -> int:
    """Make clip, stills, page and timelines again with other pieces, without a new score.

    Pieces are numbered from 1 as on the page and in summary.json, which keeps the proposal: it is
    never lost.
    """
    shifts = dict(parse_shift(text) for text in move)
    if len(shifts) < len(move):
        raise SettingError("move: a piece is named twice; give each one shift")
    chosen = _numbers("keep", keep)
    dropped = _numbers("drop", drop) or ()
    here = folder if folder.is_dir() else folder.parent
    with console.progress(here.name or str(here)) as progress:
        summary = load_summary(folder, source=source, limits=limits, progress=progress)
        edits = Edits(
            keep=chosen,
            drop=dropped,
            add=tuple(parse_interval(text, summary.timeline.duration) for text in add),
            move=shifts,
            length=length,
        )
        summary = changed(summary, edits, from_proposal=proposal)
        # A file from the page lies among other things: its results get a folder of their own.
        alone = folder.is_file() and folder.name != "summary.json"
        target = output or (here / f"{folder.stem}-gist" if alone else here)
        same = target.absolute() == here.absolute()
        names = make or (default_outputs() if alone else _made(here) | {"json"})
        render(summary, target, make=names, overwrite=same or overwrite, progress=progress)
    if as_json:
        print_json({"output": str(target), **as_document(summary)})
    else:
        lasts = f"{format_duration(summary.duration)}, {counted(len(summary.pieces), 'piece')}"
        click.echo(f"{one_line(summary.video.path)}: {lasts} -> {one_line(target)}/")
    return 0


def _numbers(name: str, text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() for part in parts):
        raise SettingError(f"{name}: expected numbers such as 1,2,5, got '{text}'")
    return tuple(int(part) for part in parts)


def _made(folder: Path) -> set[Any]:
    """Return the names of the outputs that a folder holds."""
    return {name for name, output in OUTPUTS.items() if output.existing(folder)}
