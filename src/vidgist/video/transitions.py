"""Shot boundary detection: cuts, fades, dissolves, wipes, pushes and flashes, to the frame.

Every frame is known by a small grid of luma points.  In an edited transition from picture A to
picture B each point shows A, B, or a mixture of both; where the camera or an object moves it shows
a third thing.  So the frames between A and B are projected on B - A: the coefficient a must climb
from 0 to 1, and what the projection leaves over, as a share of |B - A|^2, must be at most
a (1 - a): 0 for a dissolve, the whole of it for a wipe, and some 0.75 for unrelated pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["KINDS", "Transition", "TransitionFinder", "find_transitions"]

Grid = npt.NDArray[np.float32]

KINDS = ("cut", "fade", "dissolve", "wipe", "push", "flash", "countdown")
"""What an interval can be; a countdown is no transition, but found from the same grids."""

_SCALES = (0.24, 0.4, 0.68, 1.15, 2.0, 3.4)
"""Seconds from A to B that are tried, each 1.7 times the one before: editors use 0.2 to 3 s, and a
window up to 1.7 times as long as the transition still shows its ramp."""

_MIN_CHANGE = 12.0
"""Root mean square of B - A, in levels of 255: less is hardly seen, and noise has 2 to 5."""

_SPREAD = 0.57
"""Share of points that change by more than 0.3 of the root mean square: 0.75 where all of the
picture is another (a normal distribution), 0.3 usually where something moves."""

_ALIKE = 0.17
"""Correlation of the details of A and B above which they show the same thing, moved a little: it is
less for 98 in 100 pairs of different shots."""

_LINEAR = 0.62
"""Share of points that have come as far as the median one, within 0.2: 0.7 to 1 in dissolves
between moving shots, 0.4 in motion."""

_BIMODAL = 0.72
"""Share of points that show A or B, within a quarter of B - A: 0.7 to 1 in wipes, 0.6 in motion."""

_TURNED_BACK = 0.2
"""Share of points that come back to A: up to 0.15 in wipes."""

_COHERENT = 0.74
"""Agreement of neighbors in what a wipe has reached: 0.76 in narrow blinds, 0.9 in others."""

_SOFT_BIMODAL, _STEADY, _VERY_COHERENT, _VERY_BIMODAL = 0.45, 0.05, 0.83, 0.85
"""Wipes with a soft edge show mixtures as well, and those of scattered points do not hang together:
both are told by points that do not come back, and by the other of the two tests passed well."""

_CALM = 0.12
"""As `_UNREST`, for these: there the evidence of the picture is weaker."""

_UNREST = 0.45
"""Change in half the time beside a transition, by that in it; at least one of its sides has less
in 98 of 100 transitions, and both have as much where a camera moves on."""

_CLIMB = 0.12
"""Speed, by that in the middle, at which a transition begins and ends: circles begin slowly."""

_RAMP_ERROR = 0.12
"""Root mean square distance of the coefficients from a straight ramp: smooth and circular wipes
have up to 0.08, motion that happens to pass the other tests has more."""

_FLAT = 3.0
"""Standard deviation, in levels, of a picture of one color after compression; skies have 4."""

_PLAIN = 8.0
"""Standard deviation below which a picture is too plain to tell a mixture: an empty sky has 5."""

_FADE_SECONDS = 5.0
"""No fade is longer; the light of a sunrise is."""

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


@dataclass(frozen=True)
class _Candidate:
    first: int  # the last frame of A
    last: int  # the first frame of B
    kind: str
    score: float


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
    jumps = _jumps(levels)
    flashes = _flashes(times, levels, jumps)
    cuts = _cuts(times, levels, jumps, flashes)
    barrier = np.zeros(count, np.int64)  # counts the cuts up to a frame
    for change in (*cuts, *flashes):
        beside = jumps[max(1, change.first - 1) : change.last + 3]
        if change.kind == "cut" and np.sum(beside > 0.15 * beside.max()) > 2:
            continue  # the fastest step of a wipe looks like a cut
        barrier[change.last] += 1
    barrier = np.cumsum(barrier)
    fades = _fades(times, levels, barrier)
    for fade in fades:
        barrier[fade.last :] += 1
    mixtures = _mixtures(times, grids, levels, barrier)
    gradual = [*fades, *(m for m in mixtures if not any(_overlap(m, fade) for fade in fades))]
    pushes = _pushes(times, levels, jumps)
    # A push looks like a wipe in places, and the fastest frames of both jump like cuts.
    gradual = [g for g in gradual if not any(_overlap(g, push) for push in pushes)]
    slow = [*gradual, *pushes]
    taken = [*slow, *(t for t in (*cuts, *flashes) if not any(_overlap(t, s) for s in slow))]
    leaders = _countdowns(times, grids, levels)
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


def _overlap(one: _Candidate, other: _Candidate) -> bool:
    return one.first < other.last and other.first < one.last


def _jumps(levels: Grid) -> npt.NDArray[np.float32]:
    """Return the (n,) mean absolute differences to the frame before, in [0, 1]."""
    jumps = np.zeros(len(levels), np.float32)
    jumps[1:] = np.abs(np.diff(levels, axis=0)).mean(axis=1) / 255
    return jumps


def _distance(levels: Grid, one: int, other: int) -> float:
    return float(np.abs(levels[one] - levels[other]).mean()) / 255


def _alike(one: Grid, other: Grid) -> float:
    """Return the correlation of two pictures, 0 where one is of one color."""
    return _correlation(one - one.mean(), other - other.mean())


def _around(times: npt.NDArray[np.float64], at: int, seconds: float) -> tuple[int, int]:
    """Return the frames within ``seconds`` of a frame, as a half-open range."""
    return (
        int(np.searchsorted(times, times[at] - seconds)),
        int(np.searchsorted(times, times[at] + seconds, side="right")),
    )


def _flashes(
    times: npt.NDArray[np.float64], levels: Grid, jumps: npt.NDArray[np.float32]
) -> list[_Candidate]:
    """Return short stretches of another picture, after which the one before is back."""
    found: list[_Candidate] = []
    free = 1
    before = np.maximum(jumps, np.roll(jumps, 1))
    sudden = (jumps >= _FLASH) & (jumps > 2 * np.roll(before, 1))
    for at in np.flatnonzero(sudden).tolist():
        if at < free:
            continue
        low, high = _around(times, at, 0.5)
        if jumps[at] < _CUT_RATIO * float(np.median(jumps[low:high])):
            continue
        last = int(np.searchsorted(times, times[at] + _FLASH_SECONDS, side="right"))
        stop = min(len(times), max(last, at + 2))
        back = np.abs(levels[at + 1 : stop] - levels[at - 1]).mean(axis=1) / 255
        ends = np.flatnonzero(back < 0.35 * jumps[at])
        if len(ends):
            found.append(_Candidate(at - 1, at + 1 + int(ends[0]), "flash", 0.0))
            free = found[-1].last + 1
    # Many in a row are a strobe or flicker, and belong to the scene.
    starts = np.array([times[f.first] for f in found])
    return [f for f in found if np.sum(np.abs(starts - times[f.first]) < 2.0) <= 3]


def _cuts(
    times: npt.NDArray[np.float64],
    levels: Grid,
    jumps: npt.NDArray[np.float32],
    flashes: list[_Candidate],
) -> list[_Candidate]:
    """Return hard cuts, and those with one blended frame."""
    found: list[_Candidate] = []
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
        low, high = _around(times, at, 0.3)
        low, high = min(low, at - 3), max(high, at + 4)
        window = jumps[max(1, low) : high].copy()
        place = at - max(1, low)
        window[place] = 0
        first, last = at - 1, at
        for side in (at - 1, at + 1):
            # A blended frame: it lies between its neighbors, and both its jumps are large.
            if 1 <= side < len(jumps) and not taken[side] and jumps[side] > 0.2 * jumps[at]:
                begin = min(at, side) - 1
                whole = _distance(levels, begin, begin + 2)
                if jumps[at] + jumps[side] < 1.25 * whole:
                    first, last = begin, begin + 2
                    if 0 <= side - max(1, low) < len(window):
                        window[side - max(1, low)] = 0
                    break
        whole = _distance(levels, first, last)
        if whole >= _CUT_RATIO * float(window.max(initial=0)) or (
            # Fast motion on one side of a cut: then the details must be others.
            whole >= 2 * float(window.max(initial=0))
            and whole > 0.06
            and _alike(levels[first], levels[last]) < 0.6
        ):
            found.append(_Candidate(first, last, "cut", 0.0))
            taken[first + 1 : last + 1] = True
    return found


def _details(grids: npt.NDArray[np.uint8]) -> Grid:
    """Return the grids less their surroundings' mean, (n, P)."""
    values = grids.astype(np.float32)
    count, height, width = values.shape
    down, across = max(1, height // 6), max(1, width // 8)
    rows = np.arange(0, height, down)
    columns = np.arange(0, width, across)
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=1), columns, axis=2)
    high = np.diff(np.append(rows, height))
    wide = np.diff(np.append(columns, width))
    means = sums / (high[:, None] * wide[None, :]).astype(np.float32)
    values -= np.repeat(np.repeat(means, high, axis=1), wide, axis=2)
    return values.reshape(count, -1)


