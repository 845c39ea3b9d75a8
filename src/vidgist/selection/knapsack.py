r"""The 0/1 knapsack, exactly: the shots of the greatest total value that fit the length.

.. math:: \max \sum_i v_i s_i \quad s.t. \quad \sum_i w_i s_i \le W, \; s_i \in \{0, 1\}
"""

from __future__ import annotations

import numpy as np

from vidgist.types import Booleans, Floats, Integers

__all__ = ["knapsack"]


def knapsack(values: Floats, weights: Integers, capacity: int) -> Booleans:
    """Return which items to take.

    Only (value, weight) pairs that no other pair beats in both are kept after each item
    (Nemhauser and Ullmann, 1969): at most ``capacity + 1`` of them, mostly far fewer.

    Args:
        values: (S,) finite; an item of value 0 or less is never taken.
        weights: (S,) whole numbers of at least 0.
        capacity: the greatest total weight allowed, at least 0.

    Returns:
        (S,) bool. Of several best choices the lightest is taken.

    Raises:
        ValueError: a shape is wrong, a value is not finite, a weight or the capacity is negative.
    """
    values = np.asarray(values, dtype=np.float64)
    weights = np.asarray(weights)
    if values.ndim != 1 or values.shape != weights.shape:
        raise ValueError(
            f"values, weights: expected (S,) each, came {values.shape}, {weights.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError("values: expected finite numbers, came NaN or infinity")
    if weights.dtype.kind not in "iu" or (weights < 0).any() or capacity < 0:
        raise ValueError("weights, capacity: expected whole numbers of at least 0")
    weights = weights.astype(np.int64)

    useful = np.flatnonzero((values > 0) & (weights <= capacity))
    worth = np.zeros(1)
    load = np.zeros(1, dtype=np.int64)
    taken = []  # per item: for each kept pair, whether it holds the item; and its pair before
    for item in useful:
        fits = int(np.searchsorted(load, capacity - weights[item], side="right"))
        all_load = np.concatenate([load, load[:fits] + weights[item]])
        all_worth = np.concatenate([worth, worth[:fits] + values[item]])
        # By load; among equal loads the worthier first, so that it shadows the others.
        order = np.lexsort((-all_worth, all_load))
        best_before = np.maximum.accumulate(all_worth[order])
        kept = order[np.r_[True, all_worth[order][1:] > best_before[:-1]]]
        taken.append((kept >= len(load), np.where(kept >= len(load), kept - len(load), kept)))
        load, worth = all_load[kept], all_worth[kept]

    chosen = np.zeros(len(values), dtype=bool)
    pair = len(load) - 1  # the pairs ascend in worth as in load
    for item, (holds, before) in zip(useful[::-1], taken[::-1], strict=True):
        chosen[item] = holds[pair]
        pair = before[pair]
    return chosen
