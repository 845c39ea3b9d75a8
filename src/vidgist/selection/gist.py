r"""The rule of selection `gist`: pieces of shots, by importance a second, nothing shown twice.

.. math::
   \max \sum_i \int_{p_i} s(t)\,dt \quad s.t. \quad \sum_i |p_i| \le B, \quad
   |p_i| \le \ell = \min(0.85 \sqrt{B}, 8), \quad
   \max_{t \in p_i, u \in p_j} x_t \cdot x_u < 1 - \tfrac13 \bar d \;\; (i \ne j)

Each piece p lies in one shot and holds no junk (but for flashes, of a shot that flashes all the
time); pieces of one shot are 2 seconds apart. s is the
importance of the samples as a step function of time, B the budget in seconds and d the mean cosine
distance between two moments of the video.

It is solved greedily: of all windows of length :math:`\ell` (or whole shots that are shorter) the
one with the best mean importance first, then the next best that is allowed. Where the video has
not enough that differs, pieces are lengthened at their better side, up to twice; then the third is
halved, and at last dropped, because a budget is there to be used. What remains in the end, less
than a piece, lengthens pieces as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from vidgist.selection.cells import EPS, Cells, check_samples
from vidgist.selection.greedy import CONSTANTS, GistConstants, GreedyChoice
from vidgist.selection.rule import Footage, Rule, Selection
from vidgist.types import Booleans, Floats, Integers


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Why a shot has no piece.

    Attributes:
        reason: ``repeats``, ``no time left``, ``too short``, or the reason of its junk.
        piece: index of the piece that it repeats, -1 for none.
    """

    reason: str
    piece: int = -1


@dataclass(frozen=True, kw_only=True)
class GistPieces:
    """The pieces of a summary, n of them, in the order of time.

    Attributes:
        seconds: (n, 2) starts and ends.
        shots: (n,) the shot of each.
        scores: (n,) mean importance over its time.
        ranks: (n,) 0 for the piece that was chosen first.
        why: reason of each piece: ``important``; ``repeats`` if the video does not have enough
            different content; ``short`` if no longer piece was left; or the reason of its junk if
            all is junk.
        left_out: for each shot, why it has no piece; None if it has one.
    """

    seconds: Floats
    shots: Integers
    scores: Floats
    ranks: Integers
    why: tuple[str, ...]
    left_out: tuple[LeftOut | None, ...]

    def __len__(self) -> int:
        return len(self.shots)


def junk_reasons(junk: npt.ArrayLike | None, n_samples: int) -> npt.NDArray[np.str_]:
    """Return the reason why each sample is refused, "" for none.

    Args:
        junk: (T,) bool, or reasons such as ``black``; None for no junk.
        n_samples: T.

    Raises:
        ValueError: the shape is wrong.
    """
    if junk is None:
        return np.full(n_samples, "", dtype="<U1")
    reasons = np.asarray(junk)
    if reasons.shape != (n_samples,):
        raise ValueError(f"junk: expected ({n_samples},), got {reasons.shape}")
    if reasons.dtype == np.bool_:
        return np.where(reasons, "junk", "")
    return reasons.astype(np.str_)


