r"""Projection: the part of a score that appearance carries.

.. math::
   w = \sum_j (q_j - \bar q)(x_j - \bar x), \qquad L_{project}(x_t) = (x_t - \bar x) \cdot w

w is the direction in feature space along which the score q rises; a sample's place along it is the
score of all samples that look like it, each weighed by how alike they are. What a score says of a
single sample against its likes is mostly noise, and goes.

It is the first step of a descent toward the linear regression of q on x, and stops there: the
whole way would fit the noise.
"""

from __future__ import annotations

import numpy as np

from vidgist.criteria.criterion import Criterion, Words
from vidgist.criteria.directions import along, weighted_sum
from vidgist.types import Floats

__all__ = ["projection", "score_direction"]


def score_direction(features: Floats, score: Floats) -> Floats:
    """Return w (D,), the direction in which the score (T,) rises over the features (T, D).

    Raises:
        ValueError: the shapes do not fit, or a number is not finite.
    """
    score = np.asarray(score, dtype=np.float64)
    if score.ndim != 1 or len(score) != len(features):
        raise ValueError(f"score: expected ({len(features)},), got {score.shape}")
    if not np.isfinite(score).all():
        raise ValueError("score: expected finite numbers, got NaN or infinity")
    # The weights sum to 0, so that the mean of x need not be taken off as well.
    return weighted_sum(features, score - score.mean())


def projection(features: Floats, score: Floats) -> Floats:
    """Return the place of each sample along the direction in which the score rises.

    Args:
        features: (T, D) of one video; brought to length 1 here.
        score: (T,) higher for more important.

    Returns:
        (T,) float64 of mean 0; all 0 where the score, or the features, are constant.

    Raises:
        ValueError: the shapes do not fit, or a number is not finite.
    """
    places = along(features, score_direction(features, score))
    return np.asarray(places - places.mean())


CRITERION = Criterion(
    name="projection",
    words=Words(
        title="Projection",
        about="How far a sample lies in the direction in which the product of the other criteria"
        " rises over the whole video.",
        high="looks like what matters throughout the video",
        middle="resembles in part what matters in the video",
        low="looks unlike what matters in the video",
    ),
    transform=lambda samples, product: projection(samples.features, product),
    order=6,
)
