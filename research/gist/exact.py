"""How far the greedy choice of the rule `gist` stays behind the best choice, by integer program.

The program chooses among the windows that the rule itself considers (all that begin or end at a
cell's border, of the rule's length), maximizes seconds times mean importance above the video's
least, within the budget, and forbids every pair that overlaps, is too close in one shot, or looks
alike. Look-alike pairs become clique constraints: of all windows that hold a sample of a set whose
members look alike, one may be taken.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix
from videos import Video

from vidgist.selection.cells import Cells
from vidgist.selection.greedy import CONSTANTS, GistConstants, GreedyChoice


def exact(v: Video, shots, *, share=0.15, rule: GistConstants = CONSTANTS, seconds=20.0):
    """Return objective of greedy, of the best found, an upper bound, and the best's pieces."""
    budget = share * v.duration
    cells = Cells(v.importance, v.times, shots, np.ones(len(v.times), dtype=bool))
    choice = GreedyChoice(cells, v.features, rule, budget)
    floor = float(v.importance.min())
    choice.take(choice.bound(0), choice.seconds, why="important")
    greedy = sum((e - s) * (float(cells.mean(s, e)) - floor) for s, e in choice.pieces)
    found = cells.windows(choice.seconds, shortest=min(rule.shortest, choice.seconds))
    keep = np.unique(np.stack([found.first, found.stop], axis=1), axis=0, return_index=True)[1]
    start, end, first, stop = (x[keep] for x in (found.start, found.end, found.first, found.stop))
    value = (end - start) * (found.score[keep] - floor)
    n = len(start)
    holds = np.zeros((len(v.times), n), dtype=bool)
    for i in range(n):
        holds[first[i] : stop[i], i] = True
    rows = [set(np.flatnonzero(row)) for row in holds]
    gap = int(np.floor(rule.gap / float(np.median(np.diff(v.times)))))
    alike = (v.features @ v.features.T) >= choice.bound(0)
    shot = cells.shot
    for t in range(len(alike)):  # too close in one shot is in conflict like a look-alike
        near = slice(max(0, t - gap), t + gap + 1)
        alike[t, near] |= shot[near] == shot[t]
    cliques = _cliques(alike)
    members = [set().union(*(rows[t] for t in clique)) for clique in cliques]
    data = [(r, c) for r, group in enumerate(members) if len(group) > 1 for c in group]
    index = np.array(data)
    matrix = csr_matrix((np.ones(len(index)), (index[:, 0], index[:, 1])), (len(members), n))
    result = milp(
        -value,
        constraints=[
            LinearConstraint(matrix, ub=np.ones(len(members))),
            LinearConstraint((end - start)[None], ub=budget),
        ],
        integrality=np.ones(n),
        bounds=Bounds(0, 1),
        options={"time_limit": seconds, "mip_rel_gap": 1e-4},
    )
    best = -result.fun if result.x is not None else np.nan
    taken = np.flatnonzero(result.x > 0.5) if result.x is not None else np.array([], dtype=int)
    pieces = np.stack([start[taken], end[taken]], axis=1)
    return greedy, max(best, greedy), -result.mip_dual_bound, pieces[np.argsort(pieces[:, 0])]


def _cliques(alike: np.ndarray) -> list[list[int]]:
    """Return cliques that cover every pair of look-alikes and every sample."""
    open_pairs = np.triu(alike, 1)
    cliques = [[t] for t in range(len(alike))]
    for t in range(len(alike)):
        while open_pairs[t].any():
            clique = [t]
            common = alike[t].copy()
            common[: t + 1] = False
            for u in np.flatnonzero(open_pairs[t]):
                if common[u] or len(clique) == 1:
                    clique.append(int(u))
                    common &= alike[u]
            members = np.array(clique)
            open_pairs[np.ix_(members, members)] = False
            cliques.append(clique)
    return cliques
