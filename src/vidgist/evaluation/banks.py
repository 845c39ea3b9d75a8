"""Rows of scores that need a bank: the shipped one, a file, or the data set's other videos."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.datasets import Dataset, VideoRecord
from vidgist.evaluation.entries import Entry
from vidgist.evaluation.judge import Judge
from vidgist.scoring.bank import SHIPPED, Bank, VideoStatistics, bank_of, video_statistics
from vidgist.scoring.presets import BANK_CRITERIA, Preset
from vidgist.scoring.scorer import bank_for, score_features

__all__ = [
    "OTHERS",
    "BankOf",
    "bank_entry",
    "banks_for",
    "one_bank",
    "other_videos",
    "statistics_of",
]

OTHERS = "others"
"""Said in the place of a bank file: for each video, the data set's other videos."""

BankOf: TypeAlias = Callable[[VideoRecord], Bank | None]
"""Which bank a video is scored with."""


def statistics_of(records: Iterable[VideoRecord]) -> dict[str, VideoStatistics]:
    """Return what each video with features gives to a bank, by its key."""
    return {r.key: video_statistics(r.features) for r in records if r.features is not None}


def one_bank(bank: Bank | None) -> BankOf:
    """Return the same bank, or none, for every video."""
    return lambda record: bank


def other_videos(statistics: Mapping[str, VideoStatistics]) -> BankOf:
    """Return the banks that leave each video itself out."""

    def bank(record: VideoRecord) -> Bank:
        others = [part for key, part in statistics.items() if key != record.key]
        return bank_of(others, source=f"the other videos of {record.key}'s data set")

    return bank


def banks_for(
    settings: Preset, wanted: str | os.PathLike[str] | Bank, dataset: Dataset
) -> tuple[BankOf, str]:
    """Return the bank of each video of a data set, and what to call it in a table.

    Raises:
        SettingError: a bank is asked for and no criterion uses it.
        DataError: the file is no bank, or one of another backbone.
    """
    uses = bool(set(BANK_CRITERIA) & set(settings.criteria))
    if wanted == OTHERS and uses:
        statistics = statistics_of(dataset.records(fields=("features",)))
        return other_videos(statistics), "the other videos of the data set"
    with_features = (r.features for r in dataset.records(fields=("features",)))
    first = next((values for values in with_features if values is not None), None)
    if first is None:
        return one_bank(None), "none"
    found, note = bank_for(
        settings,
        SHIPPED if wanted == OTHERS else wanted,
        dimension=first.shape[1],
        backbone=str(dataset.attributes.get("backbone", "")),
        fingerprint=str(dataset.attributes.get("fingerprint", "")),
    )
    label = (note or "none") if found is None else found.label
    return one_bank(found), label


def bank_entry(
    name: str,
    settings: Preset,
    banks: BankOf,
    *,
    prepare: Callable[[VideoRecord], VideoRecord] = lambda record: record,
    against: str = "",
) -> Entry:
    """Return the row of scores without training that may need a bank.

    Args:
        name: what stands at the left of the row.
        settings: of the score.
        banks: which bank a video is scored with.
        prepare: gives the record whose features are scored in the place of the video's own.
        against: name of the row that this one is compared with; the first method's by default.
    """

    def measure(judge: Judge) -> npt.NDArray[np.float64]:
        features = prepare(judge.record).to_features()
        scores = score_features(features, settings, bank=banks(judge.record))
        return judge.measure(scores.importance[None])

    return Entry(name=name, measure=measure, needs_features=True, against=against)
