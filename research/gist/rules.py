"""Rules of selection to compare with, as the table of gist.md has them. Pieces are in seconds."""

from __future__ import annotations

import numpy as np
from videos import Video

from vidgist.evaluation.reference_summaries import best_seconds, nothing_alike
from vidgist.evaluation.reference_summaries import every_nth as nth
from vidgist.selection.knapsack import knapsack

SHARE = 0.15
TICK = 0.01


def inside(v: Video, shot) -> np.ndarray:
    first, stop = np.searchsorted(v.times, shot - 1e-9)
    return np.arange(first, stop)


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
    borders = np.array(pieces)
    lengths = np.ceil(np.diff(borders, axis=1)[:, 0] / TICK - 1e-6).astype(np.int64)
    return borders[knapsack(np.array(values), lengths, int(share * v.duration / TICK))]


def windows_sum(v: Video, shots, score=None, share=SHARE):
    """The knapsack, by sum, of the best 4 seconds of each shot."""
    score = v.importance if score is None else score
    return best_seconds(score, v.times, shots, budget=share * v.duration, end=v.duration)


def bold(v: Video, shots, bound=0.85, share=SHARE):
    """Gist.md's bold rule: best windows in the order of their mean score, no look-alikes."""
    limits = {"budget": share * v.duration, "end": v.duration, "look_alike": bound}
    return nothing_alike(v.importance, v.times, shots, v.features, **limits)


def every_nth(v: Video, share=SHARE):
    return nth(v.duration, budget=share * v.duration)


def random_field(v: Video, shots, rng, share=SHARE):
    return field(v, shots, score=rng.random(len(v.times)), share=share)


def random_windows(v: Video, shots, rng, share=SHARE):
    return windows_sum(v, shots, score=rng.random(len(v.times)), share=share)
