"""From scores of samples to the shots of the summary."""

from __future__ import annotations

import numpy as np

from vidgist.selection.select import TICK, select, trim
from vidgist.selection.values import shot_values, spread
from vidgist.types import Booleans, Floats, Integers, Shots, Timeline

__all__ = ["best_samples", "choose"]


def choose(
    scores: Floats,
    picks: Integers,
    shots: Shots,
    timeline: Timeline,
    *,
    budget: float,
    integer_values: bool = False,
) -> tuple[Shots, Floats, Booleans]:
    """Choose the shots of the summary.

    Args:
        scores: (T,) importance of each sample.
        picks: (T,) frame index of each sample.
        shots: all shots, with seconds.
        timeline: every frame's time.
        budget: seconds that the summary may last.
        integer_values: multiply values by 1000 and truncate before the knapsack (`reference`).

    Returns:
        The shots, the value of each (S,), and which are selected (S,). Where not even the shortest
        shot fits, the best one is cut to the budget, and the shots are one or two more.
    """
    assert shots.seconds is not None
    frame_scores = spread(scores, picks, timeline.n_frames)
    values = shot_values(frame_scores, shots.frames)
    worth = np.trunc(values * 1000) if integer_values else values
    tick = timeline.frame_interval or TICK
    selected = select(worth, np.diff(shots.seconds, axis=1)[:, 0], budget, tick=tick)
    if not selected.any():
        best = int(np.argmax(values))
        moment = float(timeline.times[picks[best_samples(scores, picks, shots)[best]]])
        shots, piece = trim(shots, best, moment, budget, timeline)
        values = shot_values(frame_scores, shots.frames)
        selected = np.arange(len(shots)) == piece
    return shots, values, selected


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
