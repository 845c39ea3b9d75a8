"""Rows to be measured: whatever gives scores to the samples of a video."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.datasets import Dataset, VideoRecord
from vidgist.errors import DataError
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.results import Published
from vidgist.scoring.bank import Bank, VideoStatistics, bank_of, video_statistics
from vidgist.scoring.scorer import Scorer

__all__ = [
    "BankOf",
    "Entry",
    "matched",
    "method_entry",
    "other_videos",
    "row_name",
    "scores_entry",
    "statistics_of",
]

Floats: TypeAlias = npt.NDArray[np.float64]
BankOf: TypeAlias = Callable[[VideoRecord], Bank]
"""A function from a video to the bank that it is scored with."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row to be measured.

    Attributes:
        name: of the row.
        measure: returns tau, rho and F1 on one video, (R, 3).
        needs_features: whether it cannot measure a video without features.
        baseline: whether the row is there only to compare the others with.
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
    """Return the name of a row, as the file of published numbers has it.

    >>> row_name(("distinctiveness", "belonging", "projection"))
    'distinctiveness x belonging, projected'
    """
    factors = " x ".join(name for name in criteria if name != "projection")
    return f"{factors}, projected" if "projection" in criteria else factors


def method_entry(
    name: str,
    scorer: Scorer,
    *,
    bank: BankOf | None = None,
    prepare: Callable[[VideoRecord], VideoRecord] | None = None,
    published: Published | None = None,
    against: str = "",
) -> Entry:
    """Return the row of a scorer.

    Args:
        name: of the row.
        scorer: gives the scores of a video's features.
        bank: which bank a video is scored with, in the place of the scorer's own.
        prepare: changes the record whose features are scored.
        published: the same row as somebody published it.
        against: name of the row that this one is compared with; the first method's by default.
    """

    def measure(judge: Judge) -> Floats:
        record = judge.record if prepare is None else prepare(judge.record)
        chosen = scorer if bank is None else scorer.with_bank(bank(judge.record))
        return judge.measure(chosen.score(record.to_features()).importance[None])

    return Entry(
        name=name, measure=measure, needs_features=True, published=published, against=against
    )


def scores_entry(name: str, scores: Mapping[str, Floats]) -> Entry:
    """Return the row of scores that were computed elsewhere: key of a video -> (T,)."""

    def measure(judge: Judge) -> Floats:
        values = scores[judge.record.key]
        if len(values) != judge.n_samples:
            raise DataError(
                f"{judge.record.key}: has {judge.n_samples} samples, but {len(values)} scores in "
                f"{name}; give one score a sample, in the order of the samples"
            )
        return judge.measure(values[None])

    return Entry(name=name, measure=measure)


def matched(scorer: Scorer, dataset: Dataset) -> Scorer:
    """Return the scorer for the features of a data set, its model checked and its bank chosen.

    Raises:
        ModelError: the model was trained on features of another backbone or width.
        DataError: the bank is one of another backbone.
    """
    for record in dataset.records(fields=("features",)):
        if record.features is not None:
            return scorer.matched(
                dimension=record.features.shape[1],
                backbone=str(dataset.attributes.get("backbone", "")),
                fingerprint=str(dataset.attributes.get("fingerprint", "")),
            )
    return scorer.with_bank(None)


def statistics_of(records: Iterable[VideoRecord]) -> dict[str, VideoStatistics]:
    """Return what each video with features contributes to a bank, by its key."""
    return {r.key: video_statistics(r.features) for r in records if r.features is not None}


def other_videos(statistics: Mapping[str, VideoStatistics]) -> BankOf:
    """Return the banks of leave-one-out: for each video, that of all the other videos."""

    def bank(record: VideoRecord) -> Bank:
        others = [part for key, part in statistics.items() if key != record.key]
        return bank_of(others, source=f"the other videos of {record.key}'s data set")

    return bank
