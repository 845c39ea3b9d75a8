r"""Promise: how much a sample looks like what stands out and belongs in other videos.

.. math::
   g = \frac{1}{V} \sum_v \frac{1}{T_v} \sum_t \frac{q_{vt} - \bar q_v}{\sigma_{q_v}}
       (x_{vt} - \bar x_v), \qquad L_{promise}(x_t) = x_t \cdot g

q is the product of distinctiveness and belonging of a video v of the bank, both without a bank,
and x are its features at length 1. So g is the direction in which scores rise in videos in general;
what a single video's own direction (`projection`) has by accident, the mean over videos has not.

It is a hint and no more: in a product its scaled value P enters as (1 + P) / 2, so that no sample
falls by more than half for it.
"""

from __future__ import annotations

import numpy as np

from vidgist.criteria.belonging import belonging
from vidgist.criteria.directions import along, weighted_sum
from vidgist.criteria.distinctiveness import distinctiveness
from vidgist.criteria.scaling import minmax
from vidgist.types import Floats

__all__ = ["promise", "rise"]


def rise(features: Floats) -> Floats:
    """Return what one video gives to g: the direction (D,) in which its own score rises.

    Args:
        features: (T, D) as the backbone gives them.

    Returns:
        (D,) float64; 0 where the score, or the features, are constant.

    Raises:
        ValueError: they are not (T, D) with T, D > 0, or hold NaN or infinity.
    """
    score = minmax(distinctiveness(features)) * minmax(belonging(features))
    spread = float(score.std())
    if spread == 0:
        return np.zeros(np.shape(features)[1])
    # The weights sum to 0, so that the mean of x need not be taken off as well.
    return weighted_sum(features, (score - score.mean()) / (spread * len(score)))


def promise(features: Floats, *, direction: Floats | None = None) -> Floats:
    """Return the place of each sample along the direction in which scores rise in other videos.

    Args:
        features: (T, D); brought to length 1 here.
        direction: (D,) g of the bank; 0 without one, so that no sample is preferred.

    Returns:
        (T,) float64.

    Raises:
        ValueError: a shape is wrong, or a number is not finite.
    """
    width = np.shape(features)[1] if np.ndim(features) == 2 else 0
    wanted = np.zeros(width) if direction is None else np.asarray(direction, dtype=np.float64)
    if np.shape(wanted) != (width,):
        raise ValueError(f"direction: expected ({width},), came {np.shape(wanted)}")
    return along(features, wanted)
