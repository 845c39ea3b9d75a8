"""``vidgist benchmark NAME``: print a table or draw a figure of the paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from vidgist.cli.common import (
    Console,
    common_options,
    name_list,
    one_line,
    one_of,
    print_json,
)
from vidgist.cli.evaluate import measure_options
from vidgist.errors import SettingError
from vidgist.evaluation.tables import (
    as_data,
    check_format,
    published_data,
    published_text,
    render,
)
from vidgist.models.methods import METHODS
from vidgist.paper import TABLES, BenchmarkResult, Context
from vidgist.paper.library import find_library
from vidgist.scoring.presets import preset
from vidgist.system.files import check_output, whole_file

EPILOG = """\b
Examples:
  vidgist benchmark                      (lists the names)
  vidgist benchmark s2 --data datasets/
  vidgist benchmark s7 --format markdown -o s7.md
  vidgist benchmark fig-s3 -o uniformity.pdf
  vidgist benchmark elsewhere --data datasets/          (other backbones and data sets)
  vidgist benchmark gist --data datasets/               (what summaries show, by rule)
  vidgist benchmark protocols --data datasets/ --scores Ours=mine.json
  vidgist benchmark protocols --scores mine.json --protocol csta --splits own --format latex
  vidgist benchmark published                           (rows of the literature)
  vidgist benchmark 1 --data datasets/ --runs runs/     (trains; continues an interrupted run)
  vidgist benchmark rivals --data datasets/ --runs runs/ --repeats 1 --budget 6

Data is looked for in the files and folders of --data, else in those that the environment variable
VIDGIST_DATA names, else in the folder 'data' here: HDF5 files and split files with 'tvsum' or
'summe' in their name or folder, bank files, and for gist and elsewhere a file with 'highlights' in
its name.
Missing data is named, and the rest is printed.
"""


@click.command(epilog=EPILOG)
@click.argument("name", required=False)
@click.option(
    "--data",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="File or folder with data; may be repeated.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE."
)
@click.option(
    "--preset",
    default="reference",
    show_default=True,
    metavar="reference|paper",
    callback=one_of(("reference", "paper")),
    help="Settings of the scores.",
)
@click.option(
    "--protocol",
    multiple=True,
    metavar="NAME",
    help="Convention of measuring.  [default: the preset's]  With protocols and published: only"
    " these, side by side; may be repeated.",
)
@click.option(
    "--scores",
    multiple=True,
    metavar="[NAME=]FILE",
    help="For protocols: scores to measure, a row each.",
)
@click.option(
    "--splits",
    default="",
    metavar="own|NAME|FILE",
    help="For protocols: means over these splits; own: each protocol's.  [default: all videos]",
)
@click.option("--rows-only", is_flag=True, help="Only the rows of a LaTeX table.")
@click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep trained models in DIR and use those that are there. Tables s2 and s3 have "
    "trained rows only with it.  [default of other tables: vidgist-runs]",
)
@click.option(
    "--repeats",
    type=click.IntRange(min=1, max=1000),
    default=5,
    show_default=True,
    help="Trainings of each split, each with a seed of its own.",
)
@click.option(
    "--epochs", type=click.IntRange(min=0), metavar="N", help="Train N epochs.  [default: paper's]"
)
@click.option(
    "--dsn-epochs",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="Also train DR-DSN for N epochs (the paper: 60, 2000); may be repeated.",
)
@click.option(
    "--methods",
    metavar="NAME,...",
    callback=name_list(METHODS),
    help="Train these methods, for rivals, 1 and 2; `vidgist train --list-methods` lists them.  "
    "[default: all for rivals, else none]",
)
@click.option(
    "--budget",
    type=click.FloatRange(min=0),
    metavar="HOURS",
    help="Hours of one processor core for the trainings of --methods, for each table; what does "
    "not fit is trained for fewer epochs.",
)
@measure_options
@common_options
def benchmark(
    name: str | None,
    data: tuple[Path, ...],
    output: Path | None,
    console: Console,
    as_json: bool,
    **options: Any,
) -> int:
    """Print one table or draw one figure of the paper, with random, constant and human rows.

    Without NAME the command lists the names. The exit code is 1 if nothing could be measured.
    """
    style = check_format(options.pop("format"), as_json=as_json)
    rows_only = options.pop("rows_only")
    if rows_only and style != "latex":
        raise SettingError("rows_only: is for format='latex'")
    if name is None:
        _list({table.name: table.summary for table in TABLES.values()}, style)
        return 0
    table = TABLES.find(name.lower())
    if output is not None:
        check_output(output, overwrite=options["overwrite"])
    with console.progress(table.name) as progress:
        context = Context(
            name=table.name,
            library=find_library(data),
            settings=preset(options.pop("preset")),
            protocol_names=options.pop("protocol"),
            split_names=options.pop("splits"),
            output=output,
            progress=progress,
            **options,
        )
        result = table.run(context)
    measured = bool(result.tables or result.figures or result.lines or result.published)
    for sentence in result.missing:
        if measured:
            console.warn(table.name, sentence)
        else:
            console.error(f"{table.name}: {sentence}")
    if measured or style == "json":
        target = None if result.figures or not measured else output
        text = _text(table.name, result, style, rows_only=rows_only)
        _print(text, target, overwrite=context.overwrite)
    return 0 if measured else 1


def _list(summaries: dict[str, str], style: str) -> None:
    if style == "json":
        print_json(summaries)
        return
    width = max(map(len, summaries))
    for name, summary in summaries.items():
        click.echo(f"{name.ljust(width)}  {summary}")


def _text(name: str, result: BenchmarkResult, style: str, *, rows_only: bool) -> str:
    """Return the result as text."""
    if style == "json":
        document = {
            "benchmark": name,
            "tables": [as_data(table) for table in result.tables],
            "published": [published_data(row) for row in result.published],
            "missing": result.missing,
            "figures": [str(path) for path in result.figures],
            "lines": result.lines,
        }
        return json.dumps(document, indent=1) + "\n"
    layout = result.layout if len(result.tables) > 1 else "stacked"
    text = ""
    if result.tables:
        text = render(result.tables, style=style, layout=layout, rows_only=rows_only)
    if result.published:
        text += published_text(result.published, style=style)
    if style == "csv" or rows_only:  # holds nothing but rows
        for line in result.lines:
            click.echo(line, err=True)
        return text
    comment = "% " if style == "latex" else ""
    paths = "".join(f"{one_line(path)}\n" for path in result.figures)
    return paths + text + "".join(f"{comment}{line}\n" for line in result.lines)


def _print(text: str, output: Path | None, *, overwrite: bool) -> None:
    """Print the text, or write it into a file."""
    if output is None:
        click.echo(text, nl=False)
        return
    with whole_file(output, overwrite=overwrite) as partial:
        partial.write_text(text, encoding="utf-8")
