"""A TVSum video under a bank: the parts of preset `best`, for `ledger_ideas.py` to change."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from dropped import finish, rise, shipped_rise

from vidgist.criteria import belonging, distinctiveness, minmax, projection
from vidgist.criteria.distinctiveness import standardized
from vidgist.criteria.gram import unit_rows
from vidgist.datasets import open_dataset
from vidgist.evaluation.rank import Annotators
from vidgist.scoring.bank import Bank, VideoStatistics, bank_of, shipped_bank, video_statistics

BANKS = ("others", "shipped")


@dataclass
class Video:
    """A video under one bank: what the ideas are made from."""

    number: int
    f: np.ndarray
    annotators: Annotators
    shots: np.ndarray | None
    bank: Bank
    library: list[Video] = field(default_factory=list)
    """The other videos, unlabeled."""

    @cached_property
    def x(self):
        return unit_rows(self.f).astype(np.float64)

    @cached_property
    def z(self):
        return standardized(self.f, mean=self.bank.mean, deviation=self.bank.deviation)

    @cached_property
    def a(self):
        return minmax(distinctiveness(self.f, mean=self.bank.mean, deviation=self.bank.deviation))

    @cached_property
    def c(self):
        return minmax(belonging(self.f, common=self.bank.common))

    @property
    def q(self):
        return self.a * self.c

    @cached_property
    def p(self):
        return minmax(projection(self.f, self.q))

    @cached_property
    def best(self):
        return finished(self.p)

    @property
    def spread(self):
        return np.where(self.bank.deviation > 0, self.bank.deviation, 1.0)

    @property
    def scaled(self):
        return self.f / self.spread

    @property
    def shot_sizes(self):
        return np.diff(np.append(self.shots, len(self.f)))

    @property
    def time(self):
        return np.arange(len(self.f))

    @cached_property
    def rise(self):
        """g of the bank: the mean direction in which the scores of its videos rise."""
        if self.bank.source.startswith("shipped"):
            return shipped_rise()
        return np.mean([rise(other.f) for other in self.library], axis=0)

    def rho(self, score) -> float:
        return float(np.nanmean(self.annotators.rho(np.asarray(score)[None])))


def finished(values, smoothing: float = 3.0):
    """Return the importance that a projection leads to."""
    return finish(minmax(values), smoothing=smoothing)


def units(values):
    """Return values of mean 0 and standard deviation 1."""
    return (values - values.mean()) / max(float(values.std()), 1e-12)


def along(x, q):
    """Return the places of x (T, D) along the direction in which q rises."""
    centered = x - x.mean(axis=0)
    return centered @ (centered.T @ (q - q.mean()))


def unit(values):
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)


def load(path: Path, kind: str) -> list[Video]:
    """Return the videos under one kind of bank, each knowing the others."""
    videos, statistics = [], {}
    shipped = shipped_bank("efficientnet_lite0")
    assert shipped is not None
    for record in open_dataset(path):
        number = int("".join(filter(str.isdigit, record.key)))
        f = np.asarray(record.features, dtype=np.float32)
        statistics[number] = video_statistics(f)
        picks, shots = record.sample_picks, record.shots
        firsts = None if shots is None else np.searchsorted(picks, shots.frames[:, 0])
        starts = None if firsts is None else np.unique(firsts[firsts < len(f)])
        videos.append(Video(number, f, Annotators(record.user_scores), starts, shipped))
    for video in videos:
        video.library = [other for other in videos if other is not video]
        if kind == "others":
            video.bank = others(statistics, video.number)
    return videos


def others(statistics: dict[int, VideoStatistics], number: int) -> Bank:
    return bank_of(part for key, part in statistics.items() if key != number)
