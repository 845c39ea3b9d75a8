"""Best partitions into a given number of segments, where a constant price cannot tell them apart.

The classical program over (end, number of segments), on the segments alone that can be part of a
partition good enough: at a constant price the best partition through a segment is known from a pass
from the front and one from the back, and whatever is dearer than the slack is left out. Few remain.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidgist.types import Floats, Integers


class FixedCount:
    """Least scatter of a sequence for each number of segments up to a limit.

    Args:
        rows: row t - 1 holds the scatter (t,) of the segments [s, t), for t = 1, ..., T.
        price: what a segment costs when segments are weighed against each other.
        slack: partitions whose scatter plus prices exceed the least by more do not count.
        max_segments: the greatest number of segments.
    """

    def __init__(
        self, rows: Sequence[Floats], *, price: float, slack: float, max_segments: int
    ) -> None:
        n = len(rows)
        front = np.zeros(n + 1)
        back = np.full(n + 1, np.inf)
        back[n] = 0.0
        for t, row in enumerate(rows, 1):
            front[t] = (front[:t] + row).min() + price
        for t in range(n, 0, -1):
            np.minimum(back[:t], rows[t - 1] + (price + back[t]), out=back[:t])

        self.arcs: list[tuple[Integers, Floats]] = [(np.zeros(0, dtype=np.int64), np.zeros(0))]
        self.best = np.full((n + 1, max_segments + 1), np.inf)
        self.best[0, 0] = 0.0
        for t, row in enumerate(rows, 1):
            through = front[:t] + row + (price + back[t])
            starts = np.flatnonzero(through <= front[n] + slack)
            self.arcs.append((starts, row[starts]))
            for s, cost in zip(starts, row[starts], strict=True):
                np.minimum(self.best[t, 1:], self.best[s, :-1] + cost, out=self.best[t, 1:])

    def scatter(self) -> Floats:
        """Return the least scatter for 0, 1, ..., max_segments segments; infinity where none."""
        return np.asarray(self.best[-1])

    def change_points(self, segments: int) -> Integers:
        """Return the interior change points of the best partition into so many segments."""
        points = []
        t = len(self.best) - 1
        while segments > 1:
            starts, costs = self.arcs[t]
            t = int(starts[np.argmin(self.best[starts, segments - 1] + costs)])
            points.append(t)
            segments -= 1
        return np.array(points[::-1], dtype=np.int64)
