r"""Look-alikes: whether samples resemble what is already shown.

.. math:: d_{ts} = 1 - x_t \cdot x_s, \qquad \bar d = \overline{d_{ts}} = 1 - |\bar x|^2

with x the features at length 1. How large a cosine of two different scenes is depends on the
backbone and on the video, so a bound is a share of the mean distance between two samples of the
video.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vidgist.criteria.gram import unit_scale
from vidgist.types import Booleans, Floats, Integers

__all__ = ["Looks", "mean_distance"]

_BLOCK = 4096
"""Rows that are converted at a time."""


def mean_distance(features: Floats, scale: Floats, seconds: Floats, usable: Booleans) -> float:
    """Return the mean cosine distance between two moments of a video, in [0, 2].

    Args:
        features: (T, D).
        scale: (T,) what makes each feature's length 1.
        seconds: (T,) time that each sample stands for.
        usable: (T,) samples to take into account; all where there is none.
    """
    weights = np.where(usable, seconds, 0.0)
    if weights.sum() <= 0:
        weights = np.ones(len(features))
    weights = weights / weights.sum() * scale
    mean = np.zeros(features.shape[1])
    for start in range(0, len(features), _BLOCK):
        block = slice(start, start + _BLOCK)
        mean += weights[block] @ features[block].astype(np.float32, copy=False)
    return max(0.0, 1.0 - float(mean @ mean))


class Looks:
    """Largest cosine of each sample to what is shown, computed only where it is asked for.

    Args:
        features: (T, D), of any length.
    """

    def __init__(self, features: Floats) -> None:
        self.features = np.asarray(features)
        self.scale: Floats = np.concatenate(
            [
                unit_scale(self.features[i : i + _BLOCK].astype(np.float32, copy=False))
                for i in range(0, len(self.features), _BLOCK)
            ]
        )
        self._shown = np.empty((0, self.features.shape[1]), dtype=np.float32)
        self._count = 0
        self._piece: list[int] = []
        self._near = np.full(len(self.features), -np.inf, dtype=np.float32)
        self._until = np.zeros(len(self.features), dtype=np.int64)

    def rows(self, samples: Iterable[int] | Integers) -> Floats:
        """Return the features of some samples at length 1, float32."""
        chosen = np.asarray(samples, dtype=np.int64)
        values = self.features[chosen].astype(np.float32)
        return np.asarray(values * self.scale[chosen, None].astype(np.float32))

    def show(self, samples: Integers, piece: int) -> None:
        """Add samples to what is shown."""
        needed = self._count + len(samples)
        if needed > len(self._shown):  # doubled, so that many pieces stay cheap
            grown = np.empty((2 * needed, self.features.shape[1]), dtype=np.float32)
            grown[: self._count] = self._shown[: self._count]
            self._shown = grown
        self._shown[self._count : needed] = self.rows(samples)
        self._count = needed
        self._piece += [piece] * len(samples)

    def near(self, samples: Integers, bound: float) -> bool:
        """Return whether one of the samples has a cosine of at least the bound to one shown."""
        if self._count == 0 or len(samples) == 0:
            return False
        if (self._near[samples] >= bound).any():
            return True
        since = int(self._until[samples].min())
        if since < self._count:
            cosines = self.rows(samples) @ self._shown[since : self._count].T
            self._near[samples] = np.maximum(self._near[samples], cosines.max(axis=1))
            self._until[samples] = self._count
        return bool((self._near[samples] >= bound).any())

    def nearest(self, samples: Integers, *, without: int = -1) -> tuple[Floats, Integers]:
        """Return each sample's largest cosine to another piece than ``without``, and the piece."""
        pieces = np.array(self._piece)
        others = np.flatnonzero(pieces != without)
        if len(others) == 0:
            return np.full(len(samples), -np.inf), np.full(len(samples), -1)
        cosine, piece = np.empty(len(samples)), np.empty(len(samples), dtype=np.int64)
        shown = self._shown[others]
        for start in range(0, len(samples), _BLOCK):
            block = slice(start, start + _BLOCK)
            cosines = self.rows(samples[block]) @ shown.T
            best = cosines.argmax(axis=1)
            cosine[block] = cosines[np.arange(len(best)), best]
            piece[block] = pieces[others[best]]
        return cosine, piece
