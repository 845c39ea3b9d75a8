"""Identity of a training: what a resumed run, or a finished model, must share with it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from vidgist.models.settings import KEEP, TrainingSettings
from vidgist.training.videos import TrainingVideos


def identity_of(
    videos: TrainingVideos, *, settings: TrainingSettings, seed: int, **run: Any
) -> dict[str, Any]:
    """Return what two runs must share for one to resume the other.

    The number of epochs is left out: a run may be resumed to make it longer. So is the number of
    threads, which changes the last digits only.

    Args:
        videos: training data.
        settings: of the training.
        seed: of weights, samples and dropout.
        run: further facts by name, such as the precision and the number of devices.
    """
    chosen = dataclasses.asdict(settings)
    del chosen["epochs"]
    if chosen["keep"] == KEEP[0]:
        del chosen["keep"]  # what is always so tells no trainings apart
    return {
        "method": settings.method,
        "settings": chosen,
        "seed": seed,
        "training data": videos.fingerprint,
        "feature width": videos.dimension,
        **run,
    }


def run_name(videos: TrainingVideos, *, settings: TrainingSettings, seed: int) -> str:
    """Return a file name that depends on the training alone, not on precision or devices."""
    identity = identity_of(videos, settings=settings, seed=seed, epochs=settings.epochs)
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return f"{settings.method}-{settings.epochs}-{seed}-{digest[:16]}.safetensors"
