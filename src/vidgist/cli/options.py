"""Options that several commands share: how samples are scored, and which extractor runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from vidgist.backbones import DEFAULT_BACKBONE
from vidgist.cli.common import name_list, one_of
from vidgist.criteria import CRITERIA
from vidgist.defaults import (
    DEFAULT_FPS,
    DEFAULT_KEYFRAMES,
    DEFAULT_LENGTH,
    DEFAULT_SELECT,
    DEFAULT_SHOTS,
)
from vidgist.scoring.bank import SHIPPED
from vidgist.scoring.presets import AVOID_ZEROS, DEFAULT_PRESET, PRESETS, Preset, preset
from vidgist.selection import RULES
from vidgist.shots import SEGMENTATIONS
from vidgist.system.processors import DEVICES

Command = TypeVar("Command", bound=Callable[..., Any])


def _stack(command: Command, options: list[Callable[[Command], Command]]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def score_options(command: Command) -> Command:
    """Add the options of the score: preset, criteria, neighbors, zeros, smoothing, model, bank."""
    return _stack(
        command,
        [
            click.option(
                "--preset",
                metavar="|".join(PRESETS),
                help="Settings to start from: the paper's text, what its released code does, or"
                f" the score beyond the paper (docs/best.md).  [default: {DEFAULT_PRESET}]",
            ),
            click.option(
                "--criteria",
                callback=name_list(CRITERIA),
                metavar="LIST",
                help=f"Criteria to multiply: {', '.join(CRITERIA)}; uniqueness needs --model,"
                " projection keeps the part of their product that is linear in the features."
                "  [default: the preset's]",
            ),
            click.option(
                "--neighbors",
                type=float,
                metavar="SHARE",
                help="Share of the samples that are neighbors, for alignment.  [default: 0.1]",
            ),
            click.option(
                "--avoid-zeros",
                metavar="|".join(AVOID_ZEROS),
                help="Keep scores above 0: p + 0.05 (eps) or exp(p - 1).  [default: the preset's]",
            ),
            click.option(
                "--threshold",
                type=float,
                metavar="ALPHA",
                help="Set alignment below ALPHA times its mean to 0 (the paper tries 1.1).",
            ),
            click.option(
                "--smoothing",
                type=float,
                metavar="SECONDS",
                help="Standard deviation of the Gaussian over time, in seconds."
                "  [default: 1.5; 0.5 with paper and reference]",
            ),
            click.option(
                "--model",
                metavar="FILE|NAME|MODULE:FUNCTION",
                help="Refine the features with a model of vidgist train (.safetensors), which gives"
                " uniqueness; or take the scores of one, of a network (.onnx), or of a function of"
                " your own.",
            ),
            click.option(
                "--bank",
                default=SHIPPED,
                metavar="FILE|none",
                help="Statistics of other videos, for --preset best.  [default: the shipped bank]",
            ),
        ],
    )


def backbone_options(command: Command) -> Command:
    """Add the options of the features: fps, backbone, device, threads, skim."""
    return _stack(
        command,
        [
            click.option(
                "--fps",
                type=click.FloatRange(min=0, min_open=True),
                default=DEFAULT_FPS,
                show_default=True,
                help="Samples per second.",
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
                help="Threads, for decoding and for inference each.  [default: one per core]",
            ),
            click.option(
                "--skim",
                is_flag=True,
                help="Decode key frames, and others only where they are needed: many times faster,"
                " with hardly another result. --fps is then the most samples per second.",
            ),
        ],
    )


def length_option(command: Command) -> Command:
    """Add ``--length``."""
    return click.option(
        "--length",
        default=DEFAULT_LENGTH,
        show_default=True,
        metavar="LENGTH",
        help="Maximum length of the summary: 15%, 90s, 1m30s, 1:30, or auto (15% of the video, at"
        " least 10 seconds, at most 2 minutes, never more than half).",
    )(command)


def keyframes_option(*names: str) -> Callable[[Command], Command]:
    """Return a decorator that adds the number of keyframes as an option of these names."""
    return click.option(
        *names,
        default=DEFAULT_KEYFRAMES,
        show_default=True,
        metavar="N|auto",
        help="Number of stills that stand for the whole video; auto: as many as add new content.",
    )


def shots_option(command: Command) -> Command:
    """Add ``--shots``."""
    ways = "; ".join(f"{name}: {way.summary}" for name, way in SEGMENTATIONS.items())
    return click.option(
        "--shots",
        default=DEFAULT_SHOTS,
        show_default=True,
        metavar=f"{'|'.join(SEGMENTATIONS)}|FILE|MODULE:FUNCTION",
        help=f"Where shots come from. {ways}; FILE: starts and ends of every shot, as JSON, CSV (of"
        " PySceneDetect too), lines of frames, HDF5.",
    )(command)


def select_option(command: Command) -> Command:
    """Add ``--select``."""
    rules = "; ".join(f"{name}: {rule.summary}" for name, rule in RULES.items())
    return click.option(
        "--select",
        default=DEFAULT_SELECT,
        show_default=True,
        callback=one_of(RULES),
        metavar=f"{'|'.join(RULES)}|MODULE:FUNCTION",
        help=f"Rule of selection. {rules}; or a function of your own.",
    )(command)


def gist_options(command: Command) -> Command:
    """Add ``--length``, ``--select``, ``--shots``, ``--keyframes`` and ``--speech``."""
    speech = click.option(
        "--speech/--no-speech",
        default=True,
        help="Move borders of pieces that cut speech to pauses.  [default: speech]",
    )
    transcript = click.option(
        "--transcript",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="What is said (SRT, WebVTT, Whisper's JSON): pieces begin and end with sentences.",
    )
    stills = keyframes_option("--keyframes")
    return _stack(command, [length_option, select_option, shots_option, stills, speech, transcript])


def score_settings(options: dict[str, Any]) -> Preset:
    """Remove the options of the score from ``options``, and return them as checked settings.

    Raises:
        SettingError: a value is unknown or out of range.
    """
    names = ("criteria", "neighbors", "avoid_zeros", "threshold", "smoothing")
    changes = {name: options.pop(name) for name in names}
    return preset(options.pop("preset") or DEFAULT_PRESET, **changes)
