"""Options that several commands share: how samples are scored, and which extractor runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from vidgist.backbones import DEFAULT_BACKBONE
from vidgist.cli.common import name_list, one_of
from vidgist.scoring.bank import SHIPPED
from vidgist.scoring.presets import CRITERIA, Preset, configure, implied_preset
from vidgist.system.processors import DEVICES

__all__ = ["backbone_options", "score_options", "split_options"]

SCORE_NAMES = (
    "preset",
    "criteria",
    "neighbors",
    "avoid_zeros",
    "threshold",
    "smoothing",
    "prior",
)

Command = TypeVar("Command", bound=Callable[..., Any])


def _stack(command: Command, options: list[Callable[[Command], Command]]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def score_options(command: Command) -> Command:
    """Add what decides the score: preset, criteria, neighbors, zeros, smoothing, prior, model."""
    return _stack(
        command,
        [
            click.option(
                "--preset",
                metavar="paper|reference|best",
                help="Settings to start from: the paper's text, what its released code does, or"
                " the score beyond the paper (docs/best.md).  [default: best; paper with --model,"
                " --neighbors, --threshold or only its criteria, and for evaluate]",
            ),
            click.option(
                "--criteria",
                callback=name_list(CRITERIA),
                metavar="LIST",
                help="Criteria to multiply: alignment, uniformity, uniqueness (needs --model),"
                " distinctiveness, belonging, promise; projection makes the product linear in"
                " appearance.  [default: the preset's]",
            ),
            click.option(
                "--neighbors",
                type=float,
                metavar="SHARE",
                help="Share of the samples that are neighbors, for alignment.  [default: 0.1]",
            ),
            click.option(
                "--avoid-zeros",
                metavar="eps|exp",
                help="Keep scores from 0: add 0.05, or take exp(p - 1).  [default: the preset's]",
            ),
            click.option(
                "--threshold",
                type=float,
                metavar="ALPHA",
                help="Set alignment under ALPHA times its mean to 0 (the paper tries 1.1).",
            ),
            click.option(
                "--smoothing",
                type=float,
                metavar="SIGMA",
                help="Gaussian over time, in samples.  [default: 1; 3 with best]",
            ),
            click.option(
                "--prior",
                metavar="none|middle|ends",
                help="Believe before seeing it that the middle matters more, or the first and last"
                " tenth (titles, credits) less.  [default: none]",
            ),
            click.option(
                "--model",
                type=click.Path(path_type=Path, dir_okay=False),
                metavar="MODEL.safetensors",
                help="Refine the features with what vidgist train made; gives uniqueness.",
            ),
            click.option(
                "--bank",
                default=SHIPPED,
                metavar="FILE|none",
                help="Statistics of other videos, for --preset best.  [default: the shipped ones]",
            ),
        ],
    )


def backbone_options(command: Command) -> Command:
    """Add how features are made: fps, backbone, device, threads, fast."""
    return _stack(
        command,
        [
            click.option(
                "--fps",
                type=click.FloatRange(min=0, min_open=True),
                default=2.0,
                show_default=True,
                help="Samples a second.",
            ),
            click.option(
                "--backbone",
                default=DEFAULT_BACKBONE,
                show_default=True,
                metavar="NAME|FILE.onnx",
                help="Feature extractor; see vidgist backbones.",
            ),
            click.option(
                "--device",
                default="auto",
                show_default=True,
                callback=one_of(DEVICES),
                metavar="|".join(DEVICES),
                help="Where the extractor runs.",
            ),
            click.option(
                "--threads",
                type=click.IntRange(min=1),
                metavar="N",
                help="Threads for decoding and for inference each.  [default: one a core]",
            ),
            click.option(
                "--fast",
                is_flag=True,
                help="Skip frames that neither another frame nor a sample needs: quicker;"
                " borders of shots may be off by a frame or two.",
            ),
        ],
    )


def split_options(
    options: dict[str, Any], *, default: str | None = None
) -> tuple[Preset, dict[str, Any]]:
    """Return the settings of the score, checked, and the options that remain.

    Args:
        options: as click gives them.
        default: the preset where none is named; by default `implied_preset` tells.

    Raises:
        SettingError: a value is unknown or out of range.
    """
    given = {name: options.pop(name) for name in SCORE_NAMES}
    if given["preset"] is None:
        given["preset"] = default or implied_preset(
            criteria=given["criteria"],
            neighbors=given["neighbors"],
            threshold=given["threshold"],
            model=options.get("model"),
        )
    return configure(given.pop("preset"), **given), options
