"""Optimal partitions of a sequence when every change point costs the same.

The dynamic program of Jackson et al. (2005): best(t) = min over s < t of best(s) + cost(s, t) +
penalty. Where all costs fit in memory they are made once and every penalty reads them; for longer
sequences they are made anew for each penalty, but only for the starts that can still win (the rule
of PELT, Killick et al. 2012), so that memory grows with the longest shots and not with T squared.
Where more than `MOST_STARTS` can still win, the worse of each two old starts is dropped.
"""

from __future__ import annotations

import numpy as np

from vidgist.shots.scatter import Scatter
from vidgist.types import Floats, Integers

STORED_SAMPLES = 8192
"""Sequences up to this length keep all their costs: T squared / 2 numbers, 270 MB at most."""


MOST_STARTS = 2048
"""Starts tried at most where costs are not stored: a quarter of an hour at 2 samples a second.

No start can be ruled out while nothing changes, and the time would grow with T squared.  The start
of such a long scene is searched among the better of every two, four, ... samples.
"""


class Partitioner:
    """Finds the best partition of one sequence for any penalty.

    Attributes:
        exact: whether no start was dropped so far that might have been better.
    """

    def __init__(
        self,
        scatter: Scatter,
        *,
        stored_samples: int = STORED_SAMPLES,
        most_starts: int = MOST_STARTS,
    ) -> None:
        self.exact = True
        self.most_starts = most_starts
        self.scatter = scatter
        self.n_samples = scatter.n_samples
        self.rows: list[Floats] | None = None
        if self.n_samples <= stored_samples:
            # Copies: a view of a row would keep the whole block with its unused half.
            self.rows = [row.copy() for _, row in scatter.rows()]

    def solve(self, penalty: float) -> tuple[Integers, float]:
        """Return the interior change points that are best at this penalty, and their scatter."""
        before, best = self.forward(penalty)
        points = []
        t = int(before[self.n_samples])
        while t > 0:
            points.append(t)
            t = int(before[t])
        points.reverse()
        # The penalty counts every segment but the first.
        return np.array(points, dtype=np.int64), float(best[-1]) - penalty * len(points)

    def forward(self, penalty: float) -> tuple[Integers, Floats]:
        """Return for each t in [0, T] the start of the last segment, and the best cost so far."""
        if self.rows is None:
            return self._forward_pruned(penalty)
        before = np.zeros(self.n_samples + 1, dtype=np.int64)
        best = np.empty(self.n_samples + 1)
        best[0] = -penalty
        scratch = np.empty(self.n_samples)
        for t, row in enumerate(self.rows, 1):
            totals = np.add(best[:t], row, out=scratch[:t])
            s = int(totals.argmin())
            before[t] = s
            best[t] = totals[s] + penalty
        return before, best

    def _forward_pruned(self, penalty: float, *, block: int = 256) -> tuple[Integers, Floats]:
        before = np.zeros(self.n_samples + 1, dtype=np.int64)
        best = np.full(self.n_samples + 1, np.inf)
        best[0] = -penalty
        starts: Integers = np.zeros(1, dtype=np.int64)
        for begin in range(1, self.n_samples + 1, block):
            stop = min(begin + block, self.n_samples + 1)
            starts = np.concatenate([starts, np.arange(max(begin, 1), stop)])
            costs = self.scatter.block(starts, slice(begin, stop))
            for t, row in zip(range(begin, stop), costs, strict=True):
                usable = len(starts) - (stop - t)  # the starts before t
                totals = best[starts[:usable]] + row[:usable]
                s = int(totals.argmin())
                before[t] = starts[s]
                best[t] = totals[s] + penalty
            # A start that is already worse than ending here can never win again: splitting a
            # segment never raises its scatter. The slack keeps ties that rounding would drop.
            last = stop - 1
            totals = best[starts] + np.where(starts < last, costs[-1], 0.0)
            can_win = totals <= best[last] + 1e-9 * (1.0 + abs(best[last]))
            starts = self._bounded(starts[can_win], totals[can_win])
        return before, best

    def _bounded(self, starts: Integers, totals: Floats) -> Integers:
        """Drop starts where there are too many: of the older half, the worse of every two."""
        if len(starts) <= self.most_starts:
            return starts
        self.exact = False
        pairs = len(starts) // 4
        first, second = totals[0 : 2 * pairs : 2], totals[1 : 2 * pairs : 2]
        better = 2 * np.arange(pairs) + (second < first)
        return np.concatenate([starts[better], starts[2 * pairs :]])
