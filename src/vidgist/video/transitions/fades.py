"""Fades from and to a picture of one color."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from vidgist.video.transitions.candidates import Candidate, Grid, alike

_FLAT = 3.0
"""Standard deviation, in levels, of a picture of one color after compression; skies have 4."""


PLAIN = 8.0
"""Standard deviation below which a picture is too plain to tell a mixture: an empty sky has 5."""


_FADE_SECONDS = 5.0
"""No fade is longer; the light of a sunrise is."""


def find_fades(
    times: npt.NDArray[np.float64], levels: Grid, barrier: npt.NDArray[np.int64]
) -> list[Candidate]:
    """Return stretches in which the contrast of one picture grows from, or falls to, nothing."""
    contrast = levels.std(axis=1)
    found: list[Candidate] = []
    for backward in (False, True):
        order = slice(None, None, -1) if backward else slice(None)
        seconds = np.abs(times[order] - times[order][0])
        for flat, full in _rises(seconds, contrast[order], levels[order]):
            first, last = flat, full
            if backward:
                first, last = len(times) - 1 - full, len(times) - 1 - flat
            if barrier[last] == barrier[first]:
                found.append(Candidate(first, last, "fade", 0.0))
    return found


def _rises(
    times: npt.NDArray[np.float64], contrast: Grid, levels: Grid
) -> Iterator[tuple[int, int]]:
    """Yield (last flat frame, first frame of full contrast) of the rises from a flat picture."""
    count = len(contrast)
    # A short fade by way of black or white may have no frame that is all of one color.
    padded = np.pad(contrast, 8, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 17)
    least = np.minimum(around[:, :9].max(axis=1), around[:, 8:].max(axis=1))
    lowest = (contrast <= around[:, 7]) & (contrast < around[:, 9]) & (contrast < 0.25 * least)
    flat = (contrast < _FLAT) | lowest
    for first in np.flatnonzero(flat[:-1] & ~flat[1:]).tolist():
        at = first + 1
        while at + 1 < count and times[at] - times[first] < _FADE_SECONDS:
            near = min(count - 1, max(at + 1, int(np.searchsorted(times, times[at] + 0.35))))
            # It grows on, and what shows is the same picture.
            growth = float(contrast[at + 1 : near + 1].max() - contrast[at])
            so_far = float(contrast[at] - contrast[first]) / (times[at] - times[first])
            so_far *= times[near] - times[at]
            if growth < max(0.03 * contrast[at], 0.2 * so_far):
                break
            if contrast[at] > 2 * _FLAT and (alike(levels[at], levels[at + 1]) < 0.8):
                break
            at += 1
        # Within the last steps the growth ends: the first frame within 3% of the end's contrast.
        near = min(count - 1, max(at + 1, int(np.searchsorted(times, times[at] + 0.35))))
        top = float(contrast[at : near + 1].max())
        while at > first + 1 and contrast[at - 1] > 0.97 * top:
            at -= 1
        while contrast[at] < 0.97 * top:
            at += 1
        # What moves in the picture changes its contrast as well: not far beyond a straight line.
        shown = contrast[first : at + 1]
        fifth = int(np.flatnonzero(shown >= 0.2 * top)[0])
        most = int(np.flatnonzero(shown >= 0.7 * top)[0])
        straight = first + most + round(0.6 * (most - fifth))
        at = min(at, max(first + most, straight + 1 + (most - fifth) // 6))
        begin = first
        while begin > 0 and contrast[begin] > 1.3 * contrast[begin - 1] + 0.05:
            begin -= 1
        if at - begin >= 4 and contrast[at] > 3 * _FLAT:
            yield begin, at