def _mixtures(
    times: npt.NDArray[np.float64],
    grids: npt.NDArray[np.uint8],
    levels: Grid,
    barrier: npt.NDArray[np.int64],
) -> list[_Candidate]:
    """Return dissolves and wipes."""
    count = len(times)
    step = float(np.median(np.diff(times)))
    # Black bars above and below say nothing.
    live = levels.max(axis=0) > 24
    if live.sum() < 64 or step <= 0:
        return []
    coarse = np.ascontiguousarray(levels[:, np.flatnonzero(live)[::4]])
    details: Grid | None = None
    candidates: list[_Candidate] = []
    for width in sorted({max(4, round(scale / step)) for scale in _SCALES}):
        if width >= count or width * step > 1.5 * _SCALES[-1]:
            continue
        starts = np.arange(0, count - width, max(1, width // 6))
        starts = starts[barrier[starts + width] == barrier[starts]]
        if not len(starts):
            continue
        change = coarse[starts + width]
        change -= coarse[starts]
        # Less its mean: where the exposure changes, all points do, alike.
        change -= change.mean(axis=1, keepdims=True)
        energy = np.einsum("ij,ij->i", change, change)
        good = energy > _MIN_CHANGE**2 * coarse.shape[1]
        starts, change, energy = starts[good], change[good], energy[good]
        if not len(starts):
            continue
        # A whole other picture: where an object moves, the change is large in few places.
        bound = 0.3 * np.sqrt(energy / coarse.shape[1])
        good = np.mean(np.abs(change) > bound[:, None], axis=1) > _SPREAD
        starts, change, energy = starts[good], change[good], energy[good]
        if not len(starts):
            continue
        change = coarse[starts + width] - coarse[starts]
        middle = coarse[starts + width // 2] - coarse[starts]
        large = np.abs(change) > 0.5 * np.sqrt(np.mean(change**2, axis=1, keepdims=True))
        way = np.divide(middle, change, out=np.zeros_like(middle), where=large)
        number = np.sum(large, axis=1)
        near = np.sum(((np.abs(way) < 0.25) | (np.abs(way - 1) < 0.25)) & large, axis=1) / number
        typical = np.sum(np.clip(way, 0, 1), axis=1) / number
        linear = np.sum((np.abs(way - typical[:, None]) < 0.25) & large, axis=1) / number
        share = np.sum(way > 0.5, axis=1) / number
        good = (typical > 0.15) & (typical < 0.85)
        good &= (linear > _LINEAR - 0.1) | ((near > _SOFT_BIMODAL) & (share > 0.1) & (share < 0.9))
        fit = np.maximum(linear, near - (_BIMODAL - _LINEAR))
        for start in _fittest(starts[good], fit[good], gap=width // 3):
            if details is None:
                details = _details(grids)
            if _correlation(details[start], details[start + width]) > _ALIKE:
                continue
            one = _mixture(grids.shape[1:], levels, details, live, start, start + width)
            if one is not None:
                candidates.append(one)
    return _apart([_trimmed(levels, one, barrier) for one in _merged(candidates)])


def _fittest(
    starts: npt.NDArray[np.int64], fit: npt.NDArray[np.floating], *, gap: int
) -> list[int]:
    """Return the best three of each run of starts that are no more than ``gap`` apart."""
    if not len(starts):
        return []
    runs = np.split(np.arange(len(starts)), np.flatnonzero(np.diff(starts) > max(1, gap)) + 1)
    best = [run[np.argsort(-fit[run])[:3]] for run in runs]
    return [int(start) for start in starts[np.concatenate(best)]]


def _merged(candidates: list[_Candidate]) -> list[_Candidate]:
    """Return the best of those that overlap, widened by those that share half of their frames.

    A window that ends within a wipe sees only its first part, as good a ramp as the whole.
    """
    kept: list[_Candidate] = []
    for one in sorted(candidates, key=lambda c: c.score):
        for place, other in enumerate(kept):
            common = min(one.last, other.last) - max(one.first, other.first)
            if common > 0:
                longer = max(one.last - one.first, other.last - other.first)
                if 2 * common >= longer and one.score < other.score + 0.04:
                    low, high = min(one.first, other.first), max(one.last, other.last)
                    kept[place] = _Candidate(low, high, other.kind, other.score)
                break
        else:
            kept.append(one)
    return _apart(kept)  # widened, they may have come to overlap


def _apart(candidates: list[_Candidate]) -> list[_Candidate]:
    """Return the candidates with those that overlap joined, in the order of time."""
    apart: list[_Candidate] = []
    for candidate in sorted(candidates, key=lambda c: c.first):
        one = candidate
        if apart and _overlap(apart[-1], one):
            before = apart.pop()
            best = min(before, one, key=lambda c: c.score)
            one = _Candidate(before.first, max(before.last, one.last), best.kind, best.score)
        apart.append(one)
    return apart


def _trimmed(levels: Grid, one: _Candidate, barrier: npt.NDArray[np.int64]) -> _Candidate:
    """Return a transition with all of its frames, without what only moves beside it.

    Motion changes a few points, back and forth, and makes a ramp look longer than it is, and a soft
    edge makes it look shorter; inside a transition the mean way of the points climbs from frame to
    frame.
    """
    # In a dissolve the median point tells both ends already.
    wipe = one.kind == "wipe"
    margin = 1 + (one.last - one.first) // 2 if wipe else 1
    first, last = max(0, one.first - margin), min(len(levels) - 1, one.last + margin)
    while barrier[first] != barrier[one.first]:
        first += 1
    while barrier[last] != barrier[one.last]:
        last -= 1
    change = levels[last] - levels[first]
    large = np.abs(change) > 0.5 * float(np.sqrt(np.mean(change**2)))
    way = (levels[first : last + 1, large] - levels[first, large]) / change[large]
    a = np.mean(np.clip(way, 0, 1), axis=1) if wipe else np.median(way, axis=1)
    above, half = np.flatnonzero(a > 0.75), np.flatnonzero(a > 0.5)
    if not len(above) or not len(half):
        return one
    middle, high = int(half[0]), int(above[0])
    below = np.flatnonzero(a[: high + 1] < 0.25)
    if not len(below):
        return one
    usual = 0.5 / (high - int(below[-1]))
    # Over five frames, so that one in which little changes does not end it.
    climb = np.convolve(np.diff(a), np.full(5, 0.2), mode="same") > _CLIMB * usual
    rests = np.flatnonzero(~climb)
    before, after = rests[rests < middle - 2], rests[rests >= middle + 2]
    # The mean of five begins two frames early and ends two late.
    begin = int(before[-1]) + 2 if len(before) else 0
    end = int(after[0]) - 1 if len(after) else len(a) - 1
    while begin + 2 < end and a[begin + 1] - a[begin] < 0.5 * _CLIMB * usual:
        begin += 1
    while begin + 2 < end and a[end] - a[end - 1] < 0.5 * _CLIMB * usual:
        end -= 1
    if end - begin < 2:
        return one
    return _Candidate(first + begin, first + end, one.kind, one.score)


def _mixture(
    shape: tuple[int, ...],
    levels: Grid,
    details: Grid,
    live: npt.NDArray[np.bool_],
    first: int,
    last: int,
) -> _Candidate | None:
    """Return the transition between two frames, None where there is none."""
    best: _Candidate | None = None
    for turn in range(3):  # each time A and B come closer to the ramp's ends
        change = levels[last] - levels[first]
        if min(float(levels[first, live].std()), float(levels[last, live].std())) < _PLAIN:
            break
        bound = float(np.std(change[live]))
        uneven = np.abs(change[live] - np.mean(change[live]))
        if bound < _MIN_CHANGE or float(np.mean(uneven > 0.3 * bound)) < _SPREAD:
            break
        bound = float(np.sqrt(np.mean(change[live] ** 2)))
        if turn and _correlation(details[first], details[last]) > _ALIKE:
            break
        large = np.flatnonzero(np.abs(change) > 0.5 * bound)[::3]
        # How far each point that changes much has come, from 0 at A to 1 at B.
        way = (levels[first : last + 1, large] - levels[first, large]) / change[large]
        share, median = np.mean(way > 0.5, axis=1), np.median(way, axis=1)
        found, unrest = None, _UNREST
        for kind, a in (("dissolve", median), ("wipe", share)):
            inside = np.flatnonzero((a > 0.1) & (a < 0.9))
            if len(inside) < 2:
                continue
            between = way[inside]
            if kind == "dissolve":
                fit = float(np.mean(np.abs(between - a[inside, None]) < 0.2))
                if fit < _LINEAR:
                    continue
            else:
                fit = float(np.mean((np.abs(between) < 0.25) | (np.abs(between - 1) < 0.25)))
                # What has been reached stays so, and hangs together.
                mask = between > 0.5
                turned_back = float(np.mean(mask[:-1] & ~mask[1:])) * len(inside)
                if fit < _SOFT_BIMODAL or turned_back > 3 * _TURNED_BACK:
                    continue
                half = levels[first + int(inside[np.argmin(np.abs(a[inside] - 0.5))])]
                nearer = np.abs(half - levels[first]) > np.abs(half - levels[last])
                together = _coherence(nearer.reshape(shape), np.abs(change).reshape(shape))
                steady = turned_back < 3 * _STEADY
                soft = steady and together > _VERY_COHERENT
                scattered = steady and fit > _VERY_BIMODAL
                if not (fit > _BIMODAL and together > _COHERENT):
                    if not (soft or scattered):
                        continue
                    unrest = _CALM
            fitted = _ramp(a)
            if fitted is None or fitted[2] > _RAMP_ERROR or fitted[1] - fitted[0] < 3:
                continue
            found = kind, a, fitted, fit
            break
        if found is None:
            break
        kind, a, (begin, end, error), fit = found
        # Calm at one side at least: where the picture is as much another before, it moves.
        length = max(2, (end - begin) // 2)
        low, high = first + begin, first + end
        calm = min(
            _energy(levels, low, max(0, low - length)),
            _energy(levels, high, min(len(levels) - 1, high + length)),
        )
        if calm > unrest * float(change @ change):
            break
        # A circle begins and a diagonal ends slowly: they reach beyond the straight ramp.
        reach = 1 + (end - begin) // 3
        none = np.flatnonzero(a[max(0, begin - reach) : begin + 1] <= 0.015)
        full = np.flatnonzero(a[end : end + reach + 1] >= 0.985)
        begin = max(0, begin - reach) + int(none[-1]) if len(none) else begin
        end = end + int(full[0]) if len(full) else end
        best = _Candidate(first + begin, first + end, kind, error + 0.3 * (1 - fit))
        narrow = max(0, first + begin - reach), min(len(levels) - 1, first + end + reach)
        if narrow[0] <= first and narrow[1] >= last:
            break
        first, last = max(first, narrow[0]), min(last, narrow[1])
    return best


def _energy(levels: Grid, one: int, other: int) -> float:
    difference = levels[one] - levels[other]
    return float(difference @ difference)


def _correlation(one: Grid, other: Grid) -> float:
    return float(one @ other) / max(1e-6, float(np.sqrt((one @ one) * (other @ other))))


def _coherence(mask: npt.NDArray[np.bool_], weight: Grid) -> float:
    """Return how many neighbors in a picture agree, in [0, 1]: one half by chance."""
    across = np.minimum(weight[:, 1:], weight[:, :-1])
    down = np.minimum(weight[1:], weight[:-1])
    same = float(np.sum(across * (mask[:, 1:] == mask[:, :-1])))
    same += float(np.sum(down * (mask[1:] == mask[:-1])))
    return same / max(1e-6, float(across.sum() + down.sum()))


def _fades(
    times: npt.NDArray[np.float64], levels: Grid, barrier: npt.NDArray[np.int64]
) -> list[_Candidate]:
    """Return stretches in which the contrast of one picture grows from, or falls to, nothing."""
    contrast = levels.std(axis=1)
    found: list[_Candidate] = []
    for backward in (False, True):
        order = slice(None, None, -1) if backward else slice(None)
        seconds = np.abs(times[order] - times[order][0])
        for flat, full in _rises(seconds, contrast[order], levels[order]):
            first, last = flat, full
            if backward:
                first, last = len(times) - 1 - full, len(times) - 1 - flat
            if barrier[last] == barrier[first]:
                found.append(_Candidate(first, last, "fade", 0.0))
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
            if contrast[at] > 2 * _FLAT and (_alike(levels[at], levels[at + 1]) < 0.8):
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


def _ramp(a: npt.NDArray[np.float32]) -> tuple[int, int, float] | None:
    """Fit a line from 0 to 1 between two levels; return where it begins and ends, and the error."""
    above = np.flatnonzero(a > 0.75)
    if not len(above):
        return None
    high = int(above[0])
    below = np.flatnonzero(a[: high + 1] < 0.25)
    if not len(below):
        return None
    low = int(below[-1])
    length = 2 * (high - low)
    places = np.arange(len(a), dtype=np.float32)
    reach = 2 + length // 6 + length // 4
    # Seven begins and seven ends: what moves beside the ramp is trimmed later.
    begins = np.linspace(max(0, low - reach), low, 7).round()
    ends = np.linspace(high, min(len(a) - 1, high + reach), 7).round()
    begin, end = (grid.ravel() for grid in np.meshgrid(begins, ends))
    ramps = (places - begin[:, None]) / np.maximum(1, end - begin)[:, None]
    errors = np.mean((np.clip(ramps, 0, 1) - a) ** 2, axis=1)
    best = int(np.argmin(errors))
    return int(begin[best]), int(end[best]), float(errors[best]) ** 0.5


def _pushes(
    times: npt.NDArray[np.float64], levels: Grid, jumps: npt.NDArray[np.float32]
) -> list[_Candidate]:
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
        before, _ = _around(times, start, 0.3)
        _, after = _around(times, stop - 1, 0.3)
        calm = max(
            float(np.mean(jumps[max(1, before) : start])) if start > max(1, before) else 0.0,
            float(np.mean(jumps[stop:after])) if after > stop else 0.0,
        )
        whole = _distance(levels, start - 1, stop - 1)
        usual_inside = float(np.median(jumps[start:stop]))
        if (
            usual_inside > _PUSH_JUMP * whole
            and usual_inside > 2.5 * calm
            and whole > 0.04
            and _alike(levels[start - 1], levels[stop - 1]) < 0.6
        ):
            found.append(_Candidate(start - 1, stop - 1, "push", 0.0))
    return found


def _countdowns(
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
    centre = np.zeros((height, width), bool)
    centre[height // 5 : height - height // 5, width // 4 : width - width // 4] = True
    inside = centre.ravel()
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
