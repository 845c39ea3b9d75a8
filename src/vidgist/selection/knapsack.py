r"""Exact 0/1 knapsack: the items of the greatest total value that fit a capacity.

.. math:: \max \sum_i v_i s_i \quad s.t. \quad \sum_i w_i s_i \le W, \; s_i \in \{0, 1\}
"""

from __future__ import annotations

import numpy as np

from vidgist.types import Booleans, Floats, Integers


def knapsack(values: Floats, weights: Integers, capacity: int) -> Booleans:
    """Return which items to take.

    After each item, only those (value, weight) pairs are kept that no other pair dominates
    (Nemhauser and Ullmann, 1969) and whose upper bound reaches the best value found so far. The
    bound fills the remaining capacity with the densest items and a fraction of the next (Dantzig,
    1957). Few pairs remain, also with fine weights.

    Args:
        values: (S,) finite; an item of value 0 or less is never taken.
        weights: (S,) whole numbers of at least 0.
        capacity: the greatest total weight allowed, at least 0.

    Returns:
        (S,) bool. Of several best choices, one of the lightest.

    Raises:
        ValueError: a shape is wrong, a value is not finite, a weight or the capacity is negative.

    >>> knapsack(np.array([3.0, 2.0, 2.0]), np.array([4, 2, 2]), capacity=4).tolist()
    [False, True, True]
    """
    values = np.asarray(values, dtype=np.float64)
    weights = np.asarray(weights)
    if values.ndim != 1 or values.shape != weights.shape:
        raise ValueError(
            f"values, weights: expected (S,) each, got {values.shape}, {weights.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError("values: expected finite numbers, got NaN or infinity")
    if weights.dtype.kind not in "iu" or (weights < 0).any() or capacity < 0:
        raise ValueError("weights, capacity: expected whole numbers of at least 0")
    weights = weights.astype(np.int64)

    useful = np.flatnonzero((values > 0) & (weights <= capacity))
    density = values[useful] / np.maximum(weights[useful], 1e-9)
    useful = useful[np.argsort(-density, kind="stable")]
    filled_worth = np.concatenate([[0.0], np.cumsum(values[useful])])
    filled_load = np.concatenate([[0], np.cumsum(weights[useful])])

    worth, load = np.zeros(1), np.zeros(1, dtype=np.int64)
    possible = 0.0
    taken = []  # per item: for each kept pair, whether it holds the item; and its pair before
    for i, item in enumerate(useful):
        fits = int(np.searchsorted(load, capacity - weights[item], side="right"))
        all_load = np.concatenate([load, load[:fits] + weights[item]])
        all_worth = np.concatenate([worth, worth[:fits] + values[item]])
        # By load; among equal loads the most valuable first, which dominates the others.
        order = np.lexsort((-all_worth, all_load))
        before = np.maximum.accumulate(all_worth[order])
        kept = order[np.r_[True, all_worth[order][1:] > before[:-1]]]

        # The remaining items, filled in by density until one no longer fits as a whole.
        room = capacity - all_load[kept] + filled_load[i + 1]
        whole = np.searchsorted(filled_load, room, side="right") - 1
        reached = all_worth[kept] + filled_worth[whole] - filled_worth[i + 1]
        following = useful[np.minimum(whole, len(useful) - 1)]
        part = (room - filled_load[whole]) / np.maximum(weights[following], 1)
        bound = reached + np.where(whole < len(useful), part * values[following], 0.0)
        possible = max(possible, float(reached.max()))
        kept = kept[bound >= possible * (1 - 1e-12)]

        holds = kept >= len(load)
        taken.append((holds, np.where(holds, kept - len(load), kept)))
        load, worth = all_load[kept], all_worth[kept]

    chosen = np.zeros(len(values), dtype=bool)
    pair = len(load) - 1  # the pairs ascend in worth as in load
    for item, (holds, before_item) in zip(useful[::-1], taken[::-1], strict=True):
        chosen[item] = holds[pair]
        pair = before_item[pair]
    return chosen
