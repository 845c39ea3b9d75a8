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

import numpy as np

from vidgist.criteria.gram import check_features, unit_scale
from vidgist.shots.partition import Partitioner
from vidgist.shots.scatter import Scatter
from vidgist.shots.segmentation import Segmentation
from vidgist.types import Floats, Integers

_SPARSE = 0.3
"""Exponent of the mean weight in the penalty: with it, one sample in 2, 4 or 6 of the odd-numbered
TVSum videos gives as many shots as all, most at the same places (`research/skim.py`)."""

_LEAST_RISE = 1e-9
"""Least price of a change point: just over 0."""


def segment(features: Floats, *, penalty: float = 1.0, weights: Floats | None = None) -> Integers:
    """Return the change points of a sequence of features, exactly.

    Args:
        features: (T, D); normalized here.
        penalty: v, the weight of the penalty on change points, more than 0.
        weights: (T,) time that each sample stands for, of which n is the sum; 1 by default.

    Returns:
        (m,) ascending indices in [1, T): sample ``i`` is the first of a new segment. Empty where
        one segment is best.

    Raises:
        ValueError: a shape or value is wrong.

    >>> scenes = np.repeat(np.eye(3), 20, axis=0)  # three scenes of twenty samples each
    >>> segment(scenes).tolist()
    [20, 40]
    """
    if not 0 < penalty < np.inf:
        raise ValueError(f"penalty: expected a positive number, got {penalty}")
    features = check_features(features)
    if weights is not None and np.shape(weights) != (len(features),):
        raise ValueError(f"weights: expected ({len(features)},), got {np.shape(weights)}")
    scatter = Scatter(features, scale=unit_scale(features), weights=weights)
    # Of samples that stand for longer, each one's chance deviation weighs more: it is not averaged.
    penalty *= (scatter.mass / scatter.n_samples) ** _SPARSE
    if scatter.n_samples < 2:
        return np.zeros(0, dtype=np.int64)
    return _Sweep(Partitioner(scatter), penalty).run()


class _Vertex:
    """A vertex of the lower convex hull of C: m, C(m), the change points, and a tangent's slope."""

    def __init__(self, points: Integers, scatter: float, price: float) -> None:
        self.points = points
        self.m = len(points)
        self.scatter = scatter
        self.price = price


class _Sweep:
    """Branch and bound over the convex hull of C(m), scaled by n."""

    def __init__(self, partitioner: Partitioner, penalty: float) -> None:
        self.partitioner = partitioner
        self.penalty = penalty
        self.n = partitioner.scatter.mass
        self.n_samples = partitioner.n_samples
        self.best_value = np.inf
        self.best_points: Integers = np.zeros(0, dtype=np.int64)

    def run(self) -> Integers:
        whole = self._vertex(np.inf)
        if whole.scatter <= 1e-9 * self.n:  # nothing ever changes
            return whole.points
        # At the end of the range g rises by this much a change point, and nowhere by less.
        rise = np.log(self.n / (self.n_samples - 1))
        last = self._vertex(self.penalty / 2 * max(rise, _LEAST_RISE))
        stretches = [(whole, last)]
        while stretches:
            left, right = stretches.pop()
            if right.m - left.m < 2 or self._bound(left, right) >= self.best_value:
                continue
            price = (left.scatter - right.scatter) / (right.m - left.m)
            middle = self._vertex(price)
            if not left.m < middle.m < right.m:
                # No vertex between: the hull is straight here, and where it is, its ends are best.
                continue
            # The half with the lower bound first: a better value prunes the other.
            halves = [(left, middle), (middle, right)]
            halves.sort(key=lambda pair: -self._bound(*pair))
            stretches += halves
        return self.best_points

    def _price_of(self, m: float) -> float:
        if m <= 0:
            return 0.0
        m = min(m, self.n)  # where samples stand for less than 1 each, g would fall again
        return self.penalty * m / 2 * (float(np.log(self.n / m)) + 1)

    def _vertex(self, price: float) -> _Vertex:
        if price == np.inf:
            scatter = self.partitioner.scatter.of(0, self.n_samples)
            # The first change point cannot reduce the scatter by more than the whole of it.
            vertex = _Vertex(np.zeros(0, dtype=np.int64), scatter, scatter)
        else:
            vertex = _Vertex(*self.partitioner.solve(price), price)
        self._offer(vertex.points, vertex.scatter)
        return vertex

    def _offer(self, points: Integers, scatter: float) -> None:
        value = scatter + self._price_of(len(points))
        if value < self.best_value - 1e-12 * self.n:
            self.best_value, self.best_points = value, points

    def _bound(self, left: _Vertex, right: _Vertex) -> float:
        """Return a lower bound of the value of any m strictly between the two.

        The tangents at both vertices lie under C, and a line plus the concave g is least at an end:
        at a vertex, which is known, or where the tangents cross.
        """
        a, b = left.price, right.price
        gap = left.scatter - right.scatter + a * left.m - b * right.m
        m = min(max(gap / (a - b) if a > b else left.m, left.m), right.m)
        tangent = max(left.scatter - a * (m - left.m), right.scatter + b * (right.m - m))
        return tangent + self._price_of(m)


SEGMENTATION = Segmentation(
    name="kts",
    summary="Kernel Temporal Segmentation of the features",
    segment=lambda features: segment(features.looks, weights=features.weights),
    order=1,
)
