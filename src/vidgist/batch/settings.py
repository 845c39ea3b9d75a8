"""Settings of a batch: checked and loaded once, with an identity that equal results share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vidgist.backbones import load_backbone
from vidgist.errors import unreadable
from vidgist.pipeline import DEFAULTS
from vidgist.scoring.bank import Bank
from vidgist.scoring.presets import Preset, preset
from vidgist.scoring.scorer import Scorer
from vidgist.selection import RULES, parse_count, parse_length
from vidgist.shot_source import shot_source
from vidgist.video import Limits, SampleStream
from vidgist.video.copy import check_copy
from vidgist.video.hdr import check_hdr
from vidgist.video.voices import check_choice

_CHOICES = (
    *("length", "select", "shots", "keyframes", "speech", "transcript", "settings"),
    *("audio", "metadata", "hdr", "copy"),
    *("model", "bank"),
    *("fps", "skim", "backbone", "device", "threads", "limits"),
)
"""Arguments of `vidgist.pipeline.summarize` that a batch has."""

_METHOD_ONLY = ("threads", "device", "limits")
"""Options that change how results are made but not what they are."""


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
        options: arguments of `vidgist.pipeline.summarize` by name as plain JSON, what is missing
            by default; ``settings`` as the fields of a `Preset`, ``limits`` as those of
            `vidgist.video.Limits`, or None.

    Raises:
        SettingError: a value is unknown or out of range.
        InputError: a model or bank is damaged, or does not fit the backbone.
        MissingExtraError: the backbone needs a package that is not installed.
    """
    chosen = {name: options.get(name, DEFAULTS[name]) for name in _CHOICES}
    parse_length(chosen["length"], 1.0)
    parse_count(chosen["keyframes"])
    RULES.resolve(chosen["select"])
    source = shot_source(chosen["shots"])
    check_hdr(chosen["hdr"])
    check_choice(chosen["audio"])
    check_copy(chosen["copy"], chosen["audio"])
    SampleStream("", fps=chosen["fps"])  # refuses rates out of range
    settings, model, bank = (chosen.pop(name) for name in ("settings", "model", "bank"))
    settings = Preset(**settings) if isinstance(settings, Mapping) else preset(settings)
    scorer = Scorer(settings, model=model, bank=bank)
    backbone = load_backbone(chosen["backbone"], device=chosen["device"], threads=chosen["threads"])
    scorer = scorer.matched(
        dimension=backbone.dimension, backbone=backbone.name, fingerprint=backbone.fingerprint
    )
    identity = {
        **asdict(settings),
        **{name: value for name, value in chosen.items() if name not in _METHOD_ONLY},
        "backbone": f"{backbone.name} {backbone.fingerprint}",
        "shots": source.name if source.file is None else _digest(source.file.path),
        "model": _digest(model) if model is not None and Path(model).is_file() else model,
        "bank": _digest(bank) if Path(bank).is_file() else bank,
    }
    if not isinstance(scorer.bank, Bank):
        identity["bank"] = None
    limits = chosen["limits"]
    chosen["limits"] = None if limits is None else Limits(**limits)
    return Prepared(
        arguments={**chosen, "shots": source, "backbone": backbone, "scorer": scorer},
        # As it comes back from a file: what was a tuple is a list.
        identity=json.loads(json.dumps(identity)),
        notes=scorer.notes,
    )


def _digest(path: str | Path) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:32]
    except OSError as error:
        raise unreadable(error) from error
