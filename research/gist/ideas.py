"""Ideas beyond the rule: other constants, and other scores to select by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from videos import Video

from vidgist.criteria.smoothing import smooth
from vidgist.selection.gist import gist_pieces
from vidgist.selection.greedy import CONSTANTS

VARIANTS = {
    "pieces of 4 s": {"length": 10.0, "longest": 4.0},
    "pieces of 6 s": {"length": 10.0, "longest": 6.0},
    "length 0.6": {"length": 0.6},
    "length 0.75": {"length": 0.75},
    "length 1.0": {"length": 1.0},
    "length 1.1": {"length": 1.1},
    "look-alike 0.25": {"look_alike": 0.25},
    "look-alike 0.30": {"look_alike": 0.30},
    "look-alike 0.36": {"look_alike": 0.36},
    "look-alike 0.40": {"look_alike": 0.40},
    "gap 0 s": {"gap": 0.0},
    "gap 5 s": {"gap": 5.0},
    "shortest 0 s": {"shortest": 0.0},
    "shortest 2.5 s": {"shortest": 2.5},
}


def selected(v: Video, shots, *, share=0.15, importance=None, **constants):
    """The pieces of the rule, in seconds."""
    return gist_pieces(
        v.importance if importance is None else importance,
        v.times,
        v.features,
        shots,
        budget=share * v.duration,
        duration=v.duration,
        rule=replace(CONSTANTS, **constants),
    ).seconds


def units(values):
    return (values - values.mean()) / max(float(values.std()), 1e-12)


def shot_of(v: Video, shots):
    return np.clip(np.searchsorted(shots[:, 0], v.times + 1e-6, "right") - 1, 0, len(shots) - 1)


def smoothed(seconds, v: Video, shots):
    return smooth(v.importance, sigma=seconds / float(np.median(np.diff(v.times))))


def toward_shot_mean(share, v: Video, shots):
    shot = shot_of(v, shots)
    means = np.bincount(shot, v.importance) / np.maximum(np.bincount(shot), 1)
    return (1 - share) * v.importance + share * means[shot]


def over_look_alikes(share, width, v: Video, shots):
    weights = np.exp((v.features @ v.features.T - 1) / width)
    mean = weights @ v.importance / weights.sum(axis=1)
    return (1 - share) * v.importance + share * mean


def typical(weight, v: Video, shots):
    return units(v.importance) + weight * units(v.features @ v.features.mean(axis=0))


def common(weight, v: Video, shots):
    alike = (v.features @ v.features.T > 0.8).mean(axis=1)
    return units(v.importance) + weight * units(np.log(alike))


def middle(weight, v: Video, shots):
    return units(v.importance) + weight * units(-np.abs(v.times / v.duration - 0.5))


def without_ends(share, v: Video, shots):
    ends = (v.times < share * v.duration) | (v.times > (1 - share) * v.duration)
    return units(v.importance) - ends


def change(weight, v: Video, shots):
    """Change of the features over a second inside a shot: cuts are left out."""
    lag = max(1, round(1.0 / float(np.median(np.diff(v.times)))))
    shot, x = shot_of(v, shots), v.features.astype(float)
    distance = np.full(len(x), np.nan)
    inside = shot[lag:] == shot[:-lag]
    distance[lag:][inside] = (1 - np.einsum("td,td->t", x[lag:], x[:-lag]))[inside]
    known = np.isfinite(distance)
    count = np.bincount(shot[known], minlength=len(shots))
    total = np.bincount(shot[known], distance[known], minlength=len(shots))
    overall = distance[known].mean() if known.any() else 0.0
    means = np.where(count > 0, total / np.maximum(count, 1), overall)
    filled = np.where(known, distance, means[shot])
    filled = smooth(filled, sigma=2.0 / float(np.median(np.diff(v.times))))
    return units(v.importance) + weight * units(filled)


def short(weight, v: Video, shots):
    lengths = np.diff(shots, axis=1)[shot_of(v, shots), 0]
    return units(v.importance) - weight * units(np.log(np.maximum(lengths, 0.1)))


def ranks(v: Video, shots):
    return np.argsort(np.argsort(v.importance, kind="stable")) / len(v.importance)


SCORES: dict[str, Callable] = {
    "smoothed by 1 s more": partial(smoothed, 1.0),
    "smoothed by 3 s more": partial(smoothed, 3.0),
    "0.3 of the shot's mean": partial(toward_shot_mean, 0.3),
    "half the mean over look-alikes (width 0.1)": partial(over_look_alikes, 0.5, 0.1),
    "all the mean over look-alikes (width 0.1)": partial(over_look_alikes, 1.0, 0.1),
    "+ 0.3 typical of the video": partial(typical, 0.3),
    "- 0.3 typical of the video": partial(typical, -0.3),
    "+ 0.3 log share of look-alikes": partial(common, 0.3),
    "+ 0.2 middle of the video": partial(middle, 0.2),
    "first and last 5% lowered": partial(without_ends, 0.05),
    "+ 0.15 change inside the shot": partial(change, 0.15),
    "+ 0.4 change inside the shot": partial(change, 0.4),
    "+ 0.1 shortness of the shot": partial(short, 0.1),
    "+ 0.3 shortness of the shot": partial(short, 0.3),
    "ranks": ranks,
}
