r"""Kernel Temporal Segmentation: change points where the content of a video changes.

Potapov et al., "Category-Specific Video Summarization", ECCV 2014, with a linear kernel:

.. math:: \min_{m, t_1 < ... < t_m} \frac{1}{n} \sum_i c(t_i, t_{i+1}) + g(m), \quad
          g(m) = \frac{v m}{2 n} (\log \frac{n}{m} + 1), \quad g(0) = 0

The classical program finds the best scatter C(m) for every number m of change points, at a cost of
n^2 for each m. Only the m that minimizes C(m) / n + g(m) is needed, and g is concave: it is the
lower envelope of straight lines, so that the minimum is also the minimum for some constant price of
a change point, a vertex of the lower convex hull of C. One partition at a constant price costs n^2,
and bounds on the hull between known vertices leave a dozen prices to try.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vidgist.criteria.gram import check_features, unit_scale
from vidgist.shots.fixed_count import FixedCount
from vidgist.shots.partition import Partitioner
from vidgist.shots.scatter import Scatter
from vidgist.types import Floats, Integers


def segment(
    features: Floats, *, penalty: float = 1.0, max_change_points: int | None = None
) -> Integers:
    """Return the change points of a sequence of features, exactly.

    Args:
        features: (T, D); normalized here.
        penalty: v, the weight of the penalty on change points, more than 0.
        max_change_points: greatest number of change points; T // 2 by default.

    Returns:
        (m,) ascending indices in [1, T): sample ``i`` is the first of a new segment. Empty where
        one segment is best.

    Raises:
        ValueError: a shape or value is wrong.
    """
    if not 0 < penalty < np.inf:
        raise ValueError(f"penalty: expected a positive number, got {penalty}")
    features = check_features(features)
    scatter = Scatter(features, scale=unit_scale(features))
    n = scatter.n_samples
    limit = n // 2 if max_change_points is None else min(max_change_points, n - 1)
    if limit <= 0:
        return np.zeros(0, dtype=np.int64)
    return _Sweep(Partitioner(scatter), penalty, limit).run()


class _Vertex:
    """A vertex of the lower convex hull of C: m, C(m), the change points, and a tangent's slope."""

    def __init__(self, points: Integers, scatter: float, price: float) -> None:
        self.points = points
        self.m = len(points)
        self.scatter = scatter
        self.price = price


class _Sweep:
    """Branch and bound over the convex hull of C(m), scaled by n."""

    def __init__(self, partitioner: Partitioner, penalty: float, limit: int) -> None:
        self.partitioner = partitioner
        self.penalty = penalty
        self.limit = limit
        self.n = partitioner.n_samples
        self.best_value = np.inf
        self.best_points: Integers = np.zeros(0, dtype=np.int64)

    def run(self) -> Integers:
        whole = self._vertex(np.inf)
        if whole.scatter <= 1e-9 * self.n:  # nothing ever changes
            return whole.points
        # At the end of the range g rises by this much a change point, and nowhere by less.
        last = self._vertex(self.penalty / 2 * np.log(self.n / self.limit))
        stretches = [(whole, last)]
        while stretches:
            left, right = stretches.pop()
            if right.m - left.m < 2 or self._bound(left, right) >= self.best_value:
                continue
            price = (left.scatter - right.scatter) / (right.m - left.m)
            middle = self._vertex(price)
            if not left.m < middle.m < right.m:
                # No vertex between: the hull is straight here, and where it is, its ends are best.
                if left.m < self.limit < right.m:
                    self._settle_at_limit(left, right)
                continue
            # The half with the lower bound first: a better value prunes the other.
            halves = [(left, middle), (middle, right)]
            halves.sort(key=lambda pair: -self._bound(*pair))
            stretches += halves
        return self.best_points

    def _price_of(self, m: float) -> float:
        return self.penalty * m / 2 * (np.log(self.n / m) + 1) if m > 0 else 0.0

    def _vertex(self, price: float) -> _Vertex:
        if price == np.inf:
            scatter = self.partitioner.scatter.of(0, self.n)
            # The first change point cannot reduce the scatter by more than the whole of it.
            vertex = _Vertex(np.zeros(0, dtype=np.int64), scatter, scatter)
        else:
            vertex = _Vertex(*self.partitioner.solve(price), price)
        self._offer(vertex.points, vertex.scatter)
        return vertex

    def _offer(self, points: Integers, scatter: float) -> None:
        value = scatter + self._price_of(len(points))
        if len(points) <= self.limit and value < self.best_value - 1e-12 * self.n:
            self.best_value, self.best_points = value, points

    def _bound(self, left: _Vertex, right: _Vertex) -> float:
        """Return a lower bound of the value of any allowed m strictly between the two.

        The tangents at both vertices lie under C, and a line plus the concave g is least at an end:
        at a vertex, which is known, where the tangents cross, or at the greatest m allowed.
        """
        if left.m >= self.limit:
            return np.inf
        a, b = left.price, right.price
        gap = left.scatter - right.scatter + a * left.m - b * right.m
        crossing = gap / (a - b) if a > b else left.m
        ends = [min(max(crossing, left.m), right.m, self.limit)]
        if self.limit < right.m:
            ends.append(self.limit)
        return min(
            max(left.scatter - a * (m - left.m), right.scatter + b * (right.m - m))
            + self._price_of(m)
            for m in ends
        )

    def _settle_at_limit(self, left: _Vertex, right: _Vertex) -> None:
        """Find the best m on a straight stretch of the hull that crosses the greatest m allowed.

        The vertex at its right end is not allowed, so that an m beside the hull can be the best.
        """
        price = (left.scatter - right.scatter) / (right.m - left.m)
        self._offer(*self._thinned(right.points))
        counts = np.arange(left.m + 1, self.limit + 1)
        prices = np.array([self._price_of(m) for m in counts.tolist()])
        hull = left.scatter - price * (counts - left.m)
        rows = self.partitioner.rows
        # Sequences too long to store keep the thinned partition: at most T // 2 change points can
        # only bind where nearly every sample is a shot of its own.
        if (hull + prices).min() >= self.best_value - 1e-9 * self.n or rows is None:
            return
        slack = (self.best_value - prices - hull).max()
        exact = FixedCount(rows, price=price, slack=slack, max_segments=self.limit + 1)
        values = exact.scatter()[counts + 1] + prices
        m = int(counts[values.argmin()])
        self._offer(exact.change_points(m + 1), float(exact.scatter()[m + 1]))

    def _thinned(self, points: Integers) -> tuple[Integers, float]:
        """Return the change points, with the least useful ones removed down to the limit."""
        scatter = self.partitioner.scatter
        kept = list(points)
        while len(kept) > self.limit:
            edges = np.array([0, *kept, self.n])
            losses = [
                scatter.of(edges[i - 1], edges[i + 1])
                - scatter.of(edges[i - 1], edges[i])
                - scatter.of(edges[i], edges[i + 1])
                for i in range(1, len(edges) - 1)
            ]
            del kept[int(np.argmin(losses))]
        edges = np.array([0, *kept, self.n])
        total = sum(scatter.of(s, t) for s, t in pairwise(edges))
        return np.array(kept, dtype=np.int64), float(total)
