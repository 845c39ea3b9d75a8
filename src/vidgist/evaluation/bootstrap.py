r"""Paired bootstrap over videos: the confidence interval of a difference between two methods.

Both methods are measured on the same videos, so videos are drawn with replacement and the mean of
their *differences* is taken each time:

.. math:: \delta_b = \frac{\sum_v c_{bv} w_v d_v}{\sum_v c_{bv} w_v}

c counts how often video v was drawn, w is its weight in the mean (1 without splits), and the
interval holds the middle 95% of the :math:`\delta_b`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DRAWS = 10_000


@dataclass(frozen=True)
class Difference:
    """A mean difference with its 95% interval; NaN where it is unknown."""

    mean: float
    low: float
    high: float

    @property
    def established(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def paired_bootstrap(
    differences: npt.NDArray[np.floating],
    *,
    rng: np.random.Generator,
    weights: npt.NDArray[np.floating] | None = None,
    draws: int = DRAWS,
) -> Difference:
    """Return the mean of per-video differences and its 95% interval.

    Args:
        differences: (V,) one method minus the other; videos with NaN are left out.
        rng: draws the videos.
        weights: (V,) at least 0; default all the same.
        draws: how often V videos are drawn.

    >>> paired_bootstrap(np.array([0.1, 0.2, 0.3]), rng=np.random.default_rng(0)).established
    True
    """
    values = np.asarray(differences, dtype=np.float64)
    share = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    known = np.isfinite(values) & (share > 0)
    values, share = values[known], share[known]
    if len(values) == 0:
        return Difference(float("nan"), float("nan"), float("nan"))
    mean = float((share * values).sum() / share.sum())
    if len(values) == 1:
        return Difference(mean, float("nan"), float("nan"))  # one video says nothing about others
    counts = rng.multinomial(len(values), np.full(len(values), 1 / len(values)), size=draws)
    means = (counts @ (share * values)) / (counts @ share)
    low, high = np.quantile(means, [0.025, 0.975])
    return Difference(mean, float(low), float(high))
