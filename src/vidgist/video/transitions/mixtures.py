"""Gradual mixtures of two shots: dissolves, and wipes, in which each point jumps at its time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.video.transitions.candidates import ALIKE, Candidate, Grid, correlation, overlap
from vidgist.video.transitions.fades import PLAIN

_SCALES = (0.24, 0.4, 0.68, 1.15, 2.0, 3.4)
"""Seconds from A to B that are tried, each 1.7 times the one before: editors use 0.2 to 3 s, and a
window up to 1.7 times as long as the transition still shows its ramp."""


_MIN_CHANGE = 12.0
"""Root mean square of B - A, in levels of 255: less is hardly seen, and noise has 2 to 5."""


_SPREAD = 0.57
"""Share of points that change by more than 0.3 of the root mean square: 0.75 where all of the
picture is another (a normal distribution), 0.3 usually where something moves."""


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


def find_mixtures(
    times: npt.NDArray[np.float64],
    grids: npt.NDArray[np.uint8],
    levels: Grid,
    barrier: npt.NDArray[np.int64],
) -> list[Candidate]:
    """Return dissolves and wipes."""
    count = len(times)
    step = float(np.median(np.diff(times)))
    # Black bars above and below say nothing.
    live = levels.max(axis=0) > 24
    if live.sum() < 64 or step <= 0:
        return []
    coarse = np.ascontiguousarray(levels[:, np.flatnonzero(live)[::4]])
    details: Grid | None = None
    candidates: list[Candidate] = []
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
            if correlation(details[start], details[start + width]) > ALIKE:
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


def _merged(candidates: list[Candidate]) -> list[Candidate]:
    """Return the best of those that overlap, widened by those that share half of their frames.

    A window that ends within a wipe sees only its first part, as good a ramp as the whole.
    """
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: c.score):
        for place, other in enumerate(kept):
            common = min(one.last, other.last) - max(one.first, other.first)
            if common > 0:
                longer = max(one.last - one.first, other.last - other.first)
                if 2 * common >= longer and one.score < other.score + 0.04:
                    low, high = min(one.first, other.first), max(one.last, other.last)
                    kept[place] = Candidate(low, high, other.kind, other.score)
                break
        else:
            kept.append(one)
    return _apart(kept)  # widened, they may have come to overlap


def _apart(candidates: list[Candidate]) -> list[Candidate]:
    """Return the candidates with those that overlap joined, in the order of time."""
    apart: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: c.first):
        one = candidate
        if apart and overlap(apart[-1], one):
            before = apart.pop()
            best = min(before, one, key=lambda c: c.score)
            one = Candidate(before.first, max(before.last, one.last), best.kind, best.score)
        apart.append(one)
    return apart


def _trimmed(levels: Grid, one: Candidate, barrier: npt.NDArray[np.int64]) -> Candidate:
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
    return Candidate(first + begin, first + end, one.kind, one.score)


def _mixture(
    shape: tuple[int, ...],
    levels: Grid,
    details: Grid,
    live: npt.NDArray[np.bool_],
    first: int,
    last: int,
) -> Candidate | None:
    """Return the transition between two frames, None where there is none."""
    best: Candidate | None = None
    for turn in range(3):  # each time A and B come closer to the ramp's ends
        change = levels[last] - levels[first]
        if min(float(levels[first, live].std()), float(levels[last, live].std())) < PLAIN:
            break
        bound = float(np.std(change[live]))
        uneven = np.abs(change[live] - np.mean(change[live]))
        if bound < _MIN_CHANGE or float(np.mean(uneven > 0.3 * bound)) < _SPREAD:
            break
        bound = float(np.sqrt(np.mean(change[live] ** 2)))
        if turn and correlation(details[first], details[last]) > ALIKE:
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
        best = Candidate(first + begin, first + end, kind, error + 0.3 * (1 - fit))
        narrow = max(0, first + begin - reach), min(len(levels) - 1, first + end + reach)
        if narrow[0] <= first and narrow[1] >= last:
            break
        first, last = max(first, narrow[0]), min(last, narrow[1])
    return best


def _energy(levels: Grid, one: int, other: int) -> float:
    difference = levels[one] - levels[other]
    return float(difference @ difference)


def _coherence(mask: npt.NDArray[np.bool_], weight: Grid) -> float:
    """Return how many neighbors in a picture agree, in [0, 1]: one half by chance."""
    across = np.minimum(weight[:, 1:], weight[:, :-1])
    down = np.minimum(weight[1:], weight[:-1])
    same = float(np.sum(across * (mask[:, 1:] == mask[:, :-1])))
    same += float(np.sum(down * (mask[1:] == mask[:-1])))
    return same / max(1e-6, float(across.sum() + down.sum()))


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
