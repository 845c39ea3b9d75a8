r"""Projection: the part of a score that is linear in appearance.

.. math::
   w = \sum_j (q_j - \bar q)(x_j - \bar x), \qquad L_{project}(x_t) = (x_t - \bar x) \cdot w

w is the direction in feature space along which the score q rises. The position of a sample along it
is the mean score of all samples, weighted by their similarity to it. Differences in score between
similar samples are mostly noise; the projection removes them.

It is the first step of gradient descent toward the linear regression of q on x. Further steps would
fit the noise.
"""

from __future__ import annotations

import numpy as np

from vidgist.criteria.criterion import Criterion, Words
from vidgist.criteria.directions import along, weighted_sum
from vidgist.criteria.weighting import check_weights
from vidgist.types import Floats


def score_direction(features: Floats, score: Floats, *, weights: Floats | None = None) -> Floats:
    """Return w (D,), the direction in which the score (T,) rises over the features (T, D).

    Args:
        features: (T, D); normalized here.
        score: (T,).
        weights: (T,) time that each sample stands for; the same for all by default.

    Raises:
        ValueError: the shapes do not fit, or a number is not finite.
    """
    score = np.asarray(score, dtype=np.float64)
    if score.ndim != 1 or len(score) != len(features):
        raise ValueError(f"score: expected ({len(features)},), got {score.shape}")
    if not np.isfinite(score).all():
        raise ValueError("score: expected finite numbers, got NaN or infinity")
    weights = check_weights(weights, len(score))
    # The factors sum to 0, so that the mean of x need not be subtracted as well.
    if weights is None:
        return weighted_sum(features, score - score.mean())
    return weighted_sum(features, weights * (score - np.average(score, weights=weights)))


def projection(features: Floats, score: Floats, *, weights: Floats | None = None) -> Floats:
    """Return the position of each sample along the direction in which the score rises.

    Args:
        features: (T, D) of one video; normalized here.
        score: (T,) higher for more important.
        weights: (T,) time that each sample stands for; the same for all by default.

    Returns:
        (T,) float64 of mean 0; all 0 where the score, or the features, are constant.

    Raises:
        ValueError: the shapes do not fit, or a number is not finite.

    >>> views = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> projection(views, np.array([0.1, 0.3, 0.9])).round(2)  # the first two look alike
    array([-0.31, -0.31,  0.62])
    """
    positions = along(features, score_direction(features, score, weights=weights))
    return np.asarray(positions - positions.mean())


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
    transform=lambda samples, product: projection(
        samples.features, product, weights=samples.weights
    ),
    order=6,
)
