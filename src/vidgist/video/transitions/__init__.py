"""Shot boundary detection: cuts, fades, dissolves, wipes, pushes and flashes, to the frame.

Every frame is known by a small grid of luma points.  In an edited transition from picture A to
picture B each point shows A, B, or a mixture of both; where the camera or an object moves it shows
a third thing.  So the frames between A and B are projected on B - A: the coefficient a must climb
from 0 to 1, and what the projection leaves over, as a share of |B - A|^2, must be at most
a (1 - a): 0 for a dissolve, the whole of it for a wipe, and some 0.75 for unrelated pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.video.transitions.candidates import frame_jumps, overlap
from vidgist.video.transitions.countdowns import find_countdowns
from vidgist.video.transitions.cuts import find_cuts, find_flashes, find_pushes
from vidgist.video.transitions.fades import find_fades
from vidgist.video.transitions.mixtures import find_mixtures

KINDS = ("cut", "fade", "dissolve", "wipe", "push", "flash", "countdown")
"""What an interval can be; a countdown is no transition, but found from the same grids."""


@dataclass(frozen=True)
class Transition:
    """An interval in which the picture is none of a shot's own.

    Attributes:
        start: seconds; the first frame that is not of the shot before.
        end: seconds; the first frame that is wholly of the shot after; ``end == start`` for a cut
            without a blended frame.
        kind: one of `KINDS`.
    """

    start: float
    end: float
    kind: str


def find_transitions(
    times: npt.NDArray[np.float64], grids: npt.NDArray[np.uint8]
) -> list[Transition]:
    """Shot boundary detection on small luma pictures.

    Args:
        times: (n,) seconds, ascending.
        grids: (n, H, W) uint8 luma; some 18 x 32 points are enough.

    Returns:
        The transitions in the order of their start; they do not overlap.
    """
    if len(times) < 2:
        return []
    count = len(times)
    levels = grids.reshape(count, -1).astype(np.float32)
    jumps = frame_jumps(levels)
    flashes = find_flashes(times, levels, jumps)
    cuts = find_cuts(times, levels, jumps, flashes)
    barrier = np.zeros(count, np.int64)  # counts the cuts up to a frame
    for change in (*cuts, *flashes):
        beside = jumps[max(1, change.first - 1) : change.last + 3]
        if change.kind == "cut" and np.sum(beside > 0.15 * beside.max()) > 2:
            continue  # the fastest step of a wipe looks like a cut
        barrier[change.last] += 1
    barrier = np.cumsum(barrier)
    fades = find_fades(times, levels, barrier)
    for fade in fades:
        barrier[fade.last :] += 1
    mixtures = find_mixtures(times, grids, levels, barrier)
    gradual = [*fades, *(m for m in mixtures if not any(overlap(m, fade) for fade in fades))]
    pushes = find_pushes(times, levels, jumps)
    # A push looks like a wipe in places, and the fastest frames of both jump like cuts.
    gradual = [g for g in gradual if not any(overlap(g, push) for push in pushes)]
    slow = [*gradual, *pushes]
    taken = [*slow, *(t for t in (*cuts, *flashes) if not any(overlap(t, s) for s in slow))]
    leaders = find_countdowns(times, grids, levels)
    intervals = [Transition(float(times[c.first + 1]), float(times[c.last]), c.kind) for c in taken]
    intervals = [i for i in intervals if not any(s <= i.start and i.end <= e for s, e in leaders)]
    intervals += [Transition(start, end, "countdown") for start, end in leaders]
    return sorted(intervals, key=lambda i: (i.start, i.end))


class TransitionFinder:
    """`find_transitions` over a video of any length, a stretch at a time.

    Stretches overlap by more than the longest transition, so that memory stays bounded and each
    transition lies whole in one of them.
    """

    _CHUNK = 768
    _OVERLAP = 6.0  # seconds: the longest transition, and what surrounds it
    _RATE = 61.0  # frames a second beyond which some are passed over

    def __init__(self) -> None:
        self._times: list[float] = []
        self._grids: npt.NDArray[np.uint8] | None = None
        self._count = 0
        self._done = -np.inf  # seconds up to which all are found
        self._found: list[Transition] = []

    def add(self, seconds: float, grid: npt.NDArray[np.float32], scale: float) -> None:
        """Take the luma grid of the next frame; ``scale`` is the value that stands for white."""
        if self._times and seconds - self._times[-1] < 1 / self._RATE:
            return
        half = grid[::2, ::2]
        if self._grids is None or self._grids.shape[1:] != half.shape:
            self._flush(last=True)
            self._grids = np.empty((self._CHUNK, *half.shape), np.uint8)
        if scale == 255.0:
            self._grids[self._count] = half
        else:
            self._grids[self._count] = half * (255.0 / scale)
        self._times.append(seconds)
        self._count += 1
        if self._count == len(self._grids):
            self._flush(last=False)

    def finish(self) -> list[Transition]:
        """Return all transitions, in the order of their start."""
        self._flush(last=True)
        return self._found

    def _flush(self, *, last: bool) -> None:
        if self._grids is None or not self._count:
            return
        times = np.array(self._times)
        until = np.inf if last else float(times[-1]) - self._OVERLAP / 2
        for found in find_transitions(times, self._grids[: self._count]):
            middle = (found.start + found.end) / 2
            if found.kind == "countdown" and self._found:
                before = self._found[-1]
                if before.kind == "countdown" and before.end >= found.start:
                    self._found[-1] = Transition(before.start, found.end, "countdown")
                    continue
            if self._done <= middle < until:
                self._found.append(found)
        self._done = until
        if last:
            self._times, self._grids, self._count = [], None, 0
            self._done = -np.inf
            return
        # At least half of the frames go, also where frames follow each other very fast.
        keep = max(len(times) // 2, int(np.searchsorted(times, times[-1] - self._OVERLAP)))
        kept = len(times) - keep
        self._grids[:kept] = self._grids[keep : len(times)]
        self._times, self._count = self._times[keep:], kept
