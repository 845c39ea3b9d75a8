"""The options of ``vidgist summarize`` checked, its models loaded, and what identifies them all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vidgist.backbones import DEFAULT_BACKBONE
from vidgist.errors import InputError

__all__ = ["DEFAULTS", "Prepared", "prepare"]

DEFAULTS: Mapping[str, Any] = {
    "length": "15%",
    "preset": None,
    "criteria": None,
    "neighbors": None,
    "avoid_zeros": None,
    "threshold": None,
    "smoothing": None,
    "prior": None,
    "fps": 2.0,
    "fast": False,
    "backbone": DEFAULT_BACKBONE,
    "model": None,
    "bank": "shipped",
    "device": "auto",
    "threads": None,
    "limits": None,
}
"""What `prepare` takes where nothing is asked for; as `vidgist.pipeline.summarize` has it."""

_SCORE = ("criteria", "neighbors", "avoid_zeros", "threshold", "smoothing", "prior")
_HOW = ("threads", "device", "limits", "bank", "model", "backbone", "preset")
"""Options that change how results are made but not what they are, or that are told otherwise."""


@dataclass(frozen=True)
class Prepared:
    """Settings for many videos.

    Attributes:
        arguments: for `vidgist.pipeline.summarize`, models loaded.
        identity: plain JSON that is equal exactly where the results are.
        notes: what the user should know, one sentence each.
    """

    arguments: dict[str, Any]
    identity: dict[str, Any]
    notes: tuple[str, ...]


def prepare(options: Mapping[str, Any]) -> Prepared:
    """Check the options and load what they name, once for all videos.

    Args:
        options: the arguments of `vidgist.pipeline.summarize` by name as plain JSON; ``limits`` as
            the fields of `vidgist.video.Limits`, or None.

    Raises:
        SettingError: a value is unknown or out of range.
        InputError: a model or bank is damaged, or does not fit the backbone.
        MissingExtraError: the backbone needs a package that is not installed.
    """
    from vidgist.backbones import load_backbone
    from vidgist.models import load_model
    from vidgist.scoring.bank import NONE
    from vidgist.scoring.presets import BANK_CRITERIA, configure, implied_preset
    from vidgist.scoring.scorer import bank_for, check_model
    from vidgist.selection import parse_length
    from vidgist.video import Limits, SampleStream

    arguments = dict(options)
    parse_length(arguments["length"], 1.0)
    SampleStream("", fps=arguments["fps"])  # refuses rates out of range
    given = {name: arguments.pop(name) for name in _SCORE}
    base = arguments["preset"] or implied_preset(
        criteria=given["criteria"],
        neighbors=given["neighbors"],
        threshold=given["threshold"],
        model=arguments["model"],
    )
    settings = arguments["preset"] = configure(base, **given)
    how = {"device": arguments["device"], "threads": arguments["threads"]}
    path = arguments["model"]
    model = arguments["model"] = None if path is None else load_model(path, **how)
    check_model(settings, model)
    backbone = arguments["backbone"] = load_backbone(arguments["backbone"], **how)
    wanted = arguments["bank"]
    bank, note = bank_for(
        settings,
        wanted,
        dimension=backbone.dimension,
        backbone=backbone.name,
        fingerprint=backbone.fingerprint,
    )
    if set(BANK_CRITERIA) & set(settings.criteria):
        arguments["bank"] = NONE if bank is None else bank
    limits = arguments["limits"]
    arguments["limits"] = None if limits is None else Limits(**limits)
    identity = {
        **asdict(settings),
        **{name: value for name, value in options.items() if name not in (*_SCORE, *_HOW)},
        "backbone": f"{backbone.name} {backbone.fingerprint}",
        "model": None if path is None else _digest(path),
        "bank": None if bank is None else _digest(wanted) if Path(wanted).is_file() else wanted,
    }
    # As it comes back from a file: what was a tuple is a list.
    identity = json.loads(json.dumps(identity))
    return Prepared(arguments, identity, () if note is None else (note,))


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:32]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
