"""Random samples and batches: videos of any length brought to one length.

A longer video gives a sorted random subset of its samples, without replacement and drawn afresh
each time; a shorter one repeats samples evenly (nearest-neighbor interpolation).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


def epoch_generator(seed: int, epoch: int) -> np.random.Generator:
    """Return the generator of one epoch.

    It depends on nothing else, so that a resumed run draws what an unbroken one draws.
    """
    return np.random.default_rng([seed, epoch])


def shuffled_batches(
    n_videos: int, *, batch: int, drop_last: bool, rng: np.random.Generator
) -> list[Integers]:
    """Return the videos of each batch of an epoch; none is in two.

    A last batch that is not full is left out with ``drop_last``, unless it is the only one.
    """
    order = rng.permutation(n_videos)
    batches = [order[start : start + batch] for start in range(0, n_videos, batch)]
    if drop_last and len(batches) > 1 and len(batches[-1]) < batch:
        batches.pop()
    return batches


def sample_indices(lengths: npt.ArrayLike, count: int, *, rng: np.random.Generator) -> Integers:
    """Return which samples represent each video, ascending.

    Args:
        lengths: (B,) samples of each video, at least 1.
        count: how many to take.
        rng: draws the subsets.

    Returns:
        (B, count) indices, each row in [0, length).
    """
    lengths = np.asarray(lengths, dtype=np.int64)
    indices = np.arange(count) * lengths[:, None] // count
    long = np.flatnonzero(lengths > count)
    if len(long):
        # The indices of the smallest of random keys are a uniform random subset.
        longest = int(lengths[long].max())
        keys = rng.random((len(long), longest), dtype=np.float32)
        keys[np.arange(longest) >= lengths[long, None]] = np.inf
        chosen = np.argpartition(keys, count - 1, axis=1)[:, :count]
        indices[long] = np.sort(chosen, axis=1)
    return indices
