"""Simple summaries to compare with: the best seconds of each shot, and every n-th second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.criteria.gram import unit_rows
from vidgist.selection import knapsack
from vidgist.types import Floats, Integers

SECONDS = 4.0
"""Length of a window: the best of those tried on TVSum at 15%."""

_TICK = 0.01
"""Seconds in which the knapsack weighs pieces."""


def best_windows(
    scores: npt.ArrayLike,
    times: npt.ArrayLike,
    shots: npt.ArrayLike,
    *,
    end: float,
    seconds: float = SECONDS,
) -> tuple[Floats, Floats, list[Integers]]:
    """Return of each shot the window with the best mean score.

    Args:
        scores: (T,).
        times: (T,) seconds of the samples, ascending.
        shots: (S, 2) seconds, half-open.
        end: seconds of the video.
        seconds: length of a window; of a shorter shot the whole is taken.

    Returns:
        Windows (n, 2) in seconds, their mean scores (n,), and the samples in each. A shot without
        samples has no window.
    """
    values, moments = np.asarray(scores, dtype=np.float64), np.asarray(times, dtype=np.float64)
    step = float(np.median(np.diff(moments))) if len(moments) > 1 else end
    width = max(1, round(seconds / step))
    ends = np.append(moments[1:], end)
    windows: list[tuple[float, float]] = []
    means: list[float] = []
    samples: list[Integers] = []
    for start, stop in np.asarray(shots, dtype=np.float64):
        rows = np.arange(*np.searchsorted(moments, [start - 1e-9, stop - 1e-9]))
        if len(rows) == 0:
            continue
        count = min(width, len(rows))
        inside = np.convolve(values[rows], np.ones(count) / count, mode="valid")
        best = int(np.argmax(inside))
        first, last = rows[best], rows[best + count - 1]
        begin = start if count == len(rows) else max(start, moments[first])
        limit = stop if count == len(rows) else min(stop, ends[last])
        windows.append((begin, min(limit, begin + seconds)))
        means.append(float(inside[best]))
        samples.append(np.arange(first, last + 1))
    return np.array(windows).reshape(-1, 2), np.array(means), samples


def best_seconds(
    scores: npt.ArrayLike,
    times: npt.ArrayLike,
    shots: npt.ArrayLike,
    *,
    budget: float,
    end: float,
    seconds: float = SECONDS,
) -> Floats:
    """Return the best seconds of each shot that a knapsack takes by the sum of their scores.

    Args:
        scores: (T,).
        times: (T,) seconds of the samples, ascending.
        shots: (S, 2) seconds, half-open.
        budget: seconds that the summary may last.
        end: seconds of the video.
        seconds: length of a window.

    Returns:
        (n, 2) seconds.
    """
    windows, means, _ = best_windows(scores, times, shots, end=end, seconds=seconds)
    if len(windows) == 0:
        return windows
    lasting = np.diff(windows, axis=1)[:, 0]
    weights = np.ceil(lasting / _TICK - 1e-6).astype(np.int64)
    return windows[knapsack(means * lasting, weights, int(budget / _TICK))]


def nothing_alike(
    scores: npt.ArrayLike,
    times: npt.ArrayLike,
    shots: npt.ArrayLike,
    features: Floats,
    *,
    budget: float,
    end: float,
    look_alike: float = 0.85,
) -> Floats:
    """Return the best seconds of each shot in the order of their mean, none like one taken.

    Args:
        scores: (T,).
        times: (T,) seconds of the samples, ascending.
        shots: (S, 2) seconds, half-open.
        features: (T, D), of any length.
        budget: seconds that the summary may last.
        end: seconds of the video.
        look_alike: cosine of mean features from which on two windows look alike.

    Returns:
        (n, 2) seconds.
    """
    windows, means, samples = best_windows(scores, times, shots, end=end)
    rows = unit_rows(features)
    left, taken = budget, []
    looks = np.empty((0, rows.shape[1]))
    for index in np.argsort(-means, kind="stable"):
        lasting = windows[index, 1] - windows[index, 0]
        look = unit_rows(rows[samples[index]].mean(axis=0, keepdims=True))
        if lasting > left + 1e-9 or (looks @ look[0] >= look_alike).any():
            continue
        taken.append(index)
        looks = np.concatenate([looks, look])
        left -= lasting
    return windows[sorted(taken)]


def every_nth(duration: float, *, budget: float, seconds: float = 3.0) -> Floats:
    """Return some seconds out of every so many, (n, 2), that together last the budget.

    >>> every_nth(60.0, budget=9.0).tolist()
    [[0.0, 3.0], [20.0, 23.0], [40.0, 43.0]]
    """
    length = min(seconds, budget)
    starts = np.arange(0.0, duration - length + 1e-9, length * duration / budget)
    return np.stack([starts, starts + length], axis=1)
