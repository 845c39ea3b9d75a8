r"""Uniqueness: how common a sample is among other videos; low values are unique.

.. math:: L_{unique}(z_t) = \log \frac{1}{M} \sum_{s} e^{-2 ||z_t - s||^2}               (eq. 9)

The s are segments of other videos: runs of samples, average-pooled and normalized.
"""

from __future__ import annotations

import numpy as np

from vidgist.criteria.criterion import Criterion, Words
from vidgist.criteria.gram import product_blocks, unit_rows
from vidgist.criteria.uniformity import log_mean_kernel
from vidgist.types import Floats


def segment_features(features: Floats, *, run: int = 10) -> Floats:
    """Return segments of one video: equal runs of samples, average-pooled and normalized.

    Args:
        features: (T, D); normalized here before they are pooled.
        run: samples in a segment, m; samples left over at the end belong to the last segment.

    Returns:
        (max(1, T // m), D) of length 1 each.
    """
    if run < 1:
        raise ValueError(f"run: expected at least 1 sample, got {run}")
    unit = unit_rows(features)
    starts = np.arange(max(1, len(unit) // run)) * run
    return unit_rows(np.add.reduceat(unit, starts, axis=0))


def uniqueness(features: Floats, bank: Floats) -> Floats:
    """Return how common each sample is among the segments of other videos.

    The criterion in the score is its opposite, 1 - minmax (section 4.4): pass the negative of this
    to `vidgist.scoring.scorer`.

    Args:
        features: (T, D); normalized here.
        bank: (M, D) segment features of other videos; normalized here.

    Returns:
        (T,) float64 in [-8, 0], higher for content that other videos show too.

    Raises:
        ValueError: a shape is wrong, or a feature is not finite.

    >>> own, others = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    >>> uniqueness(own, others)  # the second sample is unlike the other video
    array([ 0., -4.])
    """
    unit, segments = unit_rows(features), unit_rows(bank)
    if unit.shape[1] != segments.shape[1]:
        raise ValueError(f"bank: expected (M, {unit.shape[1]}), got {segments.shape}")
    segments = segments.astype(unit.dtype, copy=False)
    values = np.empty(len(unit))
    for rows, products in product_blocks(unit, segments):
        values[rows] = log_mean_kernel(products, count=len(segments))
    return values


CRITERION = Criterion(
    name="uniqueness",
    equation="eq. 9",
    words=Words(
        title="Uniqueness",
        about="How rarely something like this sample is seen in other videos.",
        high="shows what other videos seldom show",
        middle="shows what some other videos show too",
        low="could be from almost any video",
    ),
    measure=lambda samples: samples.model_uniqueness,
    needs_model=True,
    refinable=True,
    order=3,
)
