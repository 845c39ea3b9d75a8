r"""Fusion of the scores that several backbones give the same samples.

.. math:: s_t = \sum_k \frac{y_{kt} - \bar y_k}{\sigma_k}

y_k is the importance by backbone k, over the time of the video; s is scaled to the mean range of
the y. Concatenated features add nothing (research/backbones.md), sums of scores do where the
backbones see different things (research/elsewhere.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidgist.criteria import minmax
from vidgist.types import Floats, Scores


def fuse(scores: Sequence[Scores], *, weights: Floats | None = None) -> Scores:
    """Return the scores of several backbones as one.

    Args:
        scores: one a backbone, of the same T samples.
        weights: (T,) time that each sample stands for; the same for all by default.

    Returns:
        The importance (T,), between the mean least and the mean largest of the backbones', and
        the means of their criteria. A backbone whose importance is constant plays no part.

    >>> a = Scores(criteria={}, importance=np.array([0.5, 1.0, 0.5]))
    >>> b = Scores(criteria={}, importance=np.array([0.5, 1.0, 1.0]))
    >>> fuse([a, b]).importance.round(2)
    array([0.5 , 1.  , 0.75])
    """
    total = np.zeros(len(scores[0]))
    for one in scores:
        values = one.importance.astype(np.float64)
        centered = values - np.average(values, weights=weights)
        deviation = float(np.sqrt(np.average(centered**2, weights=weights)))
        if np.ptp(values) > 1e-9:
            total += centered / deviation
    low = float(np.mean([one.importance.min() for one in scores]))
    high = float(np.mean([one.importance.max() for one in scores]))
    names = [name for name in scores[0].criteria if all(name in one.criteria for one in scores)]
    return Scores(
        criteria={name: np.mean([one.criteria[name] for one in scores], axis=0) for name in names},
        importance=low + (high - low) * minmax(total),
    )
