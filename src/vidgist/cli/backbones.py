"""``vidgist backbones``: list the feature extractors, or write one as an ONNX file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from vidgist.backbones.networks.stored import weights_folder
from vidgist.backbones.record import Record
from vidgist.backbones.registry import BACKBONES, DEFAULT_BACKBONE
from vidgist.cli.common import (
    Console,
    KnownGroup,
    common_options,
    one_line,
    output_option,
    print_json,
)
from vidgist.errors import SettingError
from vidgist.features.quantize import quantize_by_videos
from vidgist.features.speed import measure
from vidgist.system.files import whole_file

COLUMNS = ("name", "dimension", "input", "license", "weights", "here")


EPILOG = """\b
Examples:
  vidgist backbones
  vidgist backbones --json
  vidgist backbones show dino_s16
  vidgist backbones export efficientnet_lite0 -o lite0.onnx
"""

EXPORT_EPILOG = """\b
Examples:
  vidgist backbones export efficientnet_lite0 -o lite0.onnx
  vidgist summarize talk.mp4 --backbone lite0.onnx
  vidgist backbones export efficientnet_lite0 -o lite0-int8.onnx --int8 talk.mp4
"""


SPEED_EPILOG = """\b
Examples:
  vidgist backbones speed
  vidgist backbones speed efficientnet_lite0 my-model.onnx --threads 1
"""


SHOW_EPILOG = """\b
Examples:
  vidgist backbones show dino_s16
"""


@click.group(cls=KnownGroup, invoke_without_command=True, epilog=EPILOG)
@common_options
@click.pass_context
def backbones(ctx: click.Context, console: Console, as_json: bool) -> None:
    """List the feature extractors that --backbone takes.

    Besides these names, --backbone takes any image model as FILE.onnx or hf:OWNER/NAME, and several
    at once as a+b.
    """
    if ctx.invoked_subcommand is not None:
        return
    if as_json:
        print_json({"default": DEFAULT_BACKBONE, "backbones": [r.details() for r in _all()]})
        return
    _table(COLUMNS, [_row(record) for record in _all()])
    for line in _notes({record.state() for record in _all()}):
        console.note(line)


def _all() -> list[Record]:
    # First those that need nothing but the core.
    return sorted(BACKBONES.values(), key=lambda record: record.runtime != "onnx")


def _row(record: Record) -> tuple[str, ...]:
    height, width = record.size
    frames = "" if record.window is None else f"{record.window.frames} x "
    return (
        record.name,
        str(record.dimension),
        f"{frames}{height} x {width}",
        record.license,
        record.origin,
        record.state() + (" (default)" if record.name == DEFAULT_BACKBONE else ""),
    )


def _notes(states: set[str]) -> Iterator[str]:
    """Yield what to do for each state in the last column."""
    for state in sorted(states):
        if state.startswith("extra "):
            yield f"{state}: pip install 'vidgist[{state.removeprefix('extra ')}]'"
    yield "vidgist backbones show NAME: layer, normalization, source, and where a file goes"


@backbones.command(epilog=SHOW_EPILOG)
@click.argument("name")
@common_options
def show(name: str, console: Console, as_json: bool) -> None:
    """Show the facts of the extractor NAME: layer, normalization, source, license."""
    record = BACKBONES.find(name)
    details = record.details()
    if as_json:
        print_json(details)
        return
    window = record.window
    size = " x ".join(map(str, record.size))
    frames = (
        "" if window is None else f"windows of {window.frames} frames, {window.rate:g} a second, "
    )
    lines = details | {
        "size": None,
        "clip": None,
        "input": f"{frames}{size}",
        "installed": record.state(),
        "mean": _spaced(details.get("mean")),
        "std": _spaced(details.get("std")),
    }
    if "file" in details:
        lines["file"] = f"{details['file']} (your own copy goes into {weights_folder()})"
    for key, value in lines.items():
        if value is not None:
            click.echo(f"{key:10} {value}")


def _spaced(values: object) -> str | None:
    return " ".join(f"{value:g}" for value in values) if isinstance(values, list) else None


@backbones.command(epilog=EXPORT_EPILOG)
@click.argument("name")
@output_option(
    "The ONNX file to write.",
    required=True,
)
@click.option(
    "--int8",
    "videos",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="VIDEO",
    help="Quantize to 8 bits, by what this video shows; may be given several times.",
)
@click.option("--overwrite", is_flag=True, help="Replace a file that exists.")
@common_options
def export(
    name: str,
    output: Path,
    videos: tuple[Path, ...],
    overwrite: bool,
    console: Console,
    as_json: bool,
) -> None:
    """Write the extractor NAME as an ONNX file.

    It takes uint8 RGB pictures (B, H, W, 3) and gives features (B, D); normalization and pooling
    are inside.

    With --int8 every other sample of the videos sets the ranges of the numbers. On the samples
    between them the loss is measured: the cosine of the features, and Kendall's tau of the
    importance scores made from them.
    """
    record = BACKBONES.find(name)
    if videos and record.window is not None:
        raise SettingError(
            f"--int8: {name} takes frame windows; only extractors of single pictures are quantized"
        )
    model = record.export()
    loss: dict[str, float] = {}
    if videos:
        model, loss = quantize_by_videos(model, videos, size=record.size)
    with whole_file(output, overwrite=overwrite) as partial:
        partial.write_bytes(model)
    if as_json:
        print_json({"name": name, "file": str(output), "bytes": len(model), **loss})
        return
    console.note(f"{one_line(output)}: {len(model) / 1e6:.1f} MB")
    if loss:
        click.echo(
            f"cosine to the exact features: median {loss['cosine_median']:.4f}, "
            f"5% under {loss['cosine_5']:.4f}, least {loss['cosine_least']:.4f}"
        )
        click.echo(
            f"Kendall's tau of the importance scores: {loss['tau']:.3f} "
            f"(mean of {loss['videos']:.0f} videos, {loss['samples']:.0f} samples)"
        )


@backbones.command(epilog=SPEED_EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME|FILE.onnx]...")
@click.option("--threads", type=click.IntRange(min=1), help="Threads.  [default: one a core]")
@click.option("--seconds", default=3.0, show_default=True, help="How long each one runs.")
@common_options
def speed(
    names: tuple[str, ...], threads: int | None, seconds: float, console: Console, as_json: bool
) -> None:
    """Measure how many frames a second each extractor takes; all that are installed by default."""
    chosen = names or tuple(r.name for r in _all() if r.installed())
    rows = [measure(name, threads=threads, seconds=seconds) for name in chosen]
    if as_json:
        print_json({"backbones": [asdict(row) for row in rows]})
        return
    _table(
        ("name", "dimension", "MB", "threads", "frames/s"),
        [
            (
                one_line(row.name),
                str(row.dimension),
                f"{row.bytes / 1e6:.1f}" if row.bytes else "-",
                str(row.threads),
                f"{row.frames_per_second:.0f}",
            )
            for row in rows
        ],
    )


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
