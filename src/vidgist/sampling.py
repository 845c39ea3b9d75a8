"""How a video was sampled, and the time that each sample stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


SAMPLE_SECONDS = 0.5
"""Seconds that a sample stands for by default: the unit of its weight, and of settings that count
samples."""

MOST_SECONDS = 10.0
"""Seconds that a sample stands for at most: what comes later is unknown, or a hole."""


def sample_weights(times: Floats) -> Floats | None:
    """Return the time that each sample stands for, in half seconds: that to the next sample.

    Args:
        times: (T,) seconds, not descending.

    Returns:
        (T,) float64, at most 20; the last has the median of the others. None where each is 1, as at
        two samples a second, and for a single sample.

    >>> sample_weights(np.array([0.0, 0.5, 1.5, 2.0]))
    array([1., 2., 1., 1.])
    """
    steps = np.diff(np.asarray(times, np.float64))
    if not len(steps):
        return None
    steps = np.minimum(np.append(steps, np.median(steps)), MOST_SECONDS) / SAMPLE_SECONDS
    return None if np.abs(steps - 1).max() <= 1e-6 else np.asarray(steps)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """Which frames of a video were looked at.

    Attributes:
        mode: `full`: all were decoded, samples are evenly spaced; `skim`: key frames, and some
            between them.
        key_frames: samples that are key frames (`skim`).
        between: samples that were decoded between key frames (`skim`).
        note: why the video was not skimmed, where that was asked for.

    Example:
        >>> import vidgist
        >>> vidgist.summarize("demo.mp4", length="5s").sampling.mode
        'full'
    """

    mode: str = "full"
    key_frames: int = 0
    between: int = 0
    note: str = ""


FULL = Sampling()
"""The sampling of a video that was decoded whole."""
