"""What a model file says of itself, beside its numbers."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vidgist.errors import ModelError

__all__ = ["FORMAT", "KINDS", "ModelCard"]

FORMAT = "vidgist-model-1"
KINDS = ("contrastive", "dr-dsn")
_MAX_TEXT = 2**20


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a network was made for and how.

    Attributes:
        kind: `contrastive` (refined features and the uniqueness filter) or `dr-dsn` (scores).
        dimension: D, length of the features that it takes.
        backbone: name of the extractor of its training features, "" where unknown.
        backbone_fingerprint: that of the extractor, "" where unknown.
        settings: all settings of the training.
        seed: of weights, samples and dropout.
        epochs: passes over the data that were made.
        steps: changes of the weights that were made.
        data: fingerprint of the training data.
        videos: how many it learned from.
        loss: the terms of the loss in the last epoch, by name.
        versions: of Python and the libraries that made it.
        run: precision, devices and threads of the training, which its last digits depend on; empty
            in models of earlier versions.
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

    def to_metadata(self) -> dict[str, str]:
        """Return the card as texts by name, as a safetensors file holds them."""
        card = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return {"format": FORMAT, "card": card}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str] | None, *, source: str) -> ModelCard:
        """Return the card that a file holds.

        Args:
            metadata: texts by name.
            source: what to call the file in an error.

        Raises:
            ModelError: it is no model of vidgist, or of another version of it.
        """
        found = (metadata or {}).get("format", "")
        if found != FORMAT:
            what = f"says '{found[:40]}'" if found else "does not say that it is one"
            raise ModelError(
                f"{source}: is not a model of this version of vidgist ({what}, expected "
                f"'{FORMAT}'); make it with vidgist train"
            )
        text = (metadata or {}).get("card", "")
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
        values = {"run": {}, **values}
        fits = set(values) == set(types) and all(
            type(values[name]) is kind for name, kind in types.items()
        )
        if not fits or values["kind"] not in KINDS or not 1 <= values["dimension"] <= 2**20:
            return None
        return cls(**values)
