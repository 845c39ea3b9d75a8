"""No opinion: every sample gets the same score, so that the knapsack alone makes the summary."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["constant_scores"]


def constant_scores(n_samples: int) -> npt.NDArray[np.float64]:
    """Return T ones, as (1, T)."""
    return np.ones((1, n_samples))
