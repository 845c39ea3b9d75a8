"""The videos of the ledger: scores, shots and what people said, of TVSum, highlights and SumMe."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from vidgist.criteria.gram import unit_rows
from vidgist.datasets import VideoRecord, open_dataset
from vidgist.evaluation.entries import matched
from vidgist.evaluation.segmentation import kts_shots
from vidgist.paper.beyond import number
from vidgist.paper.gist_data import highlights as highlight_records
from vidgist.paper.gist_data import summe as summe_records
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer

BEST = preset("best")


@dataclass
class Video:
    """One video, in seconds; features at length 1."""

    key: str
    number: int
    times: np.ndarray
    duration: float
    importance: np.ndarray
    features: np.ndarray
    shots: np.ndarray
    own: np.ndarray
    annotation: np.ndarray
    users: np.ndarray

    @property
    def odd(self) -> bool:
        return self.number % 2 == 1


def _video(record: VideoRecord, scorer: Scorer | None = None) -> Video:
    """A video; without a scorer scored with no bank, smoothed by 1.5 seconds."""
    rate, picks = record.frame_rate, record.sample_picks
    times, duration = picks / rate, record.n_frames / rate
    if scorer is None:
        scorer = Scorer(BEST, bank="none")
    users = record.user_scores
    if users is None:
        users = record.user_summary[:, picks]
    return Video(
        key=record.key,
        number=number(record.key),
        times=times,
        duration=duration,
        importance=scorer.score(record.to_features()).importance,
        features=unit_rows(record.features),
        shots=record.shots.frames / rate,
        own=kts_shots(record).frames / rate,
        annotation=users.mean(axis=0),
        users=users,
    )


def _with_bank(path: Path) -> tuple[Video, ...]:
    dataset = open_dataset(path)
    scorer = matched(Scorer(BEST), dataset)
    return tuple(_video(r, scorer) for r in dataset if r.features is not None)


@cache
def tvsum(path: Path) -> tuple[Video, ...]:
    """TVSum with preset `best` and the shipped bank."""
    return _with_bank(path)


@cache
def highlights(path: Path) -> tuple[Video, ...]:
    """YouTube Highlights: clips of 100 frames about every 50."""
    return tuple(_video(record) for record in highlight_records(path))


@cache
def summe(features: Path, official: Path) -> tuple[Video, ...]:
    """SumMe with unit vectors of the cosines of DINO's features, official shots."""
    return tuple(_video(record) for record in summe_records(features, official))


def summe_lite(official: Path) -> tuple[Video, ...]:
    """The three SumMe videos with EfficientNet-Lite0 features."""
    return _with_bank(official)
