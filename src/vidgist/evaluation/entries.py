"""Rows to be measured: whatever gives scores to the samples of a video."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.datasets import Dataset, VideoRecord
from vidgist.datasets.intervals import Intervals
from vidgist.errors import DataError
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.results import Published
from vidgist.evaluation.scores_values import Scored
from vidgist.scoring.bank import Bank, VideoStatistics, bank_of, video_statistics
from vidgist.scoring.scorer import Scorer

Floats: TypeAlias = npt.NDArray[np.float64]
BankOf: TypeAlias = Callable[[VideoRecord], Bank]
"""A function from a video to the bank that it is scored with."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row to be measured.

    Attributes:
        name: of the row.
        measure: returns the measures on one video, (R, M), in the order of ``Judge.measures``;
            (K, R, M) of a row that differs from split to split, NaN where a split does not test it.
        needs_features: whether it cannot measure a video without features.
        baseline: whether the row is there only to compare the others with.
        published: the same row as somebody published it.
        against: name of the row that this one is compared with; the first method's by default, and
            none where it is the row's own.
        scores: returns the scores (T,) of one video, None where the row has none.

    Example:
        >>> later = Entry(name="later", measure=lambda judge: judge.measure(judge.seconds[None]))
        >>> later.name, later.baseline
        ('later', False)
    """

    name: str
    measure: Callable[[Judge], Floats]
    needs_features: bool = False
    baseline: bool = False
    published: Published | None = None
    against: str = ""
    scores: Callable[[Judge], Floats | None] = lambda _: None


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

    def scores(judge: Judge) -> Floats:
        record = judge.record if prepare is None else prepare(judge.record)
        chosen = scorer if bank is None else scorer.with_bank(bank(judge.record))
        return np.asarray(chosen.score(record.to_features()).importance, dtype=np.float64)

    return Entry(
        name=name,
        measure=lambda judge: judge.measure(scores(judge)[None]),
        needs_features=True,
        published=published,
        against=against,
        scores=scores,
    )


def scores_entry(name: str, scores: Mapping[str, Scored]) -> Entry:
    """Return the row of scores, or of summaries, that were made elsewhere.

    Args:
        name: of the row.
        scores: key of a video -> scores (T,), which frames are in a summary (N,), or the
            intervals of a summary. As many numbers as the video has frames, and not as samples,
            are a summary where all are 0 or 1, else scores, of which those at the picks count.
    """

    def own(judge: Judge) -> Floats | None:
        values = scores[judge.record.key]
        if isinstance(values, Intervals) or _is_summary(values, judge):
            return None
        return _at_picks(values, judge, name)

    def measure(judge: Judge) -> Floats:
        values = scores[judge.record.key]
        if isinstance(values, Intervals) or _is_summary(values, judge):
            return judge.measure_summary(values)
        return judge.measure(_at_picks(values, judge, name)[None])

    return Entry(name=name, measure=measure, scores=own)


def _at_picks(values: Floats, judge: Judge, name: str) -> Floats:
    """Return the scores (T,) of the samples.

    Raises:
        DataError: there are neither as many as samples nor as frames.
    """
    if len(values) == judge.n_samples:
        return np.asarray(values)
    if len(values) == judge.n_frames:
        return np.asarray(values[judge.picks])
    raise DataError(
        f"{judge.record.key}: has {judge.n_samples} samples, but {len(values)} scores in {name}; "
        f"give one score a sample, in the order of the samples, or one a frame ({judge.n_frames}), "
        "or a summary: zeros and ones, one a frame"
    )


def repeats_entry(name: str, entries: Sequence[Entry]) -> Entry:
    """Return the row whose repeats are several entries, such as those of other seeds."""
    return replace(
        entries[0],
        name=name,
        measure=lambda judge: np.concatenate([entry.measure(judge) for entry in entries]),
    )


def folds_entry(name: str, entries: Sequence[Entry], *, tests: Sequence[Collection[str]]) -> Entry:
    """Return the row of entries that each belong to a split.

    Args:
        name: of the row.
        entries: one for each split, all with as many repeats.
        tests: the videos that each split tests.
    """

    def measure(judge: Judge) -> Floats:
        known = [
            entry.measure(judge) if judge.record.key in test else None
            for entry, test in zip(entries, tests, strict=True)
        ]
        size = next((part.shape for part in known if part is not None), (1, len(judge.measures)))
        return np.stack([np.full(size, np.nan) if part is None else part for part in known])

    def scores(judge: Judge) -> Floats | None:
        pairs = zip(entries, tests, strict=True)
        return next((e.scores(judge) for e, test in pairs if judge.record.key in test), None)

    return replace(entries[0], name=name, measure=measure, scores=scores)


def other_rule_entry(entry: Entry, *, select: str, name: str) -> Entry:
    """Return the row of the same scores, of which another rule makes the summary.

    Tau, rho and F1 are those of the scores and not measured again: NaN.

    Args:
        entry: a row of scores.
        select: name of the rule.
        name: of the new row.
    """

    def measure(judge: Judge) -> Floats:
        row = np.full((1, len(judge.measures)), np.nan)
        scores = entry.scores(judge)
        if judge.summary is not None and judge.shots is not None and scores is not None:
            pieces = judge.summary.pieces(scores, select=select)
            row[0, judge.seconds :] = judge.summary.measure(pieces)
        return row

    return replace(entry, name=name, measure=measure, published=None, against=name)


def uniform_entry() -> Entry:
    """Return the row of summaries that show 3 seconds out of every so many, blindly."""

    def measure(judge: Judge) -> Floats:
        assert judge.summary is not None
        frames = judge.summary.uniform() * judge.summary.rate
        return judge.measure_summary(Intervals(pieces=frames, unit="frames"))

    return Entry(name="uniform, 3 s", measure=measure, baseline=True)


def _is_summary(values: Floats, judge: Judge) -> bool:
    lengths = len(values) == judge.n_frames != judge.n_samples
    return lengths and bool(np.isin(values, (0.0, 1.0)).all())


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


def scorer_entries(
    scorers: Mapping[str, Scorer], dataset: Dataset, *, others: bool
) -> tuple[list[Entry], str]:
    """Return the rows of scorers on a data set, and what is their bank, in words.

    Args:
        scorers: by the name of the row.
        dataset: whose features are scored.
        others: whether a video's bank is that of the other videos of the data set.
    """
    fitting = {name: matched(scorer, dataset) for name, scorer in scorers.items()}
    banks, words = None, "the other videos of the data set"
    if others:
        banks = other_videos(statistics_of(dataset.records(fields=("features",))))
    else:
        first = next(iter(fitting.values()))
        bank = first.bank
        words = bank.label if isinstance(bank, Bank) else " ".join(first.notes) or "none"
    return [method_entry(name, scorer, bank=banks) for name, scorer in fitting.items()], words


def statistics_of(records: Iterable[VideoRecord]) -> dict[str, VideoStatistics]:
    """Return what each video with features contributes to a bank, by its key."""
    return {r.key: video_statistics(r.features) for r in records if r.features is not None}


def other_videos(statistics: Mapping[str, VideoStatistics]) -> BankOf:
    """Return the banks of leave-one-out: for each video, that of all the other videos."""

    def bank(record: VideoRecord) -> Bank:
        others = [part for key, part in statistics.items() if key != record.key]
        return bank_of(others, source=f"the other videos of {record.key}'s data set")

    return bank
