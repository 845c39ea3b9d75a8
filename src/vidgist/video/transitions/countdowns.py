"""Countdown leaders: a clock hand or number that changes once a second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.video.transitions.candidates import Grid


def find_countdowns(
    times: npt.NDArray[np.float64], grids: npt.NDArray[np.uint8], levels: Grid
) -> list[tuple[float, float]]:
    """Return stretches of a film leader: in few shades, each second a new digit in the middle."""
    count, height, width = grids.shape
    if times[-1] - times[0] < 3 or height < 8 or width < 8:
        return []
    later = np.searchsorted(times, times + 1 - 1e-3)
    now = np.flatnonzero(later < count)
    now = now[np.abs(times[later[now]] - times[now] - 1) < 0.06]
    if not len(now):
        return []
    center = np.zeros((height, width), bool)
    center[height // 5 : height - height // 5, width // 4 : width - width // 4] = True
    inside = center.ravel()
    change = np.abs(levels[later[now]] - levels[now])
    outer = change[:, ~inside].mean(axis=1)
    inner = (change[:, inside] > 40).mean(axis=1)
    periodic = np.zeros(count, bool)
    # The surroundings repeat every second, sweeping hand and all; the digit does not.
    periodic[now] = (outer < 5) & (inner > 0.03)
    if not periodic.any():
        return []
    few = np.zeros(count, bool)
    for at in np.flatnonzero(periodic).tolist():
        shades = np.bincount(grids[at].ravel() >> 4, minlength=17)
        pairs = shades[:-1] + shades[1:]
        top = int(np.argmax(pairs))
        shades[top : top + 2] = 0
        second = int((shades[:-1] + shades[1:]).max())
        few[at] = (pairs[top] + second) / grids[at].size > 0.8
    edges = np.flatnonzero(
        np.diff(np.concatenate([[False], periodic & few, [False]]).astype(np.int8))
    )
    found = []
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        # Three digits at least: the first two are followed by another.
        if times[stop - 1] - times[start] < 1.8:
            continue
        run = np.arange(start, stop)
        soon = np.minimum(count - 1, np.searchsorted(times, times[run] + 0.2))
        half = np.minimum(count - 1, np.searchsorted(times, times[run] + 0.5))
        stands = np.abs(levels[soon] - levels[run])[:, inside].mean(axis=1) < 2
        swept = (np.abs(levels[half] - levels[run])[:, ~inside] > 20).mean(axis=1) > 0.25
        # A digit stands for most of its second, or a hand sweeps around it; people move on.
        if stands.mean() > 0.6 or swept.mean() > 0.6:
            found.append((float(times[start]), float(times[min(count - 1, later[stop - 1])])))
    return found
