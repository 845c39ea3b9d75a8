"""Model card: the description in a model file, beside its tensors."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vidgist.errors import ModelError

FORMAT = "vidgist-model-1"
_MAX_TEXT = 2**20
_MAX_VIDEOS = 2**19
"""Characters that the list of training videos may take."""


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """Model card: what a network was trained for and how.

    Attributes:
        kind: name of its method, see `vidgist.models.methods`.
        dimension: D, length of the features that it takes.
        backbone: name of the extractor of its training features, "" where unknown.
        backbone_fingerprint: that of the extractor, "" where unknown.
        settings: all settings of the training.
        seed: of weights, samples and dropout.
        epochs: passes over the data.
        steps: updates of the weights.
        data: fingerprint of the training data.
        videos: number of training videos.
        loss: the terms of the loss in the last epoch, by name.
        versions: of Python and the libraries.
        run: precision, devices and threads of the training, which its last digits depend on, and
            the seconds of the processor that it took; empty in models of earlier versions.
        trained_on: the videos that it learned from, see `videos_of`; empty in models of earlier
            versions.
    """

    kind: str
    dimension: int
    backbone: str = ""
    backbone_fingerprint: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    epochs: int = 0
    steps: int = 0
    data: str = ""
    videos: int = 0
    loss: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    trained_on: Mapping[str, Any] = field(default_factory=dict)

    def to_metadata(self) -> dict[str, str]:
        """Return the card as texts by name, for the metadata of a safetensors file."""
        card = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return {"format": FORMAT, "card": card}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str] | None, *, source: str) -> ModelCard:
        """Return the card in the metadata of a safetensors file.

        Args:
            metadata: texts by name.
            source: what to call the file in an error.

        Raises:
            ModelError: it is not a model of this version of vidgist, or damaged.
        """
        texts = metadata or {}
        form = texts.get("format", "")
        if form != FORMAT:
            what = f"its format is '{form[:40]}'" if form else "it names no format"
            raise ModelError(
                f"{source}: is not a model of this version of vidgist ({what}, expected "
                f"'{FORMAT}'); make one with vidgist train"
            )
        text = texts.get("card", "")
        try:
            values = json.loads(text) if len(text) <= _MAX_TEXT else None
        except (ValueError, RecursionError):
            values = None
        card = cls._checked(values) if isinstance(values, dict) else None
        if card is None:
            raise ModelError(f"{source}: its description is damaged; train the model again")
        return card

    @classmethod
    def _checked(cls, values: Mapping[str, Any]) -> ModelCard | None:
        """Return the card, or None where a field is missing, unknown or of another type."""
        types: dict[str, type] = {
            f.name: {"str": str, "int": int}.get(str(f.type), dict) for f in dataclasses.fields(cls)
        }
        values = {"run": {}, "trained_on": {}, **values}
        fits = set(values) == set(types) and all(
            type(values[name]) is expected for name, expected in types.items()
        )
        return cls(**values) if fits and 1 <= values["dimension"] <= 2**20 else None


def videos_of(
    keys: Sequence[str],
    digests: Sequence[str],
    *,
    split: Mapping[str, Any] | None = None,
    command: str = "",
) -> dict[str, Any]:
    """Return what a card says about its training videos, so that a test on them can be refused.

    Args:
        keys: names of the videos.
        digests: of their features, see `vidgist.system.fingerprint.array_fingerprint`.
        split: ``file``, ``sha256`` and ``number`` of the split, if there was one.
        command: that trained it.

    Returns:
        ``keys``, ``digests`` (16 digits each), ``split`` and ``command``. Of more videos than a
        card can hold, both lists are empty.
    """
    short = [digest[:16] for digest in digests]
    if len(json.dumps([*keys, *short])) > _MAX_VIDEOS:
        keys, short = (), []
    return {
        "keys": list(keys),
        "digests": short,
        "split": dict(split or {}),
        "command": command[:4096],
    }
