"""From scores of samples to the shots of the summary."""

from __future__ import annotations

import numpy as np

from vidgist.selection.select import TICK, select, trim
from vidgist.selection.values import shot_values, spread
from vidgist.types import Booleans, Floats, Integers, Shots, Timeline

__all__ = ["best_samples", "choose", "fit", "offered_shots"]


def choose(
    scores: Floats,
    picks: Integers,
    shots: Shots,
    timeline: Timeline,
    *,
    budget: float,
    integer_values: bool = False,
    black: Booleans | None = None,
) -> tuple[Shots, Floats, Booleans]:
    """Choose the shots of the summary.

    Args:
        scores: (T,) importance of each sample.
        picks: (T,) frame index of each sample.
        shots: all shots, with seconds.
        timeline: every frame's time.
        budget: seconds that the summary may last.
        integer_values: multiply values by 1000 and truncate before the knapsack (`reference`).
        black: (T,) which samples show nothing, see `offered_shots`; None for none.

    Returns:
        The shots, the value of each (S,), and which are selected (S,). Where not even the shortest
        shot fits, the best one is cut to the budget, and the shots are one or two more.
    """
    frame_scores = spread(scores, picks, timeline.n_frames)
    cut, selected = fit(
        shots,
        shot_values(frame_scores, shots.frames),
        timeline,
        budget=budget,
        moments=timeline.times[picks[best_samples(scores, picks, shots)]],
        integer_values=integer_values,
        offered=offered_shots(black, picks, shots),
    )
    return cut, shot_values(frame_scores, cut.frames), selected


def fit(
    shots: Shots,
    values: Floats,
    timeline: Timeline,
    *,
    budget: float,
    moments: Floats,
    integer_values: bool = False,
    offered: Booleans | None = None,
) -> tuple[Shots, Booleans]:
    """Select the shots of the greatest total value within the budget, or the best piece of one.

    Args:
        shots: all shots, with seconds.
        values: (S,) value of each.
        timeline: every frame's time.
        budget: seconds that the summary may last.
        moments: (S,) seconds, the time in each shot that matters most, should it be cut.
        integer_values: multiply values by 1000 and truncate before the knapsack (`reference`).
        offered: (S,) which shots may be chosen, at least one; None for all.

    Returns:
        The shots and which are selected (S,): the same shots, or, where not even the shortest
        fits, one or two more, the best one being cut.
    """
    assert shots.seconds is not None
    offered = np.ones(len(shots), dtype=bool) if offered is None else offered
    worth = np.trunc(values * 1000) if integer_values else values
    lasting = np.diff(shots.seconds, axis=1)[:, 0]
    tick = timeline.frame_interval or TICK
    selected = np.zeros(len(shots), dtype=bool)
    selected[offered] = select(worth[offered], lasting[offered], budget, tick=tick)
    if not selected.any():
        best = int(np.argmax(np.where(offered, values, -np.inf)))
        shots, piece = trim(shots, best, float(moments[best]), budget, timeline)
        selected = np.arange(len(shots)) == piece
    return shots, selected


def offered_shots(black: Booleans | None, picks: Integers, shots: Shots) -> Booleans:
    """Return which shots may be chosen: not those that are black for half of their time or more.

    Nobody wants to see black, but fades are short, and the knapsack would fill with them whatever
    is left of the budget. Where all shots are black, all may be chosen.

    Args:
        black: (T,) which samples show nothing, see `vidgist.video.is_black`; None for none.
        picks: (T,) frame index of each sample.
        shots: (S) all shots.

    Returns:
        (S,) bool, at least one True.
    """
    if black is None:
        return np.ones(len(shots), dtype=bool)
    dark = spread(black.astype(np.float64), picks, int(shots.frames[-1, 1]))
    offered = shot_values(dark, shots.frames) < 0.5
    return offered if offered.any() else ~offered


def best_samples(scores: Floats, picks: Integers, shots: Shots) -> Integers:
    """Return the index (S,) of the best-scoring sample of each shot, the earliest of equals.

    A shot without a sample of its own (a rest left by `trim`) gets the last sample before it.
    """
    best = []
    for start, end in shots.frames:
        first, stop = np.searchsorted(picks, [start, end], side="left")
        inside = scores[first:stop]
        best.append(first + int(np.argmax(inside)) if len(inside) else max(int(first) - 1, 0))
    return np.array(best, dtype=np.int64)
