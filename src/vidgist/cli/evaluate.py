"""``vidgist evaluate DATA.h5``: scores and summaries per video and mean, beside the baselines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from vidgist.cli.common import Console, common_options, one_of, print_json
from vidgist.cli.options import score_options, score_settings
from vidgist.errors import SettingError
from vidgist.selection import RULES

EPILOG = """\b
Examples:
  vidgist evaluate tvsum.h5 --metric tvsum --preset reference
  vidgist evaluate tvsum.h5 --metric tvsum --splits tvsum_splits.json
  vidgist evaluate summe.h5 --metric summe --scores mine.json --protocol binary
  vidgist evaluate tvsum.h5 --metric tvsum --scores Ours=mine.json --scores Theirs=theirs.json
  vidgist evaluate tvsum.h5 --metric tvsum --scores 'runs/split{split}.json' --splits csta
  vidgist evaluate tvsum.h5 --metric tvsum --scores mine.json --protocol csta --protocol mean
  vidgist evaluate tvsum.h5 --metric tvsum --beside middle --beside motion
  vidgist evaluate tvsum.h5 --metric tvsum --fuse i3d.h5
  vidgist evaluate tvsum.h5 --metric tvsum --select gist --budget 10%
  vidgist evaluate tvsum.h5 --metric tvsum --scores summaries.json
  vidgist evaluate mine.h5 --metric tvsum --annotations ydata-tvsum50.mat --save tvsum.h5
  vidgist score tvsum.h5 -o mine.csv; vidgist evaluate tvsum.h5 --metric tvsum --scores mine.csv
  vidgist evaluate tvsum.h5 --metric tvsum --model network.onnx --shots cuts.py:by_color

Scores without training, for --beside: middle, beginning, uniform, motion, length, typical,
k-means, k-means-large, k-medoids, facility-location, dpp, submodular.

