r"""Belonging: similarity of a sample to its own video, minus its similarity to any video.

.. math:: L_{belong}(x_t) = x_t \cdot (\bar x - b \, c)

x are the features at length 1, :math:`\bar x` is their mean over the video, c the mean of such
means over a bank of unlabeled videos, and b = 0.75 the part of it that is subtracted. Consistency
alone also rewards what every video has: dark and blurred frames, plain walls, titles.
"""

from __future__ import annotations

import numpy as np

from vidgist.criteria.criterion import Criterion, Words
from vidgist.criteria.directions import along, weighted_sum
from vidgist.criteria.weighting import check_weights
from vidgist.types import Floats

TYPICALITY = 0.75
"""b: the part of the similarity to all videos that is subtracted."""


def belonging(
    features: Floats,
    *,
    common: Floats | None = None,
    typicality: float = TYPICALITY,
    weights: Floats | None = None,
) -> Floats:
    """Return the similarity of each sample to its own video, minus that to videos in general.

    Args:
        features: (T, D); normalized here.
        common: (D,) mean direction of the bank; 0 without one.
        typicality: b, the part of the similarity to it that is subtracted.
        weights: (T,) time that each sample stands for; the same for all by default.

    Returns:
        (T,) float64 in [-1 - b, 1 + b].

    Raises:
        ValueError: a shape is wrong, or a number is not finite.

    >>> views = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> belonging(views, common=np.array([0.0, 1.0])).round(2)  # other videos are like the last
    array([ 0.67,  0.67, -0.42])
    """
    count, width = np.shape(features) if np.ndim(features) == 2 else (1, None)
    weights = check_weights(weights, count)
    shares = np.full(count, 1.0 / max(count, 1)) if weights is None else weights / weights.sum()
    direction = weighted_sum(features, shares)
    if common is not None:
        if np.shape(common) != (width,):
            raise ValueError(f"common: expected ({width},), got {np.shape(common)}")
        direction = direction - typicality * np.asarray(common, dtype=np.float64)
    return along(features, direction)


CRITERION = Criterion(
    name="belonging",
    words=Words(
        title="Belonging",
        about="How much a sample belongs to this video in particular: its similarity to the whole"
        " video, minus its similarity to the videos of the bank, if there is one.",
        high="belongs to this particular video",
        middle="belongs partly to this particular video",
        low="hardly belongs to this video in particular",
    ),
    measure=lambda samples: belonging(
        samples.features,
        common=None if samples.bank is None else samples.bank.common,
        weights=samples.weights,
    ),
    needs_bank=True,
    order=5,
)