def gist_pieces(
    importance: npt.ArrayLike,
    times: npt.ArrayLike,
    features: Floats,
    shots: npt.ArrayLike,
    *,
    budget: float,
    duration: float,
    junk: npt.ArrayLike | None = None,
    rule: GistConstants = CONSTANTS,
) -> GistPieces:
    """Select the pieces of a summary by importance per second, without look-alikes.

    Args:
        importance: (T,) of each sample, higher for more important.
        times: (T,) seconds of the samples, ascending, at any spacing.
        features: (T, D), of any length.
        shots: (S, 2) seconds, half-open, in order, covering the video.
        budget: seconds that the summary may last, never exceeded.
        duration: seconds of the video.
        junk: (T,) which samples are unfit to show: bool, or the reason (``black``, ``blurred``,
            ``card`` ...), "" for none. Where all is junk, one piece is taken all the same, of
            title cards if there are any.
        rule: its constants.

    Returns:
        At least one piece. They do not overlap, lie within shots and last no longer than the
        budget together.

    Raises:
        ValueError: a shape is wrong, a number is not finite, or the budget is not positive.

    >>> import numpy as np
    >>> found = gist_pieces(
    ...     importance=[1, 1, 9, 9, 1, 1, 5, 5],
    ...     times=np.arange(8.0),
    ...     features=np.eye(8)[[0, 0, 1, 1, 2, 2, 3, 3]],
    ...     shots=[[0, 2], [2, 4], [4, 6], [6, 8]],
    ...     budget=4.0,
    ...     duration=8.0,
    ... )
    >>> found.seconds.tolist()
    [[2.0, 4.0], [6.0, 8.0]]
    >>> found.left_out[0].reason
    'no time left'
    """
    scores, moments = check_samples(importance, times, features)
    if not (np.isfinite(budget) and budget > 0):
        raise ValueError(f"budget: expected a positive number of seconds, got {budget}")
    borders = np.minimum(np.asarray(shots, dtype=np.float64).reshape(-1, 2), duration)
    if len(borders) == 0 or (np.diff(borders.reshape(-1)) < 0).any():
        raise ValueError("shots: expected (S, 2) starts and ends in order, S > 0")
    reasons = junk_reasons(junk, len(scores))
    cells = Cells(scores, moments, borders, reasons == "")
    allowed = with_flashes(cells, shortest=min(rule.shortest, budget), flash=rule.flash)
    if not np.array_equal(allowed, cells.usable):
        cells = Cells(scores, moments, borders, allowed)
    only_junk = len(cells.runs) == 0
    for shown in (reasons == "card", np.ones(len(scores), dtype=bool)):
        if len(cells.runs) == 0:
            cells = Cells(scores, moments, borders, shown)
    if len(cells.runs) == 0:
        raise ValueError("shots: expected one sample inside a shot at least, got none")
    choice = GreedyChoice(cells, features, rule, min(budget, duration))
    if only_junk:
        choice.take(choice.bound(0), choice.seconds, why="", limit=1)
    else:
        choice.fill()
    return _result(choice, borders, reasons)


def with_flashes(cells: Cells, *, shortest: float, flash: float) -> Booleans:
    """Return which samples (T,) may be shown, brief junk where it is what a shot consists of.

    Where junk cuts a shot into runs of which most are shorter than a piece, and the runs with the
    brief junk between them are longer, a piece may show it: the flashes of a lamp, not the dark
    between two scenes.

    Args:
        cells: of the samples.
        shortest: seconds that a piece lasts at least.
        flash: seconds that junk is brief up to.
    """
    usable: Booleans = cells.usable.copy()
    spans = cells.run_seconds
    short = np.diff(spans)[:, 0] < shortest - EPS
    shots, firsts, counts = np.unique(
        cells.shot[cells.runs[:, 0]], return_index=True, return_counts=True
    )
    for shot, first, count in zip(shots.tolist(), firsts, counts, strict=True):
        runs = np.arange(first, first + count)
        if count < 2 or short[runs].mean() <= 0.5:
            continue
        brief = [
            (a, b) for a, b in pairwise(runs.tolist()) if spans[b, 0] - spans[a, 1] <= flash + EPS
        ]
        bridged = usable.copy()
        for a, b in brief:
            bridged[cells.runs[a, 1] : cells.runs[b, 0]] = True
        inside = np.arange(*np.searchsorted(cells.shot, [shot, shot + 1]))
        if _longest(cells, bridged, inside) >= shortest - EPS:
            usable[inside] = bridged[inside]
    return usable


def _longest(cells: Cells, usable: Booleans, inside: Integers) -> float:
    """Return the seconds of the longest run of usable samples among those of a shot."""
    seconds = np.where(usable, cells.end - cells.start, 0.0)[inside]
    parts = np.split(seconds, np.flatnonzero(~usable[inside]))
    return max(float(part.sum()) for part in parts)


