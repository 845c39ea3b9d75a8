r"""Measures of a summary second by second, without a knapsack of the annotations.

A summary is a set of pieces. With c_t the importance that people gave sample t, z_t = (c_t - mean)
/ std over the video, x_t the features at length 1, and K the number of samples shown:

- *captured*: mean z over the samples shown, divided by the mean z of the K best samples of the
  video. 0 is chance, 1 all that could be had in that time; below 0 is worse than chance.
- *repeats*: share of the samples shown with cosine > 0.85 to a sample of another piece.
- *coverage*: mean over all samples of the largest cosine to a sample shown.
- *lowest fifth*: share of the samples shown whose c is below the 20% quantile of the video.

What people gave: TVSum's mean score over annotators, on SumMe the share of users who took the
sample, or labels such as 1, 0, -1 of highlights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.criteria.gram import product_blocks, unit_rows

Floats = npt.NDArray[np.floating]

LOOK_ALIKE = 0.85
"""Cosine above which two samples count as the same picture shown twice."""


@dataclass(frozen=True, kw_only=True)
class GistMeasures:
    """Measures of one summary of one video; NaN where a measure is not defined.

    Attributes:
        captured: share of the importance that could be had in the time, at most 1; NaN where
            nothing or everything is shown, or the annotations are constant or unknown.
        repeats: share in [0, 1] of the samples shown that look like another piece; 0 for one
            piece, NaN where nothing is shown or there are no features.
        coverage: in [-1, 1]; NaN where nothing is shown or there are no features.
        lowest_fifth: share in [0, 1] of the samples shown; NaN where nothing is shown or the
            annotations are unknown.
        standard_score: mean z over the samples shown, 0 for chance; NaN as ``captured``, but for
            everything shown: 0.
        pieces: how many pieces show a sample at least.
        shown: number K of samples shown.
    """

    captured: float
    repeats: float
    coverage: float
    lowest_fifth: float
    standard_score: float
    pieces: int
    shown: int


def shown_in(pieces: npt.ArrayLike, times: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the piece that shows each sample, -1 where none does.

    Args:
        pieces: (n, 2) starts and ends, half-open, in the unit of the times.
        times: (T,) seconds or frames of the samples.

    Returns:
        (T,) int64 indices into the pieces; of pieces that overlap, the last.

    Raises:
        ValueError: the pieces are not (n, 2) numbers.

    >>> shown_in([[0, 2], [3, 4]], [0, 1, 2, 3]).tolist()
    [0, 0, -1, 1]
    """
    intervals = np.asarray(pieces, dtype=np.float64)
    if intervals.size == 0:
        intervals = intervals.reshape(0, 2)
    if intervals.ndim != 2 or intervals.shape[1] != 2 or not np.isfinite(intervals).all():
        raise ValueError(f"pieces: expected (n, 2) finite numbers, got {intervals.shape}")
    moments = np.asarray(times, dtype=np.float64)
    piece = np.full(len(moments), -1, dtype=np.int64)
    for index, (start, end) in enumerate(intervals):
        piece[(moments >= start) & (moments < end)] = index
    return piece


def captured(annotation: npt.ArrayLike, shown: npt.ArrayLike) -> float:
    """Return the importance captured, relative to the best choice of as many samples.

    Args:
        annotation: (T,) importance that people gave each sample.
        shown: (T,) bool.

    Returns:
        At most 1, 0 for chance; NaN where nothing or everything is shown, or the annotations are
        constant: then no choice is better than another.

    >>> captured([1, 2, 3, 4], [False, False, True, True])
    1.0
    >>> captured([1, 2, 3, 4], [True, False, False, True])
    0.0
    """
    values = np.asarray(annotation, dtype=np.float64)
    mask = np.asarray(shown, dtype=bool)
    if values.ndim != 1 or values.shape != mask.shape:
        raise ValueError(f"annotation, shown: expected (T,), got {values.shape}, {mask.shape}")
    count = int(mask.sum())
    if count in (0, len(values)) or np.ptp(values) == 0:
        return float("nan")
    # The standard deviation cancels: only the distance from the mean is needed.
    best = np.sort(values)[-count:].mean() - values.mean()
    return float((values[mask].mean() - values.mean()) / best)


def gist_measures(
    pieces: npt.ArrayLike,
    *,
    times: npt.ArrayLike,
    annotation: npt.ArrayLike | None,
    features: Floats | None,
    look_alike: float = LOOK_ALIKE,
    cosines: Floats | None = None,
) -> GistMeasures:
    """Return the measures of one summary.

    Args:
        pieces: (n, 2) starts and ends, half-open, in the unit of the times. A sample is shown
            where its time is inside.
        times: (T,) seconds or frames of the samples.
        annotation: (T,) importance that people gave each sample, higher for more; None where it
            is unknown.
        features: (T, D), of any length; normalized here. None where there are none.
        look_alike: cosine above which two samples look alike.
        cosines: (T, T) of the features, if they are known already, to save time.

    Returns:
        The measures, see `GistMeasures`.

    Raises:
        ValueError: a shape is wrong or a number is not finite.

    >>> import numpy as np
    >>> found = gist_measures(
    ...     [[0, 1], [2, 3]], times=[0, 1, 2, 3], annotation=[4, 1, 3, 2], features=np.eye(4)
    ... )
    >>> found.captured, found.repeats, found.coverage, found.lowest_fifth
    (1.0, 0.0, 0.5, 0.0)
    """
    piece = shown_in(pieces, times)
    values = None if annotation is None else np.asarray(annotation, dtype=np.float64)
    for name, array in (("annotation", values), ("features", features), ("cosines", cosines)):
        if array is not None and (array.shape[:1] != piece.shape or not array.ndim):
            raise ValueError(
                f"{name}: expected one entry a sample ({len(piece)}), got {array.shape}"
            )
    if values is not None and (values.ndim != 1 or not np.isfinite(values).all()):
        raise ValueError("annotation: expected (T,) finite numbers")
    shown = piece >= 0
    count = int(shown.sum())
    repeats = coverage = importance = lowest = standard = float("nan")
    if count and cosines is not None:
        repeats = _alike(cosines[np.ix_(shown, shown)], piece[shown], piece[shown], look_alike)
        repeats /= count
        coverage = float(cosines[:, shown].max(axis=1).mean())
    elif count and features is not None:
        rows = unit_rows(features)
        repeats = _repeats(rows[shown], piece[shown], look_alike)
        coverage = _coverage(rows, rows[shown])
    if count and values is not None:
        importance = captured(values, shown)
        if np.ptp(values) > 0:
            standard = float((values[shown].mean() - values.mean()) / values.std())
        lowest = float((values[shown] < np.quantile(values, 0.2)).mean())
    return GistMeasures(
        captured=importance,
        repeats=repeats,
        coverage=coverage,
        lowest_fifth=lowest,
        standard_score=standard,
        pieces=len(np.unique(piece[shown])),
        shown=count,
    )


def _alike(
    products: Floats, of: npt.NDArray[np.int64], among: npt.NDArray[np.int64], look_alike: float
) -> float:
    """Return how many samples look like one of another piece."""
    return float(((products > look_alike) & (of[:, None] != among)).any(axis=1).sum())


def _repeats(rows: Floats, piece: npt.NDArray[np.int64], look_alike: float) -> float:
    return sum(
        _alike(products, piece[block], piece, look_alike)
        for block, products in product_blocks(rows)
    ) / len(rows)


def _coverage(rows: Floats, shown: Floats) -> float:
    total = sum(float(products.max(axis=1).sum()) for _, products in product_blocks(rows, shown))
    return total / len(rows)
