"""Convolutions over time in NumPy, for one video, as torch computes them; rows are samples."""

from __future__ import annotations

import numpy as np

from vidgist.types import Floats

EPSILON = 1e-5
"""Added to the variance by batch normalization."""

NORM_PARTS = ("weight", "bias", "running_mean", "running_var")
"""Tensors of a batch normalization that running it needs."""


def norm_shapes(prefix: str, width: int) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of the tensors of a batch normalization, as torch has them."""
    shapes: dict[str, tuple[int, ...]] = {f"{prefix}.{part}": (width,) for part in NORM_PARTS}
    return shapes | {f"{prefix}.num_batches_tracked": ()}


def convolve(values: Floats, weight: Floats, bias: Floats) -> Floats:
    """Return values (T, n) convolved with an odd kernel (m, n, k) and padded with zeros: (T, m)."""
    reach = weight.shape[2] // 2
    padded = np.pad(values, ((reach, reach), (0, 0)))
    taps = (padded[k : k + len(values)] @ weight[:, :, k].T for k in range(weight.shape[2]))
    return np.asarray(sum(taps) + bias)


def normalize(
    values: Floats, scale: Floats, bias: Floats, mean: Floats, variance: Floats
) -> Floats:
    """Return values (T, n) normalized by the statistics (n,) of the training."""
    return np.asarray((values - mean) * (scale / np.sqrt(variance + EPSILON)) + bias)


def max_pool(values: Floats) -> Floats:
    """Return the larger of each two neighboring rows (T, n); the last alone if T is odd."""
    if len(values) % 2:
        values = np.concatenate([values, values[-1:]])
    return np.asarray(np.maximum(values[::2], values[1::2]))


def transposed(values: Floats, weight: Floats, *, stride: int, padding: int = 0) -> Floats:
    """Return the transposed convolution of values (T, n) with a kernel (n, m, k).

    Args:
        values: what is spread.
        weight: how.
        stride: rows from one value to the next in the result.
        padding: rows that are cut off at both ends.
    """
    size = weight.shape[2]
    spread = np.zeros(((len(values) - 1) * stride + size, weight.shape[1]), values.dtype)
    for k in range(size):
        spread[k : k + (len(values) - 1) * stride + 1 : stride] += values @ weight[:, :, k]
    return spread[padding : len(spread) - padding]
