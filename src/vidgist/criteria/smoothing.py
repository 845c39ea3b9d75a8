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


def smooth(values: Floats, *, sigma: float) -> Floats:
    """Return the values (T,), T > 0, smoothed; ``sigma`` in samples, 0 for no smoothing.

    A constant sequence stays constant, and the mean of a long one hardly changes.
    """
    values = np.asarray(values, dtype=np.float64)
    radius = int(_WIDTH * sigma + 0.5)
    if sigma <= 0 or radius == 0:
        return values
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (offsets / sigma) ** 2)
    mirrored = np.pad(values, radius, mode="symmetric")
    return np.convolve(mirrored, weights / weights.sum(), mode="valid")
