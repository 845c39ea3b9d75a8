"""Candidates of transitions, and differences between luma grids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Grid = npt.NDArray[np.float32]


ALIKE = 0.17
"""Correlation of the details of A and B above which they show the same thing, moved a little: it is
less for 98 in 100 pairs of different shots."""


@dataclass(frozen=True)
class Candidate:
    """Frames between which a transition may lie, and how badly it fits (0 is best)."""

    first: int  # the last frame of A
    last: int  # the first frame of B
    kind: str
    score: float


def overlap(one: Candidate, other: Candidate) -> bool:
    """Return whether two candidates share a frame between others."""
    return one.first < other.last and other.first < one.last


def frame_jumps(levels: Grid) -> npt.NDArray[np.float32]:
    """Return the (n,) mean absolute differences to the frame before, in [0, 1]."""
    jumps = np.zeros(len(levels), np.float32)
    jumps[1:] = np.abs(np.diff(levels, axis=0)).mean(axis=1) / 255
    return jumps


def distance(levels: Grid, one: int, other: int) -> float:
    """Return the mean absolute difference of two frames, in [0, 1]."""
    return float(np.abs(levels[one] - levels[other]).mean()) / 255


def correlation(one: Grid, other: Grid) -> float:
    """Return the cosine of two pictures that are differences already."""
    return float(one @ other) / max(1e-6, float(np.sqrt((one @ one) * (other @ other))))


def alike(one: Grid, other: Grid) -> float:
    """Return the correlation of two pictures, 0 where one is of one color."""
    return correlation(one - one.mean(), other - other.mean())


def around(times: npt.NDArray[np.float64], at: int, seconds: float) -> tuple[int, int]:
    """Return the frames within ``seconds`` of a frame, as a half-open range."""
    return (
        int(np.searchsorted(times, times[at] - seconds)),
        int(np.searchsorted(times, times[at] + seconds, side="right")),
    )
