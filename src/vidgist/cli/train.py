"""``vidgist train``: train a model by any method that learns."""

from __future__ import annotations

import dataclasses
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from vidgist.backbones import DEFAULT_BACKBONE
from vidgist.cli.common import Console, common_options, one_of, output_option, print_json
from vidgist.cli.methods import list_methods
from vidgist.defaults import DEFAULT_FPS
from vidgist.errors import SettingError, TrainingError, counted
from vidgist.models.methods import METHODS, training_settings
from vidgist.models.settings import KEEP, KINDS, parse_settings, setting_names
from vidgist.system.processors import DEVICES
from vidgist.training import require_torch
from vidgist.training.inputs import is_youtube8m
from vidgist.training.sources import read_training_data, training_part

_LONGEST = max(map(len, METHODS))
_METHODS = "\n".join(
    f"  {method.name:<{_LONGEST}} {method.summary}{', from annotations' if method.labels else ''}"
    for method in METHODS.values()
)

EPILOG = f"""\b
Methods:
{_METHODS}

\b
Examples:
  vidgist train tvsum.h5 -o model.safetensors
  vidgist train tvsum.h5 --splits tvsum_splits.json --split 1 --preset reference -o s1.safetensors
  vidgist train library/ -o mine.safetensors        (videos: features are extracted first)
  vidgist train yt8m/ -o yt8m.safetensors           (a folder of .tfrecord files)
  vidgist train tvsum.h5 --method dr_dsn --epochs 60 -o dsn.safetensors
  vidgist summarize talk.mp4 --model mine.safetensors --criteria alignment,uniformity,uniqueness

Needs the extra 'train': pip install 'vidgist[train]'. Using a model does not.
"""

_SETTINGS: dict[str, tuple[Any, str, str | None]] = {
    "epochs": (click.IntRange(min=0), "N", "Number of passes over the videos."),
    "batch": (click.IntRange(min=1), "N", "Videos per step."),
    "samples": (int, "N", "Samples that every video is brought to."),
    "neighbors": (float, "SHARE", "Neighbor ratio a."),
    "uniform_weight": (float, "X", "lambda1 of the loss."),
    "layers": (int, "N", "Encoder layers."),
    "heads": (int, "N", "Attention heads."),
    "width": (int, "N", "Dimension of a refined feature."),
    "learning_rate": (float, "X", None),
    "keep": (
        str,
        "|".join(KEEP),
        "Epoch whose weights the model keeps. best-on-validation holds out a fifth of the videos;"
        " best-on-test is an upper bound, no result.",
    ),
    "weight_decay": (float, "X", None),
}
"""Settings of a method that options change: type, metavar and help."""


def _setting_options(command: Any) -> Any:
    for name, (kind, metavar, text) in reversed(_SETTINGS.items()):
        option = f"--{name.replace('_', '-')}"
        command = click.option(option, type=kind, metavar=metavar, help=text)(command)
    return click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="NAME=VALUE",
        help="Any other setting of the method, such as hidden=256; may be repeated.",
    )(command)


