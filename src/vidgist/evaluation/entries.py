"""What can stand in a row of a table: anything that gives the samples of a video scores."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import DataError
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.published import Published
from vidgist.evaluation.reference import (
    ceiling_scores,
    constant_scores,
    measure_human,
    random_scores,
)
from vidgist.scoring.presets import Preset
from vidgist.types import Features, Scores

__all__ = [
    "BASELINES",
    "Entry",
    "Scorer",
    "baseline_entries",
    "method_entry",
    "row_name",
    "scores_entry",
    "training_free",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Scorer: TypeAlias = Callable[[Features], Scores]
"""A method: from the features of a video to the scores of its samples."""

SEEDS = 100


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row to be measured.

    Attributes:
        name: what stands at the left of the row.
        measure: gives tau, rho and F1 on one video, (R, 3).
        needs_features: whether videos without features are out of its reach.
        baseline: whether the row only puts the others in their place.
        published: the same row as somebody published it.
        against: name of the row that this one is compared with; the first method's by default.
    """

    name: str
    measure: Callable[[Judge], Floats]
    needs_features: bool = False
    baseline: bool = False
    published: Published | None = None
    against: str = ""


def row_name(criteria: Sequence[str]) -> str:
    """Return the name of a row, as the file of published numbers has it."""
    factors = " x ".join(name for name in criteria if name != "projection")
    return f"{factors}, projected" if "projection" in criteria else factors


def training_free(settings: Preset) -> Scorer:
    """Return the method without training, under the given settings."""
    from vidgist.scoring.scorer import score_features

    return lambda features: score_features(features, settings)


def method_entry(
    name: str, scorer: Scorer, *, published: Published | None = None, against: str = ""
) -> Entry:
    """Return the row of a method that scores features."""

    def measure(judge: Judge) -> Floats:
        scores = scorer(judge.record.to_features())
        return judge.measure(scores.importance[None])

    return Entry(
        name=name, measure=measure, needs_features=True, published=published, against=against
    )


def scores_entry(name: str, scores: Mapping[str, npt.NDArray[np.float64]]) -> Entry:
    """Return the row of scores that somebody else computed: video's key -> (T,)."""

    def measure(judge: Judge) -> Floats:
        values = scores[judge.record.key]
        if len(values) != judge.n_samples:
            raise DataError(
                f"{judge.record.key}: has {judge.n_samples} samples, but {len(values)} scores in "
                f"{name}; give one score a sample, in the order of the samples"
            )
        return judge.measure(values[None])

    return Entry(name=name, measure=measure)


def _random(seeds: int) -> Callable[[Judge], Floats]:
    def measure(judge: Judge) -> Floats:
        # By the video's name, so that a number does not depend on what else is in the table.
        rng = np.random.default_rng(zlib.crc32(judge.record.key.encode()))
        return judge.measure(random_scores(judge.n_samples, repeats=seeds, rng=rng))

    return measure


BASELINES = ("random", "constant", "human", "ceiling")


def baseline_entries(*, seeds: int = SEEDS) -> tuple[Entry, ...]:
    """Return the rows that belong into every table.

    Args:
        seeds: how many random score vectors a video gets.
    """
    measures: tuple[Callable[[Judge], Floats], ...] = (
        _random(seeds),
        lambda judge: judge.measure(constant_scores(judge.n_samples)),
        measure_human,
        _measure_ceiling,
    )
    return tuple(
        Entry(name=name, measure=measure, baseline=True)
        for name, measure in zip(BASELINES, measures, strict=True)
    )


def _measure_ceiling(judge: Judge) -> Floats:
    values = judge.sample_annotations
    if values is None or len(values) == 0:
        return np.full((1, 3), np.nan)
    return judge.measure(ceiling_scores(judge))
