r"""Global consistency: how well a sample agrees with the whole video.

.. math:: L_{uniform}(x_t) = \log \frac{1}{T-1} \sum_{j \neq t} e^{-2 ||x_t - x_j||^2}   (eqs 5, 7)

A sample close to many others, over the whole video, scores high; a stray one scores low.
"""

from __future__ import annotations

import numpy as np

from vidgist.criteria.gram import product_blocks, unit_rows
from vidgist.criteria.weighting import check_weights
from vidgist.types import Floats


def log_mean_kernel(
    products: Floats, *, count: float | Floats, weights: Floats | None = None
) -> Floats:
    """Return log of the mean of exp(-2 ||a - b||^2) over each row of inner products (B, M).

    ``count`` divides the sum: in some rows, products are -inf and do not count. A count of 0
    gives 0. With weights (M,) the sum is weighted, and ``count`` is the weight that counts, (B,).
    The products are overwritten.
    """
    if np.ndim(count) == 0 and count == 0:
        return np.zeros(len(products))
    # ||a - b||^2 is in [0, 4], so that the kernel is at least e^-8: no need to shift the exponent.
    products -= 1.0
    products *= 4.0
    np.exp(products, out=products)
    sums = products.sum(axis=1, dtype=np.float64) if weights is None else products @ weights
    means = sums / count
    return np.asarray(np.minimum(np.log(means), 0.0))


def kernel_counts(
    rows: slice, n_samples: int, *, count_self: bool, weights: Floats | None
) -> float | Floats:
    """Return what divides the sum of the kernel in each row; see `log_mean_kernel`."""
    if weights is None:
        return n_samples if count_self else n_samples - 1
    return np.asarray(weights.sum() - (0.0 if count_self else weights[rows]))


def uniformity(
    features: Floats, *, count_self: bool = False, weights: Floats | None = None
) -> Floats:
    """Return the global consistency of each sample.

    Args:
        features: (T, D); normalized here.
        count_self: whether a sample counts in its own mean, with distance 0 (`reference`).
        weights: (T,) time that each sample stands for; the same for all by default.

    Returns:
        (T,) float64 in [-8, 0]; 0 for a single sample.

    Raises:
        ValueError: a shape is wrong, or a feature is not finite.

    >>> views = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])  # the last one is stray
    >>> uniformity(views).round(2)
    array([-0.4, -0.4, -0.4, -4. ])
    """
    unit = unit_rows(features)
    weights = check_weights(weights, len(unit))
    values = np.empty(len(unit))
    for rows, products in product_blocks(unit, without_self=not count_self):
        count = kernel_counts(rows, len(unit), count_self=count_self, weights=weights)
        values[rows] = log_mean_kernel(products, count=count, weights=weights)
    return values
