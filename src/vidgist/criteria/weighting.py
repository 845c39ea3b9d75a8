r"""Samples that stand for different times: nearest neighbors by a share of the time.

.. math:: \frac1M \min \Big\{ \sum_j u_j d_j \;:\; 0 \le u_j \le w_j, \ \sum_j u_j = M \Big\}

is the mean distance to the nearest samples that stand for a time M together, w_j being the time
that sample j stands for. Where all w are 1 and M is a whole number, it is the mean distance to the
M nearest samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidgist.types import Floats

_CHUNK = 2**19
"""Distances that are sorted at once: their order and running sums take some 20 MB."""


def check_weights(weights: Floats | None, count: int) -> Floats | None:
    """Return the weights (T,) as float64, None where all are the same.

    Raises:
        ValueError: the shape is wrong, or a weight is not finite or not positive.
    """
    if weights is None:
        return None
    weights = np.asarray(weights, np.float64)
    if weights.shape != (count,):
        raise ValueError(f"weights: expected ({count},), got {weights.shape}")
    if not (np.isfinite(weights).all() and weights.min() > 0):
        raise ValueError("weights: expected finite numbers over 0")
    return None if weights.max() - weights.min() <= 1e-6 * weights.max() else weights


def neighbor_masses(weights: Floats | None, shares: Sequence[float]) -> list[float]:
    """Return the time that neighbors stand for together, for each share in (0, 1] of the whole."""
    if weights is None:
        return []
    return [share * float(weights.sum()) for share in shares]


def first_mean(distances: Floats, weights: Floats, mass: float) -> float:
    """Return the weighted mean (0 for none) of the first distances (K,) up to a weight."""
    reached = np.minimum(np.cumsum(weights), mass)
    shares = np.diff(reached, prepend=0.0)
    return max(0.0, float(shares @ distances) / float(reached[-1])) if len(reached) else 0.0


def nearest_weighted(
    distances: Floats, weights: Floats, masses: Sequence[float], *, own: Floats | None = None
) -> Floats:
    """Return, for each row of distances, the mean over masses of the mean distance to the nearest.

    Args:
        distances: (B, T); infinity where a sample does not count in a row.
        weights: (T,) time that each sample stands for.
        masses: times M of the neighbors together; where less is there, all of it is taken.
        own: (B,) weight of the sample that does not count in each row; 0 by default.

    Returns:
        (B,) float64, not negative.
    """
    rows, count = distances.shape
    free = weights.sum() - (np.zeros(rows) if own is None else own)
    means = np.zeros(rows)
    step = max(1, _CHUNK // count)
    for start in range(0, rows, step):
        block = slice(start, min(start + step, rows))
        order = np.argsort(distances[block], axis=1)
        near = np.take_along_axis(distances[block], order, axis=1).astype(np.float64)
        near[~np.isfinite(near)] = 0.0  # last in their rows, where no mass reaches
        heavy = weights[order]
        reached = np.cumsum(heavy, axis=1)
        sums = np.cumsum(near * heavy, axis=1)
        each = np.arange(len(order))
        for mass in masses:
            wanted = np.minimum(mass, free[block])
            # The last sample is reached in part.
            last = (reached < (wanted * (1 - 1e-12))[:, None]).sum(axis=1)
            total = sums[each, last] - (reached[each, last] - wanted) * near[each, last]
            means[block] += np.divide(total, wanted, out=np.zeros_like(total), where=wanted > 0)
    return np.maximum(means / len(masses), 0.0)
