r"""Keyframes by weighted facility location: the samples that together stand for the whole video.

.. math::
   F(S) = \sum_t w_t \max_{s \in S} \max(0, 1 - d_{ts} / \bar d), \quad
   w_t = (s_t - \min s) \, \delta_t

d is the cosine distance between two samples and :math:`\bar d` its mean over the video, s the
importance and :math:`\delta` the seconds that a sample stands for. F is monotone and submodular, so
the greedy choice reaches at least 1 - 1/e = 63% of the best F of as many samples (Nemhauser, Wolsey
and Fisher, 1978; they are evaluated lazily after Minoux, 1978). Look-alikes of a keyframe are left
out, which the bound does not cover.

Long videos are thinned to 2,048 samples first, evenly in time, the most important of each stretch.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.criteria.gram import unit_rows
from vidgist.selection.cells import check_samples
from vidgist.selection.gist import junk_reasons
from vidgist.selection.greedy import CONSTANTS
from vidgist.selection.looks import mean_distance
from vidgist.types import Booleans, Floats, Integers

MOST_SAMPLES = 2048
"""Samples that are compared each with each: their products take 16 MB and half a second."""

NEARBY = 1.0
"""Seconds within which a sharper sample is looked for: a viewer takes it for the same moment."""

LEAST_GAIN = 0.02
"""Share of F that one more keyframe must add, where their number is not given."""

MOST_AUTO = 24
"""Greatest number of keyframes by default: as many as fit on one storyboard."""

FLOOR = 0.9
"""Share of the least importance that is taken off: with none of it, what lasts longest is shown;
with all of it, the least important scene never is."""

SAME = 1e-6
"""Cosine distance within which two samples are the very same, up to rounding."""

SECONDS_EACH = 4.0
"""Least seconds of video per keyframe: a clip of one scene needs a few, not dozens."""


@dataclass(frozen=True, kw_only=True)
class Keyframes:
    """Keyframes, the most representative first.

    Attributes:
        samples: (n,) index of each.
        gains: (n,) share of F(all samples) that each added when it was chosen.
        why: reason of their number: ``asked for``, ``covered`` (one more adds less than 2%),
            ``alike`` (all others look like one of them), ``most`` (one in 4 seconds, 24) or
            ``all`` (no other sample is left).
    """

    samples: Integers
    gains: Floats
    why: str

    def __len__(self) -> int:
        return len(self.samples)


def cover_keyframes(
    importance: npt.ArrayLike,
    times: npt.ArrayLike,
    features: Floats,
    n: int | None = None,
    *,
    sharpness: npt.ArrayLike | None = None,
    junk: npt.ArrayLike | None = None,
    look_alike: float = CONSTANTS.look_alike,
) -> Keyframes:
    """Select the keyframes that cover the whole video best, weighted by importance.

    Args:
        importance: (T,) of each sample, higher for more important.
        times: (T,) seconds of the samples, ascending, at any spacing.
        features: (T, D), of any length.
        n: how many; None for as many as add something. Fewer are returned only where the video has
            fewer samples that are not junk and differ from each other at all.
        sharpness: (T,) higher for sharper; each keyframe is the sharpest look-alike within a
            second.
        junk: (T,) which samples are unfit to show, bool or reasons; used where all are junk.
        look_alike: share of the mean distance between two samples under which two look alike; it
            is halved until there are as many as asked for.

    Returns:
        Their indices, distinct.

    Raises:
        ValueError: a shape is wrong, a number is not finite, or n is less than 1.

    >>> import numpy as np
    >>> looks = np.eye(3)[[0, 0, 0, 1, 1, 2]]
    >>> cover_keyframes(np.ones(6), np.arange(6.0), looks, 3).samples.tolist()
    [0, 3, 5]
    >>> cover_keyframes(np.ones(6), 4 * np.arange(6.0), looks).why
    'alike'
    """
    scores, moments = check_samples(importance, times, features)
    if n is not None and n < 1:
        raise ValueError(f"n: expected at least 1, got {n}")
    usable = junk_reasons(junk, len(scores)) == ""
    if not usable.any():
        usable[:] = True
    lasting = _seconds(moments)
    rows = unit_rows(features)
    distance = mean_distance(np.asarray(features), lasting, usable)
    cover = _Cover(rows, _thinned(scores, usable), distance)
    # What is unfit to show needs no keyframe that stands for it.
    above = np.maximum(scores - FLOOR * scores[usable].min(), 0.0)
    cover.weigh(np.where(usable, above * lasting, 0.0))
    seconds = float(moments[-1] - moments[0])
    wanted = n if n is not None else min(MOST_AUTO, 1 + int(seconds / SECONDS_EACH))
    bound = 1.0 - look_alike * distance
    cover.choose(wanted, bound, least=0.0 if n is not None else LEAST_GAIN)
    if n is not None:
        for halvings in (1, 2, 3):
            cover.choose(n, 1.0 - look_alike * distance / 2**halvings)
        cover.choose(n, 1.0 - SAME)
        why = "asked for" if len(cover.chosen) == n else "all"
    else:
        why = cover.why
    samples: Integers = np.array(cover.chosen, dtype=np.int64)
    if sharpness is not None:
        sharp = np.asarray(sharpness, dtype=np.float64)
        if sharp.shape != scores.shape:
            raise ValueError(f"sharpness: expected ({len(scores)},), got {sharp.shape}")
        samples = _sharpest(samples, sharp, moments, usable, rows, bound)
    return Keyframes(samples=samples, gains=np.array(cover.gains), why=why)


def _seconds(times: Floats) -> Floats:
    """Return the time that each sample stands for: half of the way to both neighbors."""
    if len(times) == 1:
        return np.ones(1)
    middles = (times[1:] + times[:-1]) / 2
    lasting = np.diff(np.concatenate([[times[0]], middles, [times[-1]]]))
    return lasting if lasting.sum() > 0 else np.ones(len(times))


def _thinned(scores: Floats, usable: Booleans) -> Integers:
    """Return at most `MOST_SAMPLES` usable samples: the most important of each stretch."""
    kept: Integers = np.flatnonzero(usable)
    if len(kept) <= MOST_SAMPLES:
        return kept
    stretch = np.arange(len(kept)) * MOST_SAMPLES // len(kept)
    order = np.lexsort((kept, -scores[kept], stretch))
    firsts = np.flatnonzero(np.diff(stretch[order], prepend=-1))
    return np.asarray(kept[order[firsts]])


class _Cover:
    """Greedy facility location over some samples of a video."""

    def __init__(self, rows: Floats, samples: Integers, distance: float) -> None:
        self.samples = samples
        self.cosines: Floats = rows[samples] @ rows[samples].T
        self.distance = max(distance, 1e-6)
        self.chosen: list[int] = []
        self.gains: list[float] = []
        self.why = ""
        self._members: list[int] = []
        self._covered = np.zeros(len(samples))

    def weigh(self, weights: Floats) -> None:
        """Share the weight of all samples of the video among those that are compared."""
        nearest = np.searchsorted(
            (self.samples[1:] + self.samples[:-1]) / 2, np.arange(len(weights))
        )
        self.weights: Floats = np.zeros(len(self.samples))
        np.add.at(self.weights, nearest, weights)
        if self.weights.sum() <= 0:
            self.weights = np.ones(len(self.samples))
        self.weights = self.weights / self.weights.sum()

    def choose(self, n: int, bound: float, *, least: float = 0.0) -> None:
        """Add samples up to n, none with a cosine of at least the bound to one chosen."""
        free = np.ones(len(self.samples), dtype=bool)
        for member in self._members:
            free &= self.cosines[member] < bound
        free[self._members] = False
        # Gains only shrink, so an old one is an upper bound, and few have to be renewed.
        heap = [(-gain, i) for i, gain in enumerate(self._gain_of_all()) if free[i]]
        heapq.heapify(heap)
        while len(self.chosen) < n:
            while heap and not free[heap[0][1]]:
                heapq.heappop(heap)
            if not heap:
                self.why = "alike" if len(self.chosen) < len(self.samples) else "all"
                return
            _, index = heapq.heappop(heap)
            gain = self._gain(index)
            if heap and gain < -heap[0][0] - 1e-12:
                heapq.heappush(heap, (-gain, index))
                continue
            if self.chosen and gain < least:
                self.why = "covered"
                return
            self._members.append(index)
            self.chosen.append(int(self.samples[index]))
            self.gains.append(gain)
            self._covered = np.maximum(self._covered, self._similarity(index))
            free &= self.cosines[index] < bound
            free[index] = False
        self.why = "most"

    def _similarity(self, index: int) -> Floats:
        distances = 1.0 - self.cosines[index].astype(np.float64)
        return np.asarray(np.maximum(0.0, 1.0 - distances / self.distance))

    def _gain(self, index: int) -> float:
        return float(self.weights @ np.maximum(self._similarity(index) - self._covered, 0.0))

    def _gain_of_all(self) -> list[float]:
        return [self._gain(i) for i in range(len(self.samples))]


def _sharpest(
    samples: Integers,
    sharpness: Floats,
    times: Floats,
    usable: Booleans,
    rows: Floats,
    bound: float,
) -> Integers:
    """Return for each keyframe the sharpest look-alike within `NEARBY` seconds of it.

    One that another keyframe has, or that looks like another keyframe, is passed over.
    """
    moved: Integers = samples.copy()
    for index, sample in enumerate(samples.tolist()):
        first = int(np.searchsorted(times, times[sample] - NEARBY - 1e-6))
        stop = int(np.searchsorted(times, times[sample] + NEARBY + 1e-6))
        near = np.arange(first, stop)
        others = np.delete(moved, index)
        fits = usable[near] & (rows[near] @ rows[sample] >= bound) & ~np.isin(near, others)
        if len(others):
            now = float((rows[others] @ rows[sample]).max())
            fits &= (rows[near] @ rows[others].T).max(axis=1) < max(bound, now + 1e-6)
        fits |= near == sample
        candidates = near[fits]
        best = np.lexsort((np.abs(times[candidates] - times[sample]), -sharpness[candidates]))[0]
        moved[index] = candidates[best]
    return np.asarray(moved)
