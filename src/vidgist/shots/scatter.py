r"""The cost of a segment: the scatter of its samples around their mean.

.. math:: c(s, t) = \sum_{i=s}^{t-1} w_i ||x_i||^2
          - \frac{1}{\sum_i w_i} || \sum_{i=s}^{t-1} w_i x_i ||^2

w_i is the time that sample i stands for, 1 by default.

With running sums it needs one inner product a pair (s, t), which are made in blocks.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vidgist.types import Floats, Integers


class Scatter:
    """Scatter of any segment of a sequence of features.

    Args:
        features: (T, D).
        scale: (T,) factors of the rows, applied first; 1 by default.
        weights: (T,) time that each sample stands for; 1 by default.
    """

    def __init__(
        self, features: Floats, *, scale: Floats | None = None, weights: Floats | None = None
    ) -> None:
        # The scatter does not change with the origin; around the mean the running sums stay small
        # and with them the rounding when they are subtracted. All in one array, which takes 700 MB
        # for ten hours.
        features = np.asarray(features)
        self.n_samples = len(features)
        self._sums = np.zeros((len(features) + 1, features.shape[1]))
        values = self._sums[1:]
        np.multiply(features, 1.0 if scale is None else scale[:, None], out=values)
        squares = np.zeros(len(features) + 1)
        self._mass = np.arange(len(features) + 1, dtype=np.float64)
        if weights is None:
            values -= values.mean(axis=0)
            squares[1:] = np.einsum("td,td->t", values, values)
        else:
            np.cumsum(weights, out=self._mass[1:])
            values -= np.average(values, axis=0, weights=weights)
            squares[1:] = np.einsum("td,td->t", values, values) * weights
            values *= np.asarray(weights)[:, None]
        self._squares = np.cumsum(squares)
        np.cumsum(self._sums, axis=0, out=self._sums)
        self._lengths = np.einsum("td,td->t", self._sums, self._sums)

    def of(self, start: int, end: int) -> float:
        """Return the scatter of the one segment [start, end)."""
        run = self._sums[end] - self._sums[start]
        squares = self._squares[end] - self._squares[start]
        return max(0.0, float(squares - run @ run / (self._mass[end] - self._mass[start])))

    @property
    def mass(self) -> float:
        """The time that all samples stand for together: their number, without weights."""
        return float(self._mass[-1])

    def block(self, starts: Integers | slice, ends: slice) -> Floats:
        """Return the scatter (E, S) of all segments from one of ``starts`` to one of ``ends``.

        Segments that are empty or run backwards get infinity.
        """
        first = np.arange(self.n_samples + 1)[starts]
        last = np.arange(self.n_samples + 1)[ends]
        cost = self._sums[ends] @ self._sums[starts].T
        cost *= 2.0
        cost -= self._lengths[ends, None]
        cost -= self._lengths[starts]  # now -||sum of the segment||^2
        count = last[:, None] - first
        if self.mass == self.n_samples:
            cost /= np.maximum(count, 1)
        else:
            cost /= np.where(count > 0, self._mass[ends, None] - self._mass[starts], 1.0)
        cost += self._squares[ends, None] - self._squares[starts]
        np.maximum(cost, 0.0, out=cost)
        cost[count <= 0] = np.inf
        return np.asarray(cost)

    def rows(self, *, block: int = 256) -> Iterator[tuple[int, Floats]]:
        """Visit the ends t = 1, ..., T: yields t and the scatter (t,) from each start s < t."""
        for start in range(1, self.n_samples + 1, block):
            stop = min(start + block, self.n_samples + 1)
            costs = self.block(slice(0, stop - 1), slice(start, stop))
            for t, row in zip(range(start, stop), costs, strict=True):
                yield t, row[:t]