def _result(choice: GreedyChoice, borders: Floats, reasons: npt.NDArray[np.str_]) -> GistPieces:
    cells = choice.cells
    seconds = np.array(choice.pieces)
    order = np.argsort(seconds[:, 0], kind="stable")
    # Pieces that were lengthened until they touch are one.
    groups: list[list[int]] = []
    for index in order.tolist():
        last = groups[-1][-1] if groups else -1
        run = cells.run[cells.at(seconds[index, 0])]
        if (
            groups
            and run == cells.run[cells.at(seconds[last, 0])]
            and (seconds[index, 0] <= seconds[last, 1] + EPS)
        ):
            groups[-1].append(index)
        else:
            groups.append([index])
    merged = np.array([[seconds[g[0], 0], seconds[g[-1], 1]] for g in groups])
    firsts = cells.at(merged[:, 0])
    ranks = np.argsort(np.argsort([min(g) for g in groups]))
    why = [choice.why[min(g)] or str(reasons[i]) for g, i in zip(groups, firsts, strict=True)]
    merged_index = {chosen: i for i, group in enumerate(groups) for chosen in group}
    shown = cells.shot[firsts]
    return GistPieces(
        seconds=merged,
        shots=shown,
        scores=cells.mean(merged[:, 0], merged[:, 1]),
        ranks=ranks,
        why=tuple(why),
        left_out=_left_out(choice, len(borders), set(shown.tolist()), reasons, merged_index),
    )


def _left_out(
    choice: GreedyChoice,
    n_shots: int,
    shown: set[int],
    reasons: npt.NDArray[np.str_],
    merged_index: dict[int, int],
) -> tuple[LeftOut | None, ...]:
    """Return why each shot has no piece, judged by its best window."""
    cells, rule = choice.cells, choice.rule
    found: list[LeftOut | None] = [
        None if shot in shown else LeftOut(reason="too short") for shot in range(n_shots)
    ]
    refused = reasons != ""
    for shot in np.unique(cells.shot[refused & (cells.shot >= 0)]).tolist():
        first, stop = np.searchsorted(cells.shot, [shot, shot + 1])
        if shot not in shown and not cells.usable[first:stop].any():
            names, counts = np.unique(reasons[first:stop], return_counts=True)
            found[shot] = LeftOut(reason=str(names[counts.argmax()]))
    windows = cells.windows(choice.seconds, shortest=min(rule.shortest, choice.seconds))
    best: dict[int, int] = {}
    for index in np.lexsort((windows.start, -np.round(windows.score, 9))).tolist():
        best.setdefault(int(cells.shot[windows.first[index]]), index)
    others = {shot: i for shot, i in best.items() if shot not in shown}
    spans = [choice.looks.span(windows.first[i], windows.stop[i]) for i in others.values()]
    rows = [np.unique(np.linspace(s.start, s.stop - 1, 4).astype(np.int64)) for s in spans]
    if not rows:
        return tuple(found)
    cosine, piece = choice.looks.nearest(np.concatenate(rows))
    edges = np.cumsum([0, *(len(r) for r in rows)])
    for shot, low, high in zip(others, edges[:-1], edges[1:], strict=True):
        most = low + int(np.argmax(cosine[low:high]))
        alike = cosine[most] >= choice.bound(0)
        found[shot] = (
            LeftOut(reason="repeats", piece=merged_index[int(piece[most])])
            if alike
            else LeftOut(reason="no time left")
        )
    return tuple(found)


def _choose(footage: Footage) -> Selection:
    found = gist_pieces(
        footage.importance,
        footage.times,
        footage.features,
        footage.shot_seconds,
        budget=footage.budget,
        duration=footage.timeline.duration,
        junk=footage.junk,
    )
    return Selection(
        pieces=found.seconds,
        shots=found.shots,
        scores=found.scores,
        reasons=found.why,
        refused=tuple("" if shot is None else shot.reason for shot in found.left_out),
        repeated=np.array([-1 if shot is None else shot.piece for shot in found.left_out]),
    )


RULE = Rule(
    name="gist",
    summary="pieces of shots, by importance a second, nothing shown twice",
    choose=_choose,
    clean_cuts=True,
    order=1,
)
