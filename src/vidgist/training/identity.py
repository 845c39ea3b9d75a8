"""What makes two trainings the same: needed to resume one, and to use a finished one again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from vidgist.models.settings import Settings
from vidgist.training.videos import TrainingVideos

__all__ = ["identity_of", "run_name"]


def _training(videos: TrainingVideos, *, settings: Settings, seed: int) -> dict[str, Any]:
    chosen = dataclasses.asdict(settings)
    del chosen["epochs"]
    return {
        "method": settings.method,
        "settings": chosen,
        "seed": seed,
        "training data": videos.fingerprint,
        "feature width": videos.dimension,
    }


def identity_of(
    videos: TrainingVideos, *, settings: Settings, seed: int, precision: str, devices: int
) -> dict[str, Any]:
    """Return what two runs must share for the one to be the other's continuation.

    The number of epochs is not part of it: a run may be resumed to make it longer. Nor is that of
    threads, which changes the last digits only.

    Args:
        videos: what is learned from.
        settings: of the method.
        seed: of weights, samples and dropout.
        precision: `fp32` or `bf16`.
        devices: how many share every batch.
    """
    training = _training(videos, settings=settings, seed=seed)
    return {**training, "precision": precision, "devices": devices}


def run_name(videos: TrainingVideos, *, settings: Settings, seed: int) -> str:
    """Return a file name that only the same training has."""
    # Of the training alone: a folder of finished models is found again whatever computed them.
    training = _training(videos, settings=settings, seed=seed)
    identity = {**training, "epochs": settings.epochs}
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return f"{settings.method}-{settings.epochs}-{seed}-{digest[:16]}.safetensors"
