r"""Scores without training, to compare with: places, changes, clusters, and subsets that cover.

Features x are brought to length 1. What gives an order of samples becomes a score by
:math:`s = 1 - \mathrm{rank} / T`, 0 for what is not in the order.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.cluster.vq import kmeans2

from vidgist.criteria.gram import unit_rows
from vidgist.datasets import VideoRecord
from vidgist.evaluation.entries import Entry
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.keyshots import BUDGET
from vidgist.evaluation.medoids import medoids
from vidgist.evaluation.segmentation import kts_shots
from vidgist.evaluation.submodular import cover_order, mixture_order
from vidgist.models.dpp import greedy_subset
from vidgist.types import Floats

Integers = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Untrained:
    """A score that needs no training.

    Attributes:
        name: what users call it.
        about: what it is, one line for people.
        score: returns the scores (T,), at least 0, of a video.
        needs_features: whether it needs features.
    """

    name: str
    about: str
    score: Callable[[VideoRecord], Floats]
    needs_features: bool = True


def ranked(order: Sequence[int] | Integers, count: int) -> Floats:
    """Return the scores of T samples of which some have an order.

    >>> ranked([2, 0], 4)
    array([0.75, 0.  , 1.  , 0.  ])
    """
    scores = np.zeros(count)
    scores[np.asarray(order, dtype=np.int64)] = 1 - np.arange(len(order)) / count
    return scores


def _count(record: VideoRecord) -> int:
    picks = record.sample_picks
    return len(picks) if picks is not None else len(record.need("features"))


def _places(record: VideoRecord) -> Floats:
    """Return the places u (T,) of the samples in (0, 1)."""
    count = _count(record)
    return (np.arange(count) + 0.5) / count


def middle(record: VideoRecord) -> Floats:
    """Return 1 - |2 u - 1|: the middle of the video is best."""
    return np.asarray(1 - np.abs(2 * _places(record) - 1))


def beginning(record: VideoRecord) -> Floats:
    """Return 1 - u: the beginning is best."""
    return np.asarray(1 - _places(record))


def uniform(record: VideoRecord) -> Floats:
    """Return the order of bit-reversed places, of which every beginning is spread evenly."""
    count = _count(record)
    bits = max(1, int(count - 1).bit_length())
    numbers = np.arange(2**bits)
    turned = np.zeros_like(numbers)
    for bit in range(bits):
        turned |= ((numbers >> bit) & 1) << (bits - 1 - bit)
    return ranked(turned[turned < count], count)


def _unit(record: VideoRecord) -> Floats:
    return unit_rows(record.need("features").astype(np.float64))


def motion(record: VideoRecord) -> Floats:
    """Return the mean distance of a sample's feature to those before and after."""
    x = _unit(record)
    if len(x) < 2:
        return np.zeros(len(x))
    steps = np.linalg.norm(np.diff(x, axis=0), axis=1)
    return np.asarray((np.append(steps[0], steps) + np.append(steps, steps[-1])) / 2)


def length(record: VideoRecord) -> Floats:
    """Return the length of a sample's feature: what it means depends on the backbone."""
    return np.asarray(np.linalg.norm(record.need("features").astype(np.float64), axis=1))


def typical(record: VideoRecord) -> Floats:
    """Return the cosine of a sample's feature and the mean feature, from 0 to 1."""
    x = _unit(record)
    mean = x.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray((1 + x @ mean / length) / 2) if length > 0 else np.ones(len(x))


def k_means(record: VideoRecord, *, large: bool = False) -> Floats:
    """Return exp(-d^2) for the distance d to the center of a sample's cluster, of T / 20 clusters.

    Args:
        record: the video.
        large: multiply by the share of samples in the cluster.
    """
    x = _unit(record)
    count = min(len(x), max(2, round(0.05 * len(x))))
    # Seeded by the video's name, so that a number does not depend on the other videos.
    rng = np.random.default_rng(zlib.crc32(record.key.encode()))
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore")  # fewer different samples than clusters: some stay empty
        centers, labels = kmeans2(x, count, iter=50, minit="++", rng=rng)
    near = np.exp(-((x - centers[labels]) ** 2).sum(axis=1))
    return np.asarray(
        near * np.bincount(labels, minlength=count)[labels] / len(x) if large else near
    )


def k_medoids(record: VideoRecord) -> Floats:
    """Return the order of medoids by the size of their clusters, then all others by closeness."""
    x = _unit(record)
    shots = record.shots or kts_shots(record)
    lengths = np.sort(shots.frames[:, 1] - shots.frames[:, 0])
    frames = BUDGET * float(shots.frames[-1, 1])
    mean = float(lengths.mean())
    count = int(np.clip(round(frames / mean), 1, len(x)))
    apart = 1 - np.clip(x @ x.T, -1, 1)
    centers = medoids(apart, count)
    nearest = apart[:, centers].argmin(axis=1)
    sizes = np.bincount(nearest, minlength=count)
    first = centers[np.argsort(-sizes, kind="stable")]
    others = np.setdiff1d(np.arange(len(x)), first)
    close = np.argsort(apart[others, centers[nearest[others]]], kind="stable")
    return ranked(np.concatenate([first, others[close]]), len(x))


def facility_location(record: VideoRecord) -> Floats:
    """Return the order in which samples make the video covered best, half of them."""
    x = _unit(record)
    order = cover_order(np.maximum(x @ x.T, 0), steps=max(1, len(x) // 2))
    return ranked(order, len(x))


def determinant(record: VideoRecord) -> Floats:
    """Return the order of the greedy subset of largest determinant, half of the samples."""
    x = _unit(record)
    return ranked(greedy_subset(x, size=max(1, len(x) // 2), least=0.0), len(x))


def mixture(record: VideoRecord) -> Floats:
    """Return the order of whole shots by a mixture of submodular functions, equally weighted."""
    x = _unit(record)
    picks = record.sample_picks
    assert picks is not None
    shots = (record.shots or kts_shots(record)).frames
    of_sample = np.clip(np.searchsorted(shots[:, 0], picks, side="right") - 1, 0, len(shots) - 1)
    order = mixture_order(x, of_sample, shots, picks=picks, interest=motion(record))
    return ranked(order, len(shots))[of_sample]


UNTRAINED = {
    score.name: score
    for score in (
        Untrained("middle", "closeness to the middle of the video", middle, needs_features=False),
        Untrained("beginning", "closeness to its beginning", beginning, needs_features=False),
        Untrained("uniform", "samples spread evenly", uniform, needs_features=False),
        Untrained("motion", "change from sample to sample", motion),
        Untrained("length", "length of the feature", length),
        Untrained("typical", "closeness to the mean feature", typical),
        Untrained("k-means", "closeness to the center of the own cluster", k_means),
        Untrained("k-means-large", "the same, large clusters first", partial(k_means, large=True)),
        Untrained("k-medoids", "medoids by the size of their clusters", k_medoids),
        Untrained("facility-location", "samples that cover the video", facility_location),
        Untrained("dpp", "samples whose features span a large volume", determinant),
        Untrained("submodular", "shots by a mixture of submodular functions", mixture),
    )
}
"""Every score without training, by name."""


def untrained_entry(name: str, chosen: Untrained) -> Entry:
    """Return the row of a score without training.

    Args:
        name: of the row.
        chosen: the score.
    """

    def scores(judge: Judge) -> npt.NDArray[np.float64]:
        return np.asarray(chosen.score(judge.record), dtype=np.float64)

    return Entry(
        name=name,
        measure=lambda judge: judge.measure(scores(judge)[None]),
        needs_features=chosen.needs_features,
        scores=scores,
    )
