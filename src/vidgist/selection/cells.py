"""Cells: the time interval that each sample represents, and windows over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.types import Booleans, Floats, Integers

EPS = 1e-6
"""Seconds below which two moments are the same: far below a frame, far above rounding."""


@dataclass(frozen=True)
class Windows:
    """Candidates for pieces, W of them.

    Attributes:
        start: (W,) seconds.
        end: (W,) seconds.
        score: (W,) mean importance over the window's time.
        first: (W,) first sample with time in the window.
        stop: (W,) first sample after.
    """

    start: Floats
    end: Floats
    score: Floats
    first: Integers
    stop: Integers


class Cells:
    """Time cells of the samples of a video, cut at the borders of shots.

    A sample represents the time from its own moment to that of the next sample; the first of a shot
    begins at the shot's start, the last ends at its end. A *run* is a maximal sequence of usable
    cells of one shot: pieces lie within runs.

    Args:
        importance: (T,) of each sample.
        times: (T,) seconds, not descending.
        shots: (S, 2) seconds, half-open, in order.
        usable: (T,) which samples may be shown.
    """

    def __init__(self, importance: Floats, times: Floats, shots: Floats, usable: Booleans) -> None:
        shot = np.searchsorted(shots[:, 0], times + EPS, side="right") - 1
        inside = (shot >= 0) & (times < shots[shot, 1] - EPS)
        self.shot: Integers = np.where(inside, shot, -1)
        changes = np.flatnonzero(np.diff(self.shot, prepend=-2))
        self.start: Floats = times.astype(np.float64)
        self.start[changes] = np.where(
            inside[changes], shots[self.shot[changes], 0], self.start[changes]
        )
        self.end: Floats = np.append(self.start[1:], np.inf)
        lasts = np.append(changes[1:], len(times)) - 1
        self.end[lasts] = np.where(inside[lasts], shots[self.shot[lasts], 1], self.start[lasts])
        self.usable = usable & inside
        self.importance = importance.astype(np.float64)
        weighted = np.where(inside, importance * (self.end - self.start), 0.0)
        self._sums = np.concatenate([[0.0], np.cumsum(weighted)])
        edges = np.flatnonzero(np.diff(np.where(self.usable, self.shot, -1), prepend=-2))
        stops = np.append(edges[1:], len(times))
        kept = self.usable[edges]
        self.runs: Integers = np.stack([edges[kept], stops[kept]], axis=1)
        """(R, 2) first sample and first sample after of each run."""
        self.run: Integers = np.full(len(times), -1)
        for index, (first, stop) in enumerate(self.runs.tolist()):
            self.run[first:stop] = index

    @property
    def run_seconds(self) -> Floats:
        """(R, 2) start and end of each run."""
        firsts, stops = self.runs.T
        return np.stack([self.start[firsts], self.end[stops - 1]], axis=1)

    def at(self, moment: Floats | float) -> Any:
        """Return the sample whose cell contains each moment; on a border the later one."""
        return np.searchsorted(self.start, np.asarray(moment) + EPS, side="right") - 1

    def before(self, moment: Floats | float) -> Any:
        """Return the sample whose cell contains each moment; on a border the earlier one."""
        return np.searchsorted(self.start, np.asarray(moment) - EPS, side="left") - 1

    def mean(self, start: Floats, end: Floats) -> Floats:
        """Return the mean importance over the time from each start to the end of the same run."""
        first, last = self.at(start), self.before(end)
        from_start = self._sums[first] + self.importance[first] * (start - self.start[first])
        to_end = self._sums[last] + self.importance[last] * (end - self.start[last])
        return np.asarray((to_end - from_start) / np.maximum(end - start, EPS))

    def windows(self, seconds: float, *, shortest: float = 0.0) -> Windows:
        """Return all windows of a length that begin or end at the border of a cell, in their runs.

        The mean importance of a window is piecewise linear in its start and its slope changes only
        there, so the best window of each run is among them. A shorter run is a window itself.

        Args:
            seconds: length of the windows.
            shortest: runs shorter than this give no window.
        """
        span = self.run_seconds
        length = span[:, 1] - span[:, 0]
        run = self.run[self.run >= 0]
        long = length[run] > seconds + EPS
        begins, ends = self.start[self.run >= 0], self.end[self.run >= 0]
        forward = long & (begins + seconds <= span[run, 1] + EPS)
        backward = long & (ends - seconds >= span[run, 0] - EPS)
        least = max(min(shortest, seconds) - EPS, EPS)
        whole = (length <= seconds + EPS) & (length >= least)
        earlier = np.maximum(ends[backward] - seconds, span[run[backward], 0])
        later = np.minimum(begins[forward] + seconds, span[run[forward], 1])
        start = np.concatenate([begins[forward], earlier, span[whole, 0]])
        end = np.concatenate([later, ends[backward], span[whole, 1]])
        return Windows(
            start=start,
            end=end,
            score=self.mean(start, end),
            first=self.at(start),
            stop=self.before(end) + 1,
        )


def check_samples(
    importance: npt.ArrayLike, times: npt.ArrayLike, features: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Return importance and times as float64, checked.

    Raises:
        ValueError: a shape is wrong, a number is not finite, or the times descend.
    """
    scores = np.asarray(importance, dtype=np.float64)
    moments = np.asarray(times, dtype=np.float64)
    if scores.ndim != 1 or len(scores) == 0 or scores.shape != moments.shape:
        raise ValueError(
            f"importance, times: expected (T,) each, T > 0, got {scores.shape}, {moments.shape}"
        )
    shape = np.shape(features)
    if len(shape) != 2 or shape[0] != len(scores):
        raise ValueError(f"features: expected ({len(scores)}, D), got {shape}")
    if not (np.isfinite(scores).all() and np.isfinite(moments).all()):
        raise ValueError("importance, times: expected finite numbers, got NaN or infinity")
    if (np.diff(moments) < 0).any():
        raise ValueError("times: expected ascending seconds")
    return scores, moments
