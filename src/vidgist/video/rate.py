"""Frame rate, measured on the times of frames: containers often only guess it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

_BELIEVED = 0.005
"""Relative distance from the measured rate within which what a container says is believed."""

_AVERAGE = 0.1
"""The same where frames come irregularly, and rates are averages."""

_REGULAR = 0.9
"""Share of usual steps from frame to frame above which the others are gaps."""

_OFF = 0.25
"""Steps by which frames of a constant rate may be off their places, by rounding and jitter."""

_SNAP = 3e-4
"""Relative distance within which a measured rate is a usual one; 29.97 and 30 are 1e-3 apart."""

_FASTEST = 500.0
"""Frames a second of the fastest cameras whose files are not in slow motion already."""

_USUAL = tuple(
    float(rate)
    for base in (24, 30, 48, 60, 120, 240)
    for rate in (Fraction(base), Fraction(1000 * base, 1001))
)
"""Rates of film and television, besides all whole numbers."""


@dataclass(frozen=True)
class FrameRate:
    """Frames a second, and whether they vary."""

    rate: float
    variable: bool


def measured_rate(times: npt.NDArray[np.floating], *, guess: float) -> FrameRate:
    r"""Return the frame rate of a video.

    Where frames come regularly but for gaps, the step is the slope of a line through (number,
    time), the same for all stretches s between gaps:

    .. math:: \Delta = \sum_s \sum_{i \in s} (i - \bar i_s)(t_i - \bar t_s) /
              \sum_s \sum_{i \in s} (i - \bar i_s)^2

    Args:
        times: (N,) seconds of the frames, ascending.
        guess: rate by the container, kept where it agrees with the times; 0.0 for none.

    >>> measured_rate(np.round(np.arange(90) / 30, 3), guess=30.303)
    FrameRate(rate=30.0, variable=False)
    """
    steps = np.diff(times)
    if not len(steps) or times[-1] <= times[0]:
        # Of one picture, containers tell the ticks of their clock.
        return FrameRate(guess if guess <= _FASTEST else 0.0, False)
    usual = float(np.median(steps))
    near = (steps > usual / 2) & (steps < 1.5 * usual)
    if near.mean() < _REGULAR or not near.any():
        average = len(steps) / float(times[-1] - times[0])
        agrees = abs(guess / average - 1) <= _AVERAGE
        return FrameRate(guess if agrees else average, True)
    stretch = np.cumsum(np.concatenate([[False], ~near]))
    number, time = (_centered(values, stretch) for values in (np.arange(len(times)), times))
    weight = float(number @ number)
    step = float(number @ time) / weight
    off = time - step * number
    error = float(np.sqrt(off @ off / max(1, len(off) - 2) / weight)) / step
    variable = bool(np.abs(off).max() > _OFF * step)
    if abs(guess * step - 1) <= _BELIEVED:
        return FrameRate(guess, variable)
    return FrameRate(_snapped(1 / step, allowed=max(_SNAP, 3 * error)), variable)


def _centered(
    values: npt.NDArray[np.generic], stretch: npt.NDArray[np.integer]
) -> npt.NDArray[np.float64]:
    """Return values less the mean of their stretch."""
    means = np.bincount(stretch, weights=values) / np.bincount(stretch)
    return np.asarray(values - means[stretch], np.float64)


def _snapped(rate: float, *, allowed: float) -> float:
    """Return the nearest usual rate within a relative distance, or the rate itself."""
    nearest = min((*_USUAL, float(max(1, round(rate)))), key=lambda usual: abs(usual - rate))
    return nearest if abs(rate / nearest - 1) <= allowed else rate
