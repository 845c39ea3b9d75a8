"""``vidgist benchmark NAME``: print a table or draw a figure of the paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from vidgist.cli.common import Console, common_options, one_line, one_of, print_json
from vidgist.errors import unknown_value

__all__ = ["benchmark"]

EPILOG = """\b
Examples:
  vidgist benchmark                      (lists the names)
  vidgist benchmark s2 --data datasets/
  vidgist benchmark s7 --format markdown -o s7.md
  vidgist benchmark fig-s3 -o uniformity.pdf
  vidgist benchmark 1 --data datasets/ --runs runs/     (trains; continues an interrupted run)

Data is looked for in the files and folders of --data, else in those that the environment variable
VIDGIST_DATA names, else in the folder 'data' here: HDF5 files and split files with 'tvsum' or
'summe' in their name or folder, and bank files. Missing data is reported, and the rest is printed.
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
    "--format",
    "style",
    default=None,
    metavar="terminal|markdown|latex|csv|json",
    help="How tables are written.  [default: terminal]",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE."
)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
@click.option(
    "--preset",
    default="reference",
    show_default=True,
    metavar="reference|paper",
    callback=one_of(("reference", "paper")),
    help="Settings of the scores.",
)
@click.option("--protocol", metavar="NAME", help="How to measure.  [default: the preset's]")
@click.option(
    "--shots",
    default="official",
    show_default=True,
    metavar="official|kts",
    help="Shots of the files, or those of vidgist's own segmentation.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1, max=100_000),
    default=100,
    show_default=True,
    help="Random score vectors per video.",
)
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
@common_options
def benchmark(
    name: str | None,
    data: tuple[Path, ...],
    style: str | None,
    output: Path | None,
    console: Console,
    as_json: bool,
    **options: Any,
) -> int:
    """Print one table or draw one figure of the paper, with random, constant and human rows.

    Without NAME the command lists the names. The exit code is 1 if nothing could be measured.
    """
    from vidgist.evaluation.protocols import PROTOCOLS
    from vidgist.evaluation.segmentation import SHOTS
    from vidgist.evaluation.tables import chosen_format
    from vidgist.paper import BENCHMARKS, Context, run_benchmark
    from vidgist.paper.library import find_library
    from vidgist.scoring.presets import preset
    from vidgist.system.files import check_output

    style = chosen_format(style, as_json=as_json)
    if options["shots"] not in SHOTS:
        raise unknown_value("--shots", options["shots"], SHOTS)
    if options["protocol"] is not None and options["protocol"] not in PROTOCOLS:
        raise unknown_value("--protocol", options["protocol"], PROTOCOLS)
    if name is None:
        _list(BENCHMARKS, style)
        return 0
    name = name.lower()
    if name not in BENCHMARKS:
        raise unknown_value("benchmark", name, BENCHMARKS)
    if output is not None:
        check_output(output, overwrite=options["overwrite"])
    with console.progress(name) as progress:
        report = run_benchmark(
            name,
            Context(
                name=name,
                library=find_library(data),
                settings=preset(options["preset"]),
                protocol_name=options["protocol"],
                shots=options["shots"],
                seeds=options["seeds"],
                output=output,
                overwrite=options["overwrite"],
                progress=progress,
                runs=options["runs"],
                repeats=options["repeats"],
                epochs=options["epochs"],
                dsn_epochs=tuple(options["dsn_epochs"]),
            ),
        )
    measured = bool(report.tables or report.figures or report.lines)
    for sentence in report.missing:
        if measured:
            console.warn(name, sentence)
        else:
            console.error(f"{name}: {sentence}")
    if measured or style == "json":
        target = None if report.figures or not measured else output
        _give(report, style, target, overwrite=options["overwrite"])
    return 0 if measured else 1


def _list(known: dict[str, tuple[str, str]], style: str) -> None:
    if style == "json":
        print_json({name: about for name, (_, about) in known.items()})
        return
    width = max(map(len, known))
    for name, (_, about) in known.items():
        click.echo(f"{name.ljust(width)}  {about}")


def _give(report: Any, style: str, output: Path | None, *, overwrite: bool) -> None:
    """Print the report, or write it into a file."""
    from vidgist.evaluation.tables import as_data, render
    from vidgist.system.files import whole_file

    if style == "json":
        document = {
            "benchmark": report.name,
            "tables": [as_data(table) for table in report.tables],
            "missing": list(report.missing),
            "figures": [str(path) for path in report.figures],
            "lines": list(report.lines),
        }
        if output is None:
            print_json(document)
            return
        text = json.dumps(document, indent=1) + "\n"
    else:
        text = render(report.tables, style=style) if report.tables else ""
        if style == "csv":  # holds nothing but rows
            for line in report.lines:
                click.echo(line, err=True)
        else:
            comment = "% " if style == "latex" else ""
            text += "".join(f"{comment}{line}\n" for line in report.lines)
        for path in report.figures:
            click.echo(one_line(path))
        if output is None:
            click.echo(text, nl=False)
            return
    with whole_file(output, overwrite=overwrite) as partial:
        partial.write_text(text, encoding="utf-8")
