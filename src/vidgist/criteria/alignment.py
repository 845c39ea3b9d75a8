r"""Local dissimilarity: how much a sample differs from its nearest neighbors.

.. math:: L_{align}(x_t) = \frac{1}{|N_t|} \sum_{x \in N_t} ||x_t - x||^2        (eqs 4 and 6)

N_t are the K nearest samples of t by cosine similarity. A sample in a static or repeated stretch
has near-copies and scores low; one that differs even from its nearest neighbors scores high.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vidgist.criteria.gram import product_blocks, unit_rows
from vidgist.criteria.weighting import (
    check_weights,
    first_mean,
    nearest_weighted,
    neighbor_masses,
)
from vidgist.types import Floats


def neighbor_count(
    n_samples: int,
    *,
    neighbors: float = 0.1,
    count_self: bool = False,
    round_neighbors: Literal["round", "floor"] = "round",
) -> int:
    """Return K, the number of nearest samples: a T in whole numbers, at least 1.

    At most T, or T - 1 where a sample does not count as its own neighbor; so K is 0 for a single
    sample.

    Raises:
        ValueError: ``neighbors`` is not in (0, 1].
    """
    if not 0 < neighbors <= 1:
        raise ValueError(f"neighbors: expected a share in (0, 1], got {neighbors}")
    exact = neighbors * n_samples
    # Half up: Python's round() would give 2 for 2.5 and 4 for 3.5.
    k = int(np.floor(exact + 0.5)) if round_neighbors == "round" else int(exact)
    return min(max(k, 1), n_samples if count_self else n_samples - 1)


def nearest_distance(products: Floats, k: int) -> Floats:
    """Return the mean squared distance (B,) to the k nearest, from inner products (B, T).

    The products are reordered within their rows.
    """
    if k == 0:
        return np.zeros(len(products))
    products.partition(products.shape[1] - k, axis=1)
    nearest = products[:, products.shape[1] - k :]
    return np.asarray(np.maximum(2.0 - 2.0 * nearest.mean(axis=1, dtype=np.float64), 0.0))


def weighted_distance(
    products: Floats, weights: Floats, neighbors: float, *, rows: slice | None
) -> Floats:
    """Return the mean squared distance (B,) to the nearest samples that stand for a share of time.

    Args:
        products: (B, T) inner products.
        weights: (T,) time that each sample stands for.
        neighbors: the share, in (0, 1].
        rows: samples of the rows, where a sample is not its own neighbor.
    """
    masses = neighbor_masses(weights, [neighbors])
    own = None if rows is None else weights[rows]
    return nearest_weighted(2.0 - 2.0 * products, weights, masses, own=own)


def alignment(
    features: Floats,
    *,
    neighbors: float = 0.1,
    count_self: bool = False,
    round_neighbors: Literal["round", "floor"] = "round",
    refined: Floats | None = None,
    weights: Floats | None = None,
) -> Floats:
    """Return the local dissimilarity of each sample.

    Args:
        features: (T, D); normalized here. They determine the neighbors.
        neighbors: share a of the samples that are neighbors, in (0, 1].
        count_self: whether a sample is among its own neighbors, at distance 0 (`reference`).
        round_neighbors: how a T becomes a whole number; `floor` is `reference`.
        refined: (T, D') features whose distances are used instead (eq. 6).
        weights: (T,) time that each sample stands for; the same for all by default.

    Returns:
        (T,) float64 mean squared distances in [0, 4]; 0 for a single sample.

    Raises:
        ValueError: a shape or the share is wrong, or a feature is not finite.

    >>> views = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])  # the last one differs
    >>> alignment(views, neighbors=0.5)
    array([0., 0., 0., 2.])
    """
    unit = unit_rows(features)
    k = neighbor_count(
        len(unit), neighbors=neighbors, count_self=count_self, round_neighbors=round_neighbors
    )
    weights = check_weights(weights, len(unit))
    values = np.zeros(len(unit))
    if refined is None:
        for rows, products in product_blocks(unit, without_self=not count_self):
            if weights is None:
                values[rows] = nearest_distance(products, k)
            else:
                values[rows] = weighted_distance(
                    products, weights, neighbors, rows=None if count_self else rows
                )
        return values

    unit_refined = unit_rows(refined)
    if len(unit_refined) != len(unit):
        raise ValueError(f"refined: expected {len(unit)} samples, got {len(unit_refined)}")
    if k == 0:
        return values
    for rows, products in product_blocks(unit, without_self=not count_self):
        nearest = np.argpartition(products, len(unit) - k, axis=1)[:, len(unit) - k :]
        # One sample at a time: the neighbors of a whole block would be B K D' numbers.
        if weights is not None:
            nearest = np.argsort(-products, axis=1)[:, : len(unit) if count_self else -1]
        for t, neighbors_of_t in zip(range(rows.start, rows.stop), nearest, strict=True):
            if weights is not None:
                far = 2.0 - 2.0 * (unit_refined[neighbors_of_t] @ unit_refined[t])
                values[t] = first_mean(far, weights[neighbors_of_t], neighbors * weights.sum())
                continue
            cosines = unit_refined[neighbors_of_t] @ unit_refined[t]
            values[t] = max(0.0, 2.0 - 2.0 * float(cosines.mean(dtype=np.float64)))
    return values
