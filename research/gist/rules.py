"""Rules of selection to compare with: what gist.md's table holds. Each returns pieces in seconds."""

from __future__ import annotations

import numpy as np
from videos import Video

from vidgist.selection.knapsack import knapsack

SHARE = 0.15
TICK = 0.01


def seconds_of(v: Video) -> np.ndarray:
    """Seconds that each sample stands for: up to the next one."""
    return np.diff(np.append(v.times, v.duration))


def inside(v: Video, shot) -> np.ndarray:
    first, stop = np.searchsorted(v.times, shot - 1e-9)
    return np.arange(first, stop)


def fill(pieces, values, budget):
    """Knapsack over pieces, in hundredths of a second."""
    if len(pieces) == 0:
        return np.zeros((0, 2))
    lengths = np.ceil(np.diff(pieces, axis=1)[:, 0] / TICK - 1e-6).astype(np.int64)
    return pieces[knapsack(np.asarray(values), lengths, int(budget / TICK))]


def field(v: Video, shots, *, power: float = 1.0, score=None, share=SHARE):
    """The knapsack of whole shots: mean score (power 1) to sum of scores (power 0)."""
    score = v.importance if score is None else score
    pieces, values = [], []
    for shot in shots:
        rows = inside(v, shot)
        if len(rows):
            length = shot[1] - shot[0]
            pieces.append(shot)
            values.append(score[rows].mean() * length ** (1 - power))
    return fill(np.array(pieces), values, share * v.duration)


def best_windows(v: Video, shots, seconds=4.0, score=None):
    """The window of each shot with the best mean score, over samples; and that mean."""
    score = v.importance if score is None else score
    step = float(np.median(np.diff(v.times)))
    width = max(1, round(seconds / step))
    ends = np.append(v.times[1:], v.duration)
    pieces, values, samples = [], [], []
    for shot in shots:
        rows = inside(v, shot)
        if len(rows) == 0:
            continue
        n = min(width, len(rows))
        means = np.convolve(score[rows], np.ones(n) / n, mode="valid")
        best = int(np.argmax(means))
        first, last = rows[best], rows[best + n - 1]
        start = max(shot[0], v.times[first])
        end = min(shot[1], ends[last], start + seconds)
        if n == len(rows):
            start, end = shot[0], min(shot[1], shot[0] + seconds)
        pieces.append((start, end))
        values.append(means[best])
        samples.append(np.arange(first, last + 1))
    return np.array(pieces), np.array(values), samples


def windows_sum(v: Video, shots, seconds=4.0, score=None, share=SHARE):
    """The knapsack, by sum, of the best seconds of each shot."""
    pieces, values, _ = best_windows(v, shots, seconds, score)
    return fill(pieces, values * np.diff(pieces, axis=1)[:, 0], share * v.duration)


def bold(v: Video, shots, bound=0.85, seconds=4.0, score=None, share=SHARE):
    """Gist.md's bold rule: best windows in the order of their mean score, no look-alikes."""
    pieces, values, samples = best_windows(v, shots, seconds, score)
    left = share * v.duration
    taken, looks = [], []
    for i in np.argsort(-values, kind="stable"):
        length = pieces[i, 1] - pieces[i, 0]
        look = v.features[samples[i]].mean(axis=0)
        look = look / max(np.linalg.norm(look), 1e-12)
        if length > left + 1e-9 or (looks and max(np.array(looks) @ look) >= bound):
            continue
        taken.append(i)
        looks.append(look)
        left -= length
    return pieces[sorted(taken)]


def every_nth(v: Video, seconds=3.0, share=SHARE):
    starts = np.arange(0, v.duration - seconds, seconds / share)
    return np.stack([starts, starts + seconds], axis=1)


def random_field(v: Video, shots, rng, share=SHARE):
    return field(v, shots, score=rng.random(len(v.times)), share=share)


def random_windows(v: Video, shots, rng, share=SHARE):
    return windows_sum(v, shots, score=rng.random(len(v.times)), share=share)
