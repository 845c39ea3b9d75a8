"""Small training data with annotations: what people like is a direction of the features."""

from __future__ import annotations

import numpy as np

from vidgist.training.targets import Targets, min_max
from vidgist.training.videos import TrainingVideos, gather_videos

DIMENSION = 16


def labelled_videos(*lengths: int, seed: int = 7, dimension: int = DIMENSION) -> TrainingVideos:
    """Return videos whose importance follows one number of a sample's feature of length 1."""
    rng = np.random.default_rng(seed)
    videos, targets = [], []
    for i, length in enumerate(lengths):
        features = rng.normal(size=(length, dimension)).astype(np.float32)
        unit = features / np.linalg.norm(features, axis=1, keepdims=True)
        importance = min_max(unit[:, 0] + 0.3 * (np.arange(length) % 7 < 3))
        best = importance >= np.quantile(importance, 0.75)
        keyshots = np.repeat(best[::3], 3)[:length]
        videos.append((f"video_{i}", features))
        targets.append(
            Targets(importance=importance.astype(np.float32), keyframes=best, keyshots=keyshots)
        )
    return gather_videos(videos, targets=targets)
