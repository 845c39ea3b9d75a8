"""vidgist: the gist of any video.

::

    import vidgist

    gist = vidgist.summarize("talk.mp4", length="15%")
    gist.save("talk-gist/")

Every stage is a function of its own on plain NumPy arrays; `vidgist.pipeline` shows them in order,
and the last of them, which writes the files, is `vidgist.render.render`.
Names are imported when they are first used, so that ``import vidgist`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vidgist import datasets as datasets
    from vidgist import evaluation as evaluation
    from vidgist import render as render
    from vidgist.backbones import load_backbone
    from vidgist.criteria.alignment import alignment
    from vidgist.criteria.belonging import belonging
    from vidgist.criteria.distinctiveness import distinctiveness
    from vidgist.criteria.projection import projection
    from vidgist.criteria.scaling import minmax
    from vidgist.criteria.uniformity import uniformity
    from vidgist.criteria.uniqueness import uniqueness
    from vidgist.errors import (
        DataError,
        InputError,
        MissingExtraError,
        ModelError,
        OutputError,
        SettingError,
        VideoError,
        VidgistError,
        VidgistWarning,
    )
    from vidgist.features import extract_features
    from vidgist.keyframes import find_keyframes
    from vidgist.pipeline import summarize
    from vidgist.scoring.bank import Bank, read_bank, shipped_bank
    from vidgist.scoring.presets import Preset, preset
    from vidgist.scoring.scorer import Scorer, importance
    from vidgist.selection.knapsack import knapsack
    from vidgist.selection.rule import choose
    from vidgist.selection.values import shot_values
    from vidgist.selection.whole_shots import select
    from vidgist.shots.kts import segment
    from vidgist.shots.refine import refine_shots
    from vidgist.summary import Summary
    from vidgist.types import Features, Frames, Scores, Shots, Timeline, VideoInfo
    from vidgist.video.decode import read_frames
    from vidgist.video.probe import probe

__version__ = "0.2.0"

_HOMES = {
    "vidgist.scoring.bank": ("Bank", "read_bank", "shipped_bank"),
    "vidgist.criteria": (
        "alignment",
        "belonging",
        "distinctiveness",
        "minmax",
        "projection",
        "uniformity",
        "uniqueness",
    ),
    "vidgist.errors": (
        "DataError",
        "InputError",
        "MissingExtraError",
        "ModelError",
        "OutputError",
        "SettingError",
        "VideoError",
        "VidgistError",
        "VidgistWarning",
    ),
    "vidgist.backbones": ("load_backbone",),
    "vidgist.features": ("extract_features",),
    "vidgist.keyframes": ("find_keyframes",),
    "vidgist.pipeline": ("summarize",),
    "vidgist.scoring.presets": ("Preset", "preset"),
    "vidgist.scoring.scorer": ("Scorer", "importance"),
    "vidgist.selection": ("choose", "knapsack", "select", "shot_values"),
    "vidgist.shots": ("refine_shots", "segment"),
    "vidgist.summary": ("Summary",),
    "vidgist.types": (
        "Features",
        "Frames",
        "Scores",
        "Shots",
        "Timeline",
        "VideoInfo",
    ),
    "vidgist.video": ("probe", "read_frames"),
}
_PACKAGES = ("datasets", "evaluation", "render")
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Bank",
    "DataError",
    "Features",
    "Frames",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "OutputError",
    "Preset",
    "Scorer",
    "Scores",
    "SettingError",
    "Shots",
    "Summary",
    "Timeline",
    "VideoError",
    "VideoInfo",
    "VidgistError",
    "VidgistWarning",
    "alignment",
    "belonging",
    "choose",
    "distinctiveness",
    "extract_features",
    "find_keyframes",
    "importance",
    "knapsack",
    "load_backbone",
    "minmax",
    "preset",
    "probe",
    "projection",
    "read_bank",
    "read_frames",
    "refine_shots",
    "segment",
    "select",
    "shipped_bank",
    "shot_values",
    "summarize",
    "uniformity",
    "uniqueness",
]


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:  # reached without an import, as the functions are
        return importlib.import_module(f"vidgist.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'vidgist' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
