r"""Smoothing over time by a Gaussian.

.. math:: y_t = \sum_{|k| \le r} w_k x_{t+k}, \quad w_k \propto e^{-k^2 / 2 \sigma^2}

with r = 4 sigma, rounded. The sequence is mirrored beyond its ends, with the end sample repeated.
(Own code, because loading a library for it takes longer than scoring an hour of video.)
"""

from __future__ import annotations

import numpy as np

from vidgist.types import Floats

_WIDTH = 4.0
"""Standard deviations on each side after which a Gaussian is cut off."""


def smooth(values: Floats, *, sigma: float, weights: Floats | None = None) -> Floats:
    """Return the values (T,), T > 0, smoothed.

    A constant sequence stays constant, and the mean of a long one hardly changes.

    Args:
        values: (T,).
        sigma: in samples, 0 for no smoothing.
        weights: (T,) time that each sample stands for, in samples; 1 each by default.
    """
    values = np.asarray(values, dtype=np.float64)
    if weights is not None:
        return (
            _smooth_steps(values, np.asarray(weights, np.float64), sigma) if sigma > 0 else values
        )
    radius = int(_WIDTH * sigma + 0.5)
    if sigma <= 0 or radius == 0:
        return values
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (offsets / sigma) ** 2)
    mirrored = np.pad(values, radius, mode="symmetric")
    return np.convolve(mirrored, weights / weights.sum(), mode="valid")


def _smooth_steps(values: Floats, weights: Floats, sigma: float) -> Floats:
    """Return the mean over each sample's time of its step function, smoothed."""
    ends = np.cumsum(weights)
    starts = ends - weights
    # In steps of a sample or less, so that it is the same where all samples stand for one.
    parts = np.maximum(1, np.ceil(weights - 1e-9)).astype(np.int64)
    owner = np.repeat(np.arange(len(values)), parts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(parts) - parts, parts)
    lasting = (weights / parts)[owner]
    middle = starts[owner] + (number + 0.5) * lasting
    length = float(ends[-1])
    smoothed = np.empty(len(owner))
    reach = _WIDTH * sigma
    # Mirrored beyond the ends, as far as the Gaussian reaches.
    at = np.concatenate([-middle[::-1], middle, 2 * length - middle[::-1]])
    heavy = np.concatenate([lasting[::-1], lasting, lasting[::-1]])
    level = np.concatenate([values[owner][::-1], values[owner], values[owner][::-1]])
    first = np.searchsorted(at, middle - reach - 0.5)
    stop = np.searchsorted(at, middle + reach + 0.5, side="right")
    for i, (low, high) in enumerate(zip(first.tolist(), stop.tolist(), strict=True)):
        kernel = heavy[low:high] * np.exp(-0.5 * ((at[low:high] - middle[i]) / sigma) ** 2)
        smoothed[i] = kernel @ level[low:high] / kernel.sum()
    total = np.bincount(owner, smoothed * lasting, minlength=len(values))
    return np.asarray(total / weights)
