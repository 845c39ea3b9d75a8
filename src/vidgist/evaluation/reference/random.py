"""Chance: every sample gets a random score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["random_scores"]


def random_scores(
    n_samples: int, *, repeats: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return independent scores, uniform in [0, 1).

    Args:
        n_samples: T.
        repeats: R, how many vectors.
        rng: where they come from.

    Returns:
        (R, T).
    """
    return rng.random((repeats, n_samples))
