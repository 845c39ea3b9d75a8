"""The choice of shots: the knapsack, and what to do where no shot fits."""

from __future__ import annotations

import numpy as np

from vidgist.selection.knapsack import knapsack
from vidgist.types import Booleans, Floats, Shots, Timeline

__all__ = ["select", "trim"]

TICK = 0.001
"""Seconds in which durations are weighed where frames do not come at a constant rate."""

_SLACK = 0.05
# A twentieth of a tick: containers that count milliseconds place the frames that far off.


def select(values: Floats, seconds: Floats, budget: float, *, tick: float = TICK) -> Booleans:
    """Return the shots of the greatest total value that last no longer than the budget together.

    Args:
        values: (S,) value of each shot.
        seconds: (S,) how long each lasts.
        budget: seconds that the summary may last, never exceeded.
        tick: seconds in which durations are weighed, rounded up; give the time between frames,
            where it is constant, to weigh shots by their frames.

    Returns:
        (S,) bool; all False where even the shortest shot is longer than the budget (see `trim`).

    Raises:
        ValueError: a shape is wrong, a value is not finite, a duration or the budget is negative.
    """
    seconds = np.asarray(seconds, dtype=np.float64)
    weights = np.ceil(seconds / tick - _SLACK).astype(np.int64)
    capacity = int(budget / tick + 1e-6)
    chosen = knapsack(values, weights, capacity)
    while seconds[chosen].sum() > budget + 1e-6:  # what the slack forgave added up
        capacity -= 1
        chosen = knapsack(values, weights, capacity)
    return chosen


def trim(
    shots: Shots, best: int, moment: float, budget: float, timeline: Timeline
) -> tuple[Shots, int]:
    """Cut a piece of ``budget`` seconds out of a shot that is longer, as a shot of its own.

    Args:
        shots: all shots, with seconds.
        best: index of the shot to cut.
        moment: seconds, the time in it that matters most; the piece is around it.
        budget: seconds, less than the shot lasts.
        timeline: every frame's time.

    Returns:
        The shots with the piece in place, and what is left before and after it (at least a frame
        each: the rest of a last frame within which the piece ends belongs to no shot); and the
        index of the piece. It lasts ``budget`` seconds to the dot, also where that
        is less than a frame.
    """
    assert shots.seconds is not None
    first, stop = (int(f) for f in shots.frames[best])
    start, end = (float(s) for s in shots.seconds[best])
    times = timeline.times

    def shown(second: float) -> int:
        return int(
            np.clip(np.searchsorted(times, second + 1e-9, side="right") - 1, first, stop - 1)
        )

    wanted = min(max(moment - budget / 2, start), max(end - budget, start))
    begin = shown(wanted)
    if times[begin] + budget <= times[shown(moment)]:
        begin = shown(moment)
    piece_start = float(times[begin])
    piece_end = min(piece_start + budget, end)
    after = int(np.searchsorted(times[:stop], piece_end - 1e-9, side="left"))
    after = max(after, begin + 1)

    frames = [(begin, after)]
    seconds = [(piece_start, piece_end)]
    if begin > first:
        frames.insert(0, (first, begin))
        seconds.insert(0, (start, piece_start))
    if after < stop:
        frames.append((after, stop))
        seconds.append((piece_end, end))
    index = best + (begin > first)
    pieces = Shots(
        frames=np.concatenate([shots.frames[:best], frames, shots.frames[best + 1 :]]),
        seconds=np.concatenate([shots.seconds[:best], seconds, shots.seconds[best + 1 :]]),
    )
    return pieces, index
