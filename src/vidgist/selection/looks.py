r"""Look-alikes: similarity of samples to those that are already shown.

.. math:: d_{ts} = 1 - x_t \cdot x_s, \qquad \bar d = \overline{d_{ts}} = 1 - |\bar x|^2

with x the features at length 1. The cosine of two different scenes depends on the backbone and on
the video, so a bound is a share of the mean distance between two samples of the video.
"""

from __future__ import annotations

import numpy as np

from vidgist.criteria.gram import unit_rows
from vidgist.types import Booleans, Floats, Integers

_BLOCK = 4096
"""Rows per block: their products with thousands of shown rows stay near 100 MB."""


def mean_distance(features: Floats, seconds: Floats, usable: Booleans) -> float:
    """Return the mean cosine distance between two moments of a video, in [0, 1].

    Args:
        features: (T, D), of any length.
        seconds: (T,) time that each sample stands for.
        usable: (T,) samples to take into account; all where there is none.
    """
    weights = np.where(usable, seconds, 0.0)
    if weights.sum() <= 0:
        weights = np.ones(len(features))
    weights = weights / weights.sum()
    mean = np.zeros(features.shape[1])
    for start in range(0, len(features), _BLOCK):
        block = slice(start, start + _BLOCK)
        mean += weights[block] @ unit_rows(features[block])
    return max(0.0, 1.0 - float(mean @ mean))


class Looks:
    """Largest cosine of samples to those that are shown, computed on demand.

    Args:
        features: (T, D), of any length.
        stride: one sample in so many is compared; for a span without such a sample, the last one
            before it.
    """

    def __init__(self, features: Floats, *, stride: int = 1) -> None:
        self.stride = stride
        self.rows: Floats = unit_rows(np.asarray(features)[::stride])
        self._shown = np.empty((0, self.rows.shape[1]), dtype=self.rows.dtype)
        self._count = 0
        self._piece: list[int] = []
        self._near = np.full(len(self.rows), -np.inf, dtype=self.rows.dtype)
        self._until = np.zeros(len(self.rows), dtype=np.int64)

    def span(self, first: int, stop: int) -> slice:
        """Return the compared rows of the samples [first, stop)."""
        low, high = -(-first // self.stride), -(-stop // self.stride)
        return slice(low, high) if low < high else slice(high - 1, high)

    def show(self, first: int, stop: int, piece: int) -> None:
        """Add samples to those that are shown."""
        rows = self.rows[self.span(first, stop)]
        needed = self._count + len(rows)
        if needed > len(self._shown):  # doubled: amortized growth
            grown = np.empty((2 * needed, rows.shape[1]), dtype=rows.dtype)
            grown[: self._count] = self._shown[: self._count]
            self._shown = grown
        self._shown[self._count : needed] = rows
        self._count = needed
        self._piece += [piece] * len(rows)

    def known_near(self, bound: float) -> Booleans:
        """Return the rows that are known to have a cosine of at least the bound to one shown."""
        return np.asarray(self._near >= bound)

    def near(self, first: int, stop: int, bound: float) -> bool:
        """Return whether a sample in [first, stop) has a cosine >= bound to one shown."""
        span = self.span(first, stop)
        near = self._near[span]
        if self._count == 0 or near.max() >= bound:
            return self._count > 0
        since = int(self._until[span].min())
        if since < self._count:
            cosines = self.rows[span] @ self._shown[since : self._count].T
            np.maximum(near, cosines.max(axis=1), out=near)
            self._until[span] = self._count
        return bool(near.max() >= bound)

    def nearest(self, rows: Integers, *, without: int = -1) -> tuple[Floats, Integers]:
        """Return each row's largest cosine to another piece than ``without``, and the piece."""
        pieces = np.array(self._piece)
        same = pieces == without
        if same.all():
            return np.full(len(rows), -np.inf), np.full(len(rows), -1)
        cosine, piece = np.empty(len(rows)), np.empty(len(rows), dtype=np.int64)
        for start in range(0, len(rows), _BLOCK):
            block = slice(start, start + _BLOCK)
            cosines = self.rows[rows[block]] @ self._shown[: self._count].T
            cosines[:, same] = -np.inf
            best = cosines.argmax(axis=1)
            cosine[block] = cosines[np.arange(len(best)), best]
            piece[block] = pieces[best]
        return cosine, piece