A FILE of --scores or --beside holds, by video (video_1 ...), one of: one number a sample or a frame
(scores); one 0 or 1 a frame (a summary); {"pieces": [[start, end], ...], "unit": "seconds"} (a
summary; or "frames"). It is JSON; CSV as vidgist score writes, with a column a video, or with start
and end; .npz; or HDF5 with score, machine_summary or pieces in each group. Summaries have no tau
and rho.
"""

FILE = click.Path(path_type=Path)
Command = TypeVar("Command", bound=Callable[..., Any])


def measure_options(command: Command) -> Command:
    """Add the options of measuring and of tables."""
    options: list[Callable[[Command], Command]] = [
        click.option(
            "--shots",
            metavar="official|kts|FILE|MODULE:FUNCTION",
            default="official",
            show_default=True,
            help="Shots of the data's own files, of vidgist's segmentation, of another file, or of"
            " a function of your own.",
        ),
        click.option(
            "--seeds",
            type=click.IntRange(min=1, max=100_000),
            default=100,
            show_default=True,
            help="Random score vectors per video, for the row 'random'.",
        ),
        click.option(
            "--format",
            metavar="terminal|markdown|latex|csv|json",
            help="How tables are written.  [default: terminal]",
        ),
        click.option("--overwrite", is_flag=True, help="Replace the written file if it exists."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command(epilog=EPILOG)
@click.argument("data", metavar="DATA.h5", type=FILE)
@click.option(
    "--metric", required=True, metavar="tvsum|summe", help="Data set whose conventions apply."
)
@click.option(
    "--splits",
    metavar="FILE|NAME",
    help="Means over test sets: a split file, or splits by name: pgl-sum, msva, dsnet, csta,"
    " multi-ranker, vasnet, random:SEED, folds:SEED.",
)
@click.option(
    "--split", type=click.IntRange(min=1), metavar="N", help="Test this one of the splits only."
)
@click.option(
    "--scores",
    multiple=True,
    metavar="[NAME=]FILE",
    help="Measure scores or summaries of a file (or random, constant, human), not the method; a row"
    " each. {split} in FILE stands for the split's number, {seed} for any.",
)
@click.option(
    "--beside",
    multiple=True,
    metavar="[NAME=]FILE",
    help="Also measure these scores beside the method, or a score without training by its name;"
    " may be repeated.",
)
@click.option(
    "--protocol",
    multiple=True,
    metavar="NAME",
    help="Convention of measuring (vidgist benchmark protocols lists them); repeated: side by side."
    "  [default: the preset's, else reference]",
)
@click.option(
    "--f1",
    type=click.Choice(("mean", "best")),
    help="F1 over annotators.  [default: the protocol's]",
)
@click.option(
    "--allow-seen",
    is_flag=True,
    help="Also measure a model on videos that it was trained on; the table marks it.",
)
@click.option(
    "--select",
    default="knapsack",
    show_default=True,
    callback=one_of(RULES),
    metavar="|".join(RULES),
    help="Rule of selection whose summaries are measured second by second. F1 is always the"
    " knapsack's.",
)
@click.option(
    "--budget",
    default="15%",
    show_default=True,
    metavar="LENGTH",
    help="How long these summaries may be: a share, 90s, 1m30s, 1:30, auto.",
)
@click.option(
    "--annotations",
    type=FILE,
    metavar="PATH",
    help="Join original annotations by name: ydata-tvsum50.mat or -anno.tsv, SumMe's folder GT, a"
    " folder of YouTube Highlights, QVHighlights' .jsonl, mr_hisum.h5.",
)
@click.option(
    "--shots-from", type=FILE, metavar="FILE", help="Take the shots of the same videos from FILE."
)
@click.option(
    "--fuse",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="Add the scores by other features of the same videos, of FILE; may be repeated.",
)
@click.option("--save", type=FILE, metavar="FILE", help="Also write the joined data set.")
@click.option(
    "--per-video/--no-per-video",
    default=None,
    help="Print every video's numbers before the means.  [default: on the terminal]",
)
@click.option("--rows-only", is_flag=True, help="Only the rows of a LaTeX table.")
@measure_options
@score_options
@common_options
def evaluate(
    data: Path,
    save: Path | None,
    overwrite: bool,
    per_video: bool | None,
    console: Console,
    as_json: bool,
    **options: Any,
) -> None:
    """Measure scores of DATA.h5 (the field's HDF5 layout) against people's annotations.

    Prints Kendall's tau, Spearman's rho and F1 of every video, and of the summary that a rule of
    selection makes: how much of what people rate high it shows (captured; 0 is chance, 1 all that
    fits), the shares that repeat other pieces and that people rate in the lowest fifth, and how
    well it covers the video. Rows that tell what the means are worth: random, constant, human, and
    the mean annotation as the ceiling.
    """
    from vidgist.datasets import open_dataset, write_dataset
    from vidgist.evaluation.protocols import protocol_of, settings_for
    from vidgist.evaluation.request import Request
    from vidgist.evaluation.tables import check_format, per_video_text, render

    style = check_format(options.pop("format"), as_json=as_json)
    rows_only = options.pop("rows_only")
    if rows_only and style != "latex":
        raise SettingError("rows_only: is for format='latex'")
    if per_video and style not in ("terminal", "json"):
        raise SettingError(
            "per_video: is for the terminal; as_json=True gives every video's numbers"
        )
    metric = options["metric"]
    keep_zeros = options["avoid_zeros"] is not None
    settings = score_settings(options)
    names = options.pop("protocol") or (None,)
    f1 = options.pop("f1")
    protocols = [protocol_of(settings, metric=metric, name=name, f1=f1) for name in names]
    if not keep_zeros:
        settings = settings_for(settings, metric=metric)
    requests = [
        Request(data=data, settings=settings, protocol=protocol, **options)
        for protocol in protocols
    ]
    request = requests[0]
    if save is not None:
        attributes = open_dataset(data).attributes
        write_dataset(save, request.records(), attributes=attributes, overwrite=overwrite)
        console.note(f"{save}: written")
    with console.progress(data.name) as progress:
        tables = [asked.run(progress=progress) for asked in requests]
    if style == "json":
        documents = [request.document(table) for table in tables]
        print_json(documents[0] if len(documents) == 1 else {"tables": documents})
        return
    if style == "terminal" and per_video is not False and len(tables) == 1:
        click.echo(per_video_text(tables[0], request.first_row(tables[0])))
    layout = "side" if len(tables) > 1 else "stacked"
    click.echo(render(tables, style=style, layout=layout, rows_only=rows_only), nl=False)
