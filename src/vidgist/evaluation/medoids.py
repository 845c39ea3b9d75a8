"""k-medoids by swaps (PAM), which take the first improvement found (FasterPAM)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.types import Floats

_SWEEPS = 100
"""Most passes over all candidates; a handful is usual."""


def medoids(distances: Floats, count: int) -> npt.NDArray[np.int64]:
    r"""Return medoids that make the sum of distances to the nearest small.

    They begin greedily (BUILD), then a medoid is exchanged for another sample wherever that lowers
    the sum (Schubert and Rousseeuw 2021), until no exchange does.

    Args:
        distances: (T, T).
        count: k, from 1 to T.

    Returns:
        (k,) samples.
    """
    chosen = _build(distances, count)
    samples = np.arange(len(distances))
    for _ in range(_SWEEPS):
        changed = False
        for candidate in samples:
            if candidate in chosen:
                continue
            slot, gain = _best_exchange(distances, chosen, int(candidate))
            if gain > 1e-12:
                chosen[slot] = candidate
                changed = True
        if not changed:
            break
    return chosen


def _build(distances: Floats, count: int) -> npt.NDArray[np.int64]:
    chosen = [int(distances.sum(axis=0).argmin())]
    nearest = distances[:, chosen[0]].copy()
    while len(chosen) < count:
        gains = np.maximum(nearest[:, None] - distances, 0).sum(axis=0)
        gains[chosen] = -np.inf
        chosen.append(int(gains.argmax()))
        nearest = np.minimum(nearest, distances[:, chosen[-1]])
    return np.array(chosen, dtype=np.int64)


def _best_exchange(
    distances: Floats, chosen: npt.NDArray[np.int64], candidate: int
) -> tuple[int, float]:
    """Return which medoid is best exchanged for a candidate, and how much the sum falls."""
    to_chosen = distances[:, chosen]
    owner = to_chosen.argmin(axis=1)
    first = to_chosen.min(axis=1)
    if len(chosen) > 1:
        second = np.partition(to_chosen, 1, axis=1)[:, 1]
    else:
        second = np.full(len(first), np.inf)
    new = distances[:, candidate]
    # Samples of other medoids come over where that is nearer; a removed one's go to the nearest.
    shared = np.maximum(first - new, 0)
    own = first - np.minimum(second, new)
    gains = shared.sum() + np.bincount(owner, weights=own - shared, minlength=len(chosen))
    best = int(gains.argmax())
    return best, float(gains[best])
