"""The field's rule of selection: the shots of the greatest total value, by an exact 0/1 knapsack.

A shot's value is the mean importance of its frames, whatever its length. Where not even the
shortest shot fits, a piece of the best one is taken.
"""

from __future__ import annotations

import numpy as np

from vidgist.selection.knapsack import knapsack
from vidgist.selection.rule import Footage, Rule, Selection
from vidgist.selection.values import shot_values, spread
from vidgist.types import Booleans, Floats, Integers, Shots

TICK = 0.001
"""Seconds in which durations are weighed where frames do not come at a constant rate."""

_SLACK = 0.05
# A twentieth of a tick: containers that count milliseconds place the frames that far off.


def select(values: Floats, seconds: Floats, budget: float, *, tick: float = TICK) -> Booleans:
    """Select the shots of the greatest total value that last no longer than the budget together.

    Args:
        values: (S,) value of each shot.
        seconds: (S,) how long each lasts.
        budget: seconds that the summary may last, never exceeded.
        tick: seconds in which durations are weighed, rounded up; give the time between frames,
            where it is constant, to weigh shots by their frames.

    Returns:
        (S,) bool; all False where even the shortest shot is longer than the budget.

    Raises:
        ValueError: a shape is wrong, a value is not finite, a duration or the budget is negative.

    >>> select([3.0, 2.0, 2.0], [4.0, 2.0, 2.0], budget=4.0).tolist()
    [False, True, True]
    """
    seconds = np.asarray(seconds, dtype=np.float64)
    weights = np.ceil(seconds / tick - _SLACK).astype(np.int64)
    capacity = int(budget / tick + 1e-6)
    chosen = knapsack(values, weights, capacity)
    while seconds[chosen].sum() > budget + 1e-6:  # the slack of several shots adds up
        capacity -= 1
        chosen = knapsack(values, weights, capacity)
    return chosen


def offered_shots(junk: Booleans, picks: Integers, shots: Shots) -> Booleans:
    """Return which shots may be chosen: not those that are junk for half of their time or more.

    Fades are short, and the knapsack would fill the rest of the budget with them. If all shots are
    junk, all may be chosen.

    Args:
        junk: (T,) which samples are unfit to show.
        picks: (T,) frame index of each sample.
        shots: (S) all shots.

    Returns:
        (S,) bool, at least one True.
    """
    share = spread(np.asarray(junk, dtype=np.float64), picks, int(shots.frames[-1, 1]))
    offered = shot_values(share, shots.frames) < 0.5
    return offered if offered.any() else ~offered


def best_samples(scores: Floats, picks: Integers, shots: Shots) -> Integers:
    """Return the index (S,) of the best-scoring sample of each shot, the earliest of equals.

    A shot without a sample of its own gets the last sample before it.
    """
    best = []
    for start, end in shots.frames:
        first, stop = np.searchsorted(picks, [start, end], side="left")
        inside = scores[first:stop]
        best.append(first + int(np.argmax(inside)) if len(inside) else max(int(first) - 1, 0))
    return np.array(best, dtype=np.int64)


def _choose(footage: Footage) -> Selection:
    shots, seconds, timeline = footage.shots, footage.shot_seconds, footage.timeline
    values = shot_values(spread(footage.importance, footage.picks, timeline.n_frames), shots.frames)
    black = footage.junk == "black"
    offered = offered_shots(black, footage.picks, shots)
    holes = _hole_shots(footage)
    offered = offered & ~holes if (offered & ~holes).any() else ~holes
    worth = np.trunc(values * 1000) if footage.integer_values else values
    lasting = seconds[:, 1] - seconds[:, 0]
    tick = timeline.frame_interval or TICK
    selected = np.zeros(len(shots), dtype=bool)
    selected[offered] = select(worth[offered], lasting[offered], footage.budget, tick=tick)
    pieces = seconds[selected]
    if not selected.any():
        best = int(np.argmax(np.where(offered, values, -np.inf)))
        selected[best] = True
        moment = footage.times[best_samples(footage.importance, footage.picks, shots)[best]]
        pieces = _piece_around(float(moment), best, footage)
    left_out = np.where(offered, "no time left", np.where(holes, "hole", "black"))
    return Selection(
        pieces=pieces,
        shots=np.flatnonzero(selected),
        scores=values[selected],
        reasons=("important",) * len(pieces),
        refused=tuple(np.where(selected, "", left_out).tolist()),
        repeated=np.full(len(shots), -1),
    )


def _hole_shots(footage: Footage) -> Booleans:
    """Return which shots (S,) hold a hole: `refine_shots` makes each a shot of its own."""
    starts = footage.timeline.holes[:, 0]
    own = np.searchsorted(footage.shot_seconds[:, 0], starts + 1e-6, side="right") - 1
    return np.isin(np.arange(len(footage.shots)), own)


def _piece_around(moment: float, shot: int, footage: Footage) -> Floats:
    """Return the piece (1, 2) of ``budget`` seconds of a shot around its best moment.

    It begins on a frame and lasts exactly the budget, even if that is less than a frame.
    """
    first, stop = (int(f) for f in footage.shots.frames[shot])
    start, end = (float(s) for s in footage.shot_seconds[shot])
    times, budget = footage.timeline.times, footage.budget

    def frame_at(second: float) -> int:
        shown = int(np.searchsorted(times, second + 1e-9, side="right")) - 1
        return min(max(shown, first), stop - 1)

    begin = frame_at(min(max(moment - budget / 2, start), max(end - budget, start)))
    if times[begin] + budget <= times[frame_at(moment)]:
        begin = frame_at(moment)
    return np.array([[times[begin], min(float(times[begin]) + budget, end)]])


RULE = Rule(
    name="knapsack",
    summary="whole shots by an exact knapsack, as the field's benchmarks do",
    choose=_choose,
    order=2,
)
