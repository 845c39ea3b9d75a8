"""Which moments of a video are sampled: a regular grid, thinned where no frame fills it.

Sample times are multiples of 1 / fps.  While one picture stands for long, they lie further and
further apart, and a hole (no picture and no sound) has but its first and its last one; so work
follows the frames that exist.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable

import numpy as np

_STANDS = 20.0
"""Seconds for which a standing picture is sampled at the full rate."""

_THINNED = 0.05
"""Distance of its samples after that, by the time since: an hour has 150 samples."""

_HOLE_SECONDS, _HOLE_STEPS = 2.0, 10
"""Seconds and usual distances of frames above which frames are lost, where they come regularly."""

_PAUSE_SECONDS, _PAUSE_STEPS = 60.0, 20
"""The same where they come irregularly: screen recordings and slides stand still for long."""

_SHOWN = 10.0
"""Seconds for which a picture that stands so long is shown: what is on it has been read then."""

_SILENT = 0.1
"""Share of a hole that may have sound: the ends of both sides overlap."""

_LOOKED_AT = 256
"""Steps from frame to frame, before a gap, that tell whether frames come regularly."""

Hole = tuple[float, float]


def next_sample(
    previous: int, *, fps: float, start: float, until: float, hole: Hole | None = None
) -> int:
    """Return the number k of the sample after ``previous``, which is taken at k / fps seconds.

    Args:
        previous: number of the sample before, -1 for none.
        fps: samples a second.
        start: seconds from which the frame is shown that the sample may fall on.
        until: seconds at which the next frame replaces it.
        hole: start and end in seconds of a hole before ``until``.

    >>> [next_sample(k, fps=2, start=0, until=3600, hole=(2, 3600)) for k in (2, 3, 4, 7199)]
    [3, 4, 7199, 7200]
    """
    following = previous + 1
    if following / fps >= until:
        return following
    if hole is not None:
        first, last = math.ceil(hole[0] * fps - 1e-6), math.ceil(hole[1] * fps - 1e-6) - 1
        if following > first:
            return max(following, last)
    stood = previous / fps - start - _STANDS
    if stood > 0:
        following = previous + max(1, int(_THINNED * stood * fps))
        following = min(following, max(previous + 1, math.ceil(until * fps - 1e-6)))
        if hole is not None:
            following = min(following, max(previous + 1, first))
    return following


def find_hole(
    times: array[float], following: float, sound_within: Callable[[float, float], float]
) -> Hole | None:
    """Return start and end of the hole between the last frame and the following one, if it is one.

    A hole has no picture and no sound.  Where frames came regularly, it begins when the next one
    was due; otherwise the last picture stands for some seconds first.

    Args:
        times: seconds of all frames so far.
        following: seconds of the next frame.
        sound_within: returns the seconds of sound between two moments.
    """
    gap = following - times[-1]
    if gap <= _HOLE_SECONDS:
        return None
    steps = np.diff(np.array(times[-_LOOKED_AT - 1 :]))
    usual = float(np.median(steps)) if len(steps) else 0.0
    if is_regular(steps):
        least, shown = max(_HOLE_SECONDS, _HOLE_STEPS * usual), usual
    else:
        long = float(np.quantile(steps, 0.95)) if len(steps) else 0.0
        least, shown = max(_PAUSE_SECONDS, _PAUSE_STEPS * long), _SHOWN
    start = times[-1] + shown
    if gap <= least or sound_within(start, following) > _SILENT * (following - start):
        return None
    return start, following


def is_regular(steps: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    """Return whether 95% of the steps from frame to frame, in seconds, are equal up to rounding."""
    if len(steps) < 8:
        return False
    usual = float(np.median(steps))
    return bool(np.mean(np.abs(steps - usual) <= 0.1 * usual + 0.001) >= 0.95)
