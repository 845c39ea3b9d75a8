"""Sudden transitions: cuts, flashes, and pushes or whip pans."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.video.transitions.candidates import Candidate, Grid, alike, around, distance

_CUT = 0.012
"""Least jump of a cut, as share of full luma: two night scenes differ by 0.02."""


_CUT_RATIO = 3.0
"""A cut's jump by the largest of its neighborhood; steady motion of any speed has about 1."""


_FLASH = 0.05
"""Least jump of a flash frame, as share of full luma: less is a flicker of light."""


_FLASH_SECONDS = 0.4
"""A flash of a camera or of lightning is over by then."""


_PUSH_SECONDS = (0.12, 1.8)
"""How long a push or a whip pan lasts."""


_PUSH_JUMP = 0.2
"""Jump of a frame within a push, by that from the shot before to the shot after."""


def find_flashes(
    times: npt.NDArray[np.float64], levels: Grid, jumps: npt.NDArray[np.float32]
) -> list[Candidate]:
    """Return short stretches of another picture, after which the one before is back."""
    found: list[Candidate] = []
    free = 1
    before = np.maximum(jumps, np.roll(jumps, 1))
    sudden = (jumps >= _FLASH) & (jumps > 2 * np.roll(before, 1))
    for at in np.flatnonzero(sudden).tolist():
        if at < free:
            continue
        low, high = around(times, at, 0.5)
        if jumps[at] < _CUT_RATIO * float(np.median(jumps[low:high])):
            continue
        last = int(np.searchsorted(times, times[at] + _FLASH_SECONDS, side="right"))
        stop = min(len(times), max(last, at + 2))
        back = np.abs(levels[at + 1 : stop] - levels[at - 1]).mean(axis=1) / 255
        ends = np.flatnonzero(back < 0.35 * jumps[at])
        if len(ends):
            found.append(Candidate(at - 1, at + 1 + int(ends[0]), "flash", 0.0))
            free = found[-1].last + 1
    # Many in a row are a strobe or flicker, and belong to the scene.
    starts = np.array([times[f.first] for f in found])
    return [f for f in found if np.sum(np.abs(starts - times[f.first]) < 2.0) <= 3]


def find_cuts(
    times: npt.NDArray[np.float64],
    levels: Grid,
    jumps: npt.NDArray[np.float32],
    flashes: list[Candidate],
) -> list[Candidate]:
    """Return hard cuts, and those with one blended frame."""
    found: list[Candidate] = []
    taken = np.zeros(len(times) + 1, bool)
    for flash in flashes:
        taken[flash.first + 1 : flash.last + 1] = True
    # Of seven jumps in a row, at most two belong to a cut and its blended frame.
    padded = np.pad(jumps, 3)
    third = np.sort(np.lib.stride_tricks.sliding_window_view(padded, 7), axis=1)[:, -3]
    likely = np.flatnonzero((jumps >= _CUT) & (jumps >= 1.2 * third))
    for at in likely[np.argsort(-jumps[likely])].tolist():
        if taken[at]:
            continue
        low, high = around(times, at, 0.3)
        low, high = min(low, at - 3), max(high, at + 4)
        window = jumps[max(1, low) : high].copy()
        place = at - max(1, low)
        window[place] = 0
        first, last = at - 1, at
        for side in (at - 1, at + 1):
            # A blended frame: it lies between its neighbors, and both its jumps are large.
            if 1 <= side < len(jumps) and not taken[side] and jumps[side] > 0.2 * jumps[at]:
                begin = min(at, side) - 1
                whole = distance(levels, begin, begin + 2)
                if jumps[at] + jumps[side] < 1.25 * whole:
                    first, last = begin, begin + 2
                    if 0 <= side - max(1, low) < len(window):
                        window[side - max(1, low)] = 0
                    break
        whole = distance(levels, first, last)
        if whole >= _CUT_RATIO * float(window.max(initial=0)) or (
            # Fast motion on one side of a cut: then the details must be others.
            whole >= 2 * float(window.max(initial=0))
            and whole > 0.06
            and alike(levels[first], levels[last]) < 0.6
        ):
            found.append(Candidate(first, last, "cut", 0.0))
            taken[first + 1 : last + 1] = True
    return found


def find_pushes(
    times: npt.NDArray[np.float64], levels: Grid, jumps: npt.NDArray[np.float32]
) -> list[Candidate]:
    """Return runs of frames that each differ like a cut, between two calm and unlike pictures."""
    found = []
    usual = float(np.median(jumps))
    fast = jumps > max(0.02, 2.5 * usual)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], fast, [False]]).astype(np.int8)))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if stop - start < 4 or start < 1 or stop >= len(times):
            continue
        seconds = float(times[stop - 1] - times[start - 1])
        if not _PUSH_SECONDS[0] <= seconds <= _PUSH_SECONDS[1]:
            continue
        before, _ = around(times, start, 0.3)
        _, after = around(times, stop - 1, 0.3)
        calm = max(
            float(np.mean(jumps[max(1, before) : start])) if start > max(1, before) else 0.0,
            float(np.mean(jumps[stop:after])) if after > stop else 0.0,
        )
        whole = distance(levels, start - 1, stop - 1)
        usual_inside = float(np.median(jumps[start:stop]))
        if (
            usual_inside > _PUSH_JUMP * whole
            and usual_inside > 2.5 * calm
            and whole > 0.04
            and alike(levels[start - 1], levels[stop - 1]) < 0.6
        ):
            found.append(Candidate(start - 1, stop - 1, "push", 0.0))
    return found
