"""Scaling of a criterion to [0, 1] over a video."""

from __future__ import annotations

import numpy as np

from vidgist.types import Floats

# Inner products of float32 features are exact to some 1e-7. A smaller range is rounding, and to
# scale it to [0, 1] would give samples of a static video different scores without a reason.
RESOLUTION = 8 * float(np.finfo(np.float32).eps)


def minmax(values: Floats) -> Floats:
    """Return the values scaled to [0, 1]: 0 for the smallest, 1 for the largest.

    A constant criterion prefers no sample. It becomes 1 everywhere, so that the other factors of a
    product decide.

    Args:
        values: (T,) finite, T > 0.

    Returns:
        (T,) float64 in [0, 1].

    Raises:
        ValueError: the shape is wrong, or a value is not finite.

    >>> minmax(np.array([2.0, 3.0, 4.0]))
    array([0. , 0.5, 1. ])
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or len(values) == 0:
        raise ValueError(f"values: expected (T,) with T > 0, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("values: expected finite numbers, got NaN or infinity")
    low, high = values.min(), values.max()
    if high - low <= RESOLUTION * max(abs(low), abs(high), 1.0):
        return np.ones_like(values)
    return np.asarray((values - low) / (high - low))
