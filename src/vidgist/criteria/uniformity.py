r"""Global consistency: how well a sample agrees with the whole video.

.. math:: L_{uniform}(x_t) = \log \frac{1}{T-1} \sum_{j \neq t} e^{-2 ||x_t - x_j||^2}   (eqs 5, 7)

A sample close to many others, over the whole video, scores high; a stray one scores low.
"""

from __future__ import annotations

import numpy as np

from vidgist.criteria.gram import product_blocks, unit_rows
from vidgist.types import Floats


def log_mean_kernel(products: Floats, *, count: int) -> Floats:
    """Return log of the mean of exp(-2 ||a - b||^2) over each row of inner products (B, M).

    ``count`` divides the sum: in some rows, products are -inf and do not count. A count of 0
    gives 0. The products are overwritten.
    """
    if count == 0:
        return np.zeros(len(products))
    # ||a - b||^2 is in [0, 4], so that the kernel is at least e^-8: no need to shift the exponent.
    products -= 1.0
    products *= 4.0
    np.exp(products, out=products)
    means = products.sum(axis=1, dtype=np.float64) / count
    return np.asarray(np.minimum(np.log(means), 0.0))


def uniformity(features: Floats, *, count_self: bool = False) -> Floats:
    """Return the global consistency of each sample.

    Args:
        features: (T, D); normalized here.
        count_self: whether a sample counts in its own mean, with distance 0 (`reference`).

    Returns:
        (T,) float64 in [-8, 0]; 0 for a single sample.

    Raises:
        ValueError: a shape is wrong, or a feature is not finite.
    """
    unit = unit_rows(features)
    count = len(unit) if count_self else len(unit) - 1
    values = np.empty(len(unit))
    for rows, products in product_blocks(unit, without_self=not count_self):
        values[rows] = log_mean_kernel(products, count=count)
    return values
