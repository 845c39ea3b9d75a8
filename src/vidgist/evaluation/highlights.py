"""Average precision of scores, as highlight detection measures it.

.. math:: AP = \\sum_k (R_k - R_{k-1}) P_k

R and P are recall and precision of what scores at least as much as the k-th distinct score.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CLIP = 5.0
"""Seconds of a clip of Mr. HiSum."""

TOP = 5
"""Segments of a video that highlight detection on TVSum looks at."""


def average_precision(scores: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Return the average precision of scores (L,); equal scores count together.

    Args:
        scores: (L,) finite, higher for rather a highlight.
        labels: (L,) 1 or True for a highlight.

    Returns:
        In [0, 1]; NaN where there is no highlight. Equal scores give the share of highlights.

    >>> average_precision([0.9, 0.8, 0.1], [1, 0, 1]).__round__(4)
    0.8333
    """
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(labels) > 0
    if values.shape != truth.shape or values.ndim != 1:
        raise ValueError(
            f"scores, labels: expected (L,) both, got {values.shape} and {truth.shape}"
        )
    if not truth.any():
        return float("nan")
    order = np.argsort(-values, kind="stable")
    hits = np.cumsum(truth[order])
    last = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    precision, recall = hits[last] / (last + 1), hits[last] / hits[-1]
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def top_precision(scores: npt.ArrayLike, labels: npt.ArrayLike, *, top: int = TOP) -> float:
    """Return the interpolated average precision among the best few, as UMT's code has it.

    Recall counts the highlights among these few alone, and precision is averaged between one place
    and the next (the trapezoid rule, from 1 on).

    Args:
        scores: (L,) finite.
        labels: (L,) 1 or True for a highlight.
        top: how many are looked at.

    Returns:
        In [0, 1]; 0 where none of them is a highlight.

    >>> top_precision([3, 2, 1], [1, 0, 1], top=2)
    1.0
    """
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    found = (np.asarray(labels) > 0)[order][:top].astype(np.float64)
    if found.sum() == 0:
        return 0.0
    hits = np.cumsum(found)
    precision = np.concatenate([[1.0], hits / np.arange(1, len(hits) + 1)])
    recall = np.concatenate([[0.0], hits / hits[-1]])
    return float((np.diff(recall) * (precision[1:] + precision[:-1]) / 2).sum())


def above_median(annotation: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which values (L,) lie above their median, of two middle ones the lower."""
    values = np.asarray(annotation, dtype=np.float64)
    return np.asarray(values > np.sort(values)[(len(values) - 1) // 2])


def best_share(annotation: npt.ArrayLike, share: float) -> npt.NDArray[np.bool_]:
    """Return the highest values (L,), floor(share L) of them; of equal ones the first."""
    values = np.asarray(annotation, dtype=np.float64)
    best = np.zeros(len(values), dtype=bool)
    best[np.argsort(-values, kind="stable")[: int(share * len(values))]] = True
    return best


def clip_means(values: npt.NDArray[np.floating], samples: int) -> Floats:
    """Return the means (R, L) of values (R, T) over clips of some samples, a rest at the end too.

    >>> clip_means(np.array([[1.0, 3.0, 5.0]]), 2).tolist()
    [[2.0, 5.0]]
    """
    starts = np.arange(0, values.shape[1], samples)
    counts = np.diff(np.append(starts, values.shape[1]))
    return np.asarray(np.add.reduceat(values, starts, axis=1) / counts)


def diversity(features: npt.NDArray[np.floating], held: npt.NDArray[np.bool_]) -> float:
    r"""Return the mean cosine distance of the samples that a summary holds, all pairs alike.

    .. math:: \frac{1}{n (n - 1)} \sum_{t \ne s} (1 - \cos(x_t, x_s))

    Args:
        features: (T, D) of length 1.
        held: (T,) the n samples in the summary.

    Returns:
        0 for fewer than two samples.
    """
    chosen = np.asarray(features[held], dtype=np.float64)
    n = len(chosen)
    if n < 2:
        return 0.0
    total = chosen.sum(axis=0)
    return float(1.0 - (total @ total - (chosen**2).sum()) / (n * (n - 1)))
