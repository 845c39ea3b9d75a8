"""``vidgist evaluate DATA.h5``: tau, rho and F1 per video and mean, beside the baselines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vidgist.cli.common import Console, common_options, print_json
from vidgist.cli.options import score_options, score_settings
from vidgist.errors import DataError, SettingError

__all__ = ["evaluate"]

EPILOG = """\b
Examples:
  vidgist evaluate tvsum.h5 --metric tvsum --preset reference
  vidgist evaluate tvsum.h5 --metric tvsum --splits tvsum_splits.json
  vidgist evaluate summe.h5 --metric summe --scores mine.json --protocol binary
  vidgist evaluate tvsum.h5 --metric tvsum --scores mine.json --beside theirs.json
  vidgist evaluate mine.h5 --metric tvsum --annotations ydata-tvsum50.mat --save tvsum.h5
"""

FILE = click.Path(path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("data", metavar="DATA.h5", type=FILE)
@click.option(
    "--metric", required=True, metavar="tvsum|summe", help="Data set whose conventions apply."
)
@click.option(
    "--protocol",
    "protocol_name",
    metavar="NAME",
    help="reference, paper, otani, binary or runs.  [default: the preset's]",
)
@click.option(
    "--splits", type=FILE, metavar="FILE", help="Split file (JSON): means over its test sets."
)
@click.option(
    "--scores",
    metavar="random|constant|human|FILE",
    help="Measure a baseline or a file of scores (JSON, HDF5) instead of the method.",
)
@click.option(
    "--beside",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="Also measure these scores, with intervals of the differences; may be repeated.",
)
@click.option(
    "--shots",
    metavar="official|kts",
    default="official",
    show_default=True,
    help="Shots of the file, or those of vidgist's own segmentation.",
)
@click.option(
    "--annotations",
    type=FILE,
    metavar="PATH",
    help="Join original annotations by name: ydata-tvsum50.mat, or SumMe's folder GT.",
)
@click.option(
    "--shots-from", type=FILE, metavar="FILE", help="Take the shots of the same videos from FILE."
)
@click.option("--save", type=FILE, metavar="FILE", help="Also write the joined data set.")
@click.option("--overwrite", is_flag=True, help="Let --save replace a file.")
@click.option(
    "--seeds",
    type=click.IntRange(min=1, max=100_000),
    default=100,
    show_default=True,
    help="Random score vectors per video, for the row 'random'.",
)
@click.option(
    "--format",
    "style",
    metavar="terminal|markdown|latex|csv|json",
    help="How the table is written.  [default: terminal]",
)
@click.option(
    "--per-video/--no-per-video",
    default=None,
    help="Print every video's numbers before the means.  [default: on the terminal]",
)
@score_options
@common_options
def evaluate(
    data: Path,
    metric: str,
    protocol_name: str | None,
    splits: Path | None,
    scores: str | None,
    beside: tuple[Path, ...],
    shots: str,
    annotations: Path | None,
    shots_from: Path | None,
    save: Path | None,
    overwrite: bool,
    seeds: int,
    style: str | None,
    per_video: bool | None,
    console: Console,
    as_json: bool,
    **options: Any,
) -> None:
    """Measure scores of DATA.h5 (the field's HDF5 layout) against people's annotations.

    Prints Kendall's tau, Spearman's rho and F1 of every video, and their means beside reference
    rows: random, constant, human, and the mean annotation as the ceiling.
    """
    import numpy as np

    from vidgist.datasets import open_dataset, write_dataset
    from vidgist.evaluation.protocols import protocol, protocol_of
    from vidgist.evaluation.request import Request, settings_for
    from vidgist.evaluation.tables import chosen_format, per_video_text, render

    style = chosen_format(style, as_json=as_json)
    if per_video and style not in ("terminal", "json"):
        raise SettingError("--per-video is for the terminal; --json has every video's numbers")
    keep_zeros = options["avoid_zeros"] is not None
    settings, others = score_settings(options), options
    chosen = protocol(protocol_name or protocol_of(settings), metric=metric)
    request = Request(
        data=data,
        metric=metric,
        settings=settings if keep_zeros else settings_for(settings, metric=metric),
        protocol=chosen,
        splits=splits,
        scores=scores,
        beside=beside,
        shots=shots,
        annotations=annotations,
        shots_from=shots_from,
        seeds=seeds,
        bank=others["bank"],
        model=None if others["model"] is None else Path(others["model"]),
    )
    if save is not None:
        attributes = open_dataset(data).attributes
        write_dataset(save, request.records(), attributes=attributes, overwrite=overwrite)
        console.note(f"{save}: written")
    with console.progress(data.name) as progress:
        table = request.run(progress=progress)
    if all(np.isnan(row.values).all() for row in table.rows):
        raise DataError(
            f"{data}: holds no annotations (user_scores, user_summary), so there is nothing to "
            "measure by; join them with --annotations"
        )
    if style == "json":
        print_json(request.document(table))
        return
    if style == "terminal" and per_video is not False:
        click.echo(per_video_text(table, table.row(request.subject)))
    click.echo(render([table], style=style), nl=False)
