"""Small training sets with known structure."""

from __future__ import annotations

import numpy as np

from vidgist.training.videos import TrainingVideos, gather_videos

DIMENSION = 24


def random_videos(
    rng: np.random.Generator, *, count: int = 6, lengths: tuple[int, ...] = (15, 30, 44)
) -> TrainingVideos:
    """Videos of noise; some shorter and some longer than a training sequence."""
    videos = [
        (f"video_{i}", rng.normal(size=(lengths[i % len(lengths)], DIMENSION)).astype(np.float32))
        for i in range(count)
    ]
    return gather_videos(videos, backbone="noise", backbone_fingerprint="0" * 32)


def background_videos(
    rng: np.random.Generator, *, count: int = 32, length: int = 40, dimension: int = 64
) -> tuple[TrainingVideos, list[np.ndarray]]:
    """Videos of three scenes of their own, and one that all of them share.

    Returns the videos, and for each which samples show the shared scene.
    """
    shared = rng.normal(size=dimension)
    videos, masks = [], []
    for i in range(count):
        own = rng.normal(size=(3, dimension))
        scene = np.repeat(rng.permutation(4), length // 4)
        centers = np.vstack([own, shared])[scene]
        samples = centers + 0.8 * rng.normal(size=centers.shape)
        videos.append((f"video_{i}", samples.astype(np.float32)))
        masks.append(scene == 3)
    return gather_videos(videos), masks