@click.command(epilog=EPILOG)
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@output_option(
    "The model file to write.",
    required=True,
    metavar="MODEL.safetensors",
)
@click.option(
    "--method",
    default="contrastive",
    show_default=True,
    metavar="NAME",
    help="Method that learns; see below.",
)
@click.option(
    "--list-methods",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=list_methods,
    help="List the methods, with their labels, sources, sizes and published figures.",
)
@click.option(
    "--preset",
    metavar="paper|reference",
    help="Settings to start from: a paper's text, or what its released code does."
    "  [default: paper; the rivals have their own]",
)
@click.option(
    "--kind",
    metavar="|".join(KINDS),
    help="Which of the paper's two trainings.  [default: youtube8m for its features]",
)
@click.option(
    "--splits",
    metavar="FILE|NAME",
    help="Split file, or splits by name: pgl-sum, msva, dsnet, csta, multi-ranker, vasnet,"
    " random:SEED, folds:SEED.",
)
@click.option(
    "--split",
    type=click.IntRange(min=1),
    metavar="N",
    help="Train on this split's part of the first DATA only.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@_setting_options
@click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="auto|cpu|cuda",
    callback=one_of(DEVICES),
)
@click.option(
    "--devices",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Devices, or processes, of a computer that share every batch.",
)
@click.option(
    "--num-nodes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Computers that share every batch, started by srun or torchrun.",
)
@click.option("--precision", default="auto", show_default=True, metavar="auto|fp32|bf16")
@click.option(
    "--threads", type=click.IntRange(min=1), metavar="N", help="Threads.  [default: one per core]"
)
@click.option(
    "--backbone",
    default=DEFAULT_BACKBONE,
    show_default=True,
    metavar="NAME",
    help="Feature extractor, for videos.",
)
@click.option(
    "--fps",
    type=float,
    default=DEFAULT_FPS,
    show_default=True,
    help="Samples per second, of videos.",
)
@click.option(
    "--resume", is_flag=True, help="Continue from the last checkpoint of the same training."
)
@click.option("--overwrite", is_flag=True, help="Replace the model and its checkpoint.")
@common_options
def train(
    data: tuple[Path, ...],
    output: Path,
    console: Console,
    as_json: bool,
    **options: Any,
) -> None:
    """Learn from the videos of DATA and write a model.

    DATA is files in the field's HDF5 layout, videos or folders of them, or YouTube-8M's TFRecords.
    Only methods that say so use annotations. Ctrl-C keeps the last checkpoint, beside the model;
    the same command with --resume continues to the same result.
    """
    require_torch("vidgist train")
    import torch

    from vidgist.training.checkpoint import checkpoint_path
    from vidgist.training.engine import is_first_process
    from vidgist.training.training import check_output
    from vidgist.training.training import train as run_training

    check_output(output, resume=options["resume"], overwrite=options["overwrite"])
    first = is_first_process()  # the processes of other devices print nothing
    console.quiet = console.quiet or not first
    if options["threads"]:
        torch.set_num_threads(options["threads"])
    splits, number = options["splits"], options["split"]
    if (splits is None) != (number is None):
        raise click.UsageError("--splits and --split belong together: give both or none")
    settings = _settings(options, data)
    part, origin = (None, None) if splits is None else training_part(splits, number, data=data)
    labels = bool(METHODS[settings.method].labels) or settings.keep != KEEP[0]
    tested = None
    if settings.keep == "best-on-test":
        if part is None:
            raise SettingError("keep: best-on-test needs splits='FILE' and split=N, for the videos")
        others = dataclasses.replace(part, train=part.test, test=())
        tested, _ = read_training_data(data[:1], work=output, keys=others, labels=True)
    with console.progress(output.name) as progress:
        videos, lost = read_training_data(
            data,
            work=output,
            keys=part,
            labels=labels,
            progress=progress,
            **{name: options[name] for name in ("backbone", "fps", "device", "threads")},
        )
    for sentence in lost:
        console.warn(output.name, sentence)
    console.note(
        f"{output.name}: {counted(len(videos), 'video')} of {videos.dimension} numbers a sample"
    )
    shortfall = settings.shortfall(len(videos))
    if shortfall is not None:
        console.warn(output.name, shortfall)
    try:
        with console.progress(output.name) as progress:
            began = time.monotonic()
            before: int | None = None

            def report(*, step: int, steps: int, epoch: int, terms: Mapping[str, float]) -> None:
                nonlocal before
                before = step - 1 if before is None else before
                loss = " ".join(f"{name} {value:.3f}" for name, value in terms.items())
                details = f"epoch {epoch}, {loss}"
                if not sys.stderr.isatty():  # where no bar shows these
                    left = (time.monotonic() - began) / (step - before) * (steps - step)
                    details = f"step {step} of {steps}, {details}, {left:.0f} s left"
                progress("training", step, steps, details)

            card = run_training(
                videos,
                output,
                settings=settings,
                seed=options["seed"],
                device=options["device"],
                devices=options["devices"],
                num_nodes=options["num_nodes"],
                precision=options["precision"],
                resume=options["resume"],
                overwrite=options["overwrite"],
                split=origin,
                tested=tested,
                command=shlex.join(["vidgist", *sys.argv[1:]]),
                report=report,
                note=console.note,
            )
    except KeyboardInterrupt:
        kept = checkpoint_path(output)
        if kept.exists():
            console.note(f"{kept}: holds the last checkpoint; go on with --resume")
        raise
    except TrainingError:
        if first:
            raise
        raise click.exceptions.Exit(1) from None
    if not first:
        return
    if as_json:
        print_json({"model": str(output), **vars(card)})
    else:
        terms = ", ".join(f"{name} {value:.4f}" for name, value in card.loss.items())
        click.echo(
            f"{output}: {counted(card.epochs, 'epoch')}, {counted(card.steps, 'step')}"
            + (terms and f"; {terms}")
        )


def _settings(options: dict[str, Any], data: tuple[Path, ...]) -> Any:
    """Return the settings of the method, changed by the options that were given."""
    kind = options["kind"]
    has_kinds = "kind" in setting_names(METHODS.find(options["method"]).settings)
    if kind is None and has_kinds and is_youtube8m(data):
        kind = "youtube8m"
    start = {"preset": options["preset"], "kind": kind}
    changes = {name: options[name] for name in _SETTINGS}
    if options["changes"]:
        settings = training_settings(options["method"], **start)
        changes |= parse_settings(settings, options["changes"])
    return training_settings(options["method"], **start, **changes)
