"""Measure rows on the videos of a data set, one video in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vidgist.datasets import VideoRecord
from vidgist.datasets.splits import Split, video_key, videos_tested
from vidgist.errors import DataError, counted
from vidgist.evaluation.entries import Entry
from vidgist.evaluation.judge import MEASURES, SUMMARIES, Judge
from vidgist.evaluation.keyshots import budget_frames
from vidgist.evaluation.protocols import Protocol, cautions
from vidgist.evaluation.results import Table, TableRow
from vidgist.evaluation.summaries import SummaryRule
from vidgist.progress import Progress, silent

FEW = 10
"""Videos under which an interval means little."""


def evaluate(
    records: Iterable[VideoRecord],
    entries: Sequence[Entry],
    *,
    metric: str,
    protocol: Protocol,
    title: str,
    dataset: str,
    settings: Mapping[str, Any] | None = None,
    summaries: SummaryRule | None = None,
    progress: Progress = silent,
    total: int | None = None,
) -> Table:
    """Measure every entry on every video.

    Videos without features are left out where an entry needs them, for all entries alike: rows of
    one table are always means over the same videos.

    Args:
        records: the videos, with annotations.
        entries: the rows.
        metric: ``tvsum`` or ``summe``.
        protocol: rules of the comparison.
        title: of the table.
        dataset: name of the data.
        settings: more settings, to be printed with the table.
        summaries: how summaries are made of scores, to be measured second by second; None for
            tau, rho and F1 alone.
        progress: called after each video.
        total: number of records, for the progress.

    Raises:
        DataError: no video could be measured, or one of them is damaged.
    """
    needs_features = any(entry.needs_features for entry in entries)
    videos: list[str] = []
    without: list[str] = []
    own_scores = False
    empty = 0
    flat: list[str] = []
    zero: dict[str, int] = {}
    measures: tuple[str, ...] = MEASURES
    values: list[list[Any]] = [[] for _ in entries]
    collapsed: dict[str, list[bool]] = {entry.name: [] for entry in entries}
    for count, record in enumerate(records, start=1):
        if needs_features and record.features is None:
            without.append(record.key)
            continue
        try:
            judge = Judge(record, metric=metric, protocol=protocol, summaries=summaries)
            measures = judge.measures
            for entry, measured in zip(entries, values, strict=True):
                judge.collapsed = False
                measured.append(entry.measure(judge))
                collapsed[entry.name].append(judge.collapsed and not entry.baseline)
        except DataError as error:
            raise DataError(f"{dataset}: {error}") from error
        videos.append(record.key)
        empty += _nothing_fits(judge)
        if needs_features and record.features is not None:
            if len(record.features) > 1 and not np.ptp(record.features, axis=0).any():
                flat.append(record.key)
            elif zeros := int((~record.features.any(axis=1)).sum()):
                zero[record.key] = zeros
        own_scores |= record.user_scores is not None
        progress("evaluating", count, total)
    if not videos:
        why = "none of its videos has features" if without else "it has no videos to measure"
        raise DataError(f"{dataset}: {why}; add them with vidgist features")
    rows = tuple(
        TableRow.measured(
            measured,
            name=entry.name,
            published=entry.published,
            against=entry.against,
            baseline=entry.baseline,
            collapsed=np.array(collapsed[entry.name]),
        )
        for entry, measured in zip(entries, values, strict=True)
    )
    notes = [*_of_another_metric(metric, rows, own_scores=own_scores)]
    if without:
        known = f"{len(videos)} of {len(videos) + len(without)} videos have features"
        notes.append(f"{known}; left out: {_listed(without, 5)}")
    if len(videos) < FEW:
        notes.append(f"{counted(len(videos), 'video')}: too few for an interval to mean much")
    if flat:
        notes.append(
            f"the features of {counted(len(flat), 'video')} are the same in every sample "
            f"({_listed(flat, 5)}): scores made of them rank nothing there"
        )
    if zero:
        videos_of_zeros = [f"{key}: {count}" for key, count in zero.items()]
        notes.append(f"samples whose features are all zero: {_listed(videos_of_zeros, 5)}")
    notes += _left_out(videos, rows)
    if summaries is not None and any(row.repeats > SUMMARIES for row in rows):
        notes.append(f"summaries of random scores are those of the first {SUMMARIES} seeds")
    if summaries is not None and _unknown(rows, measures.index("coverage")):
        notes.append("no repeats and coverage: the file has no features, or no shots")
    if empty:
        notes.append(
            f"in {empty} of {counted(len(videos), 'video')} no shot is as short as 15% of the "
            "frames: the summary is empty and its F1 is 0"
        )
    return Table(
        title=title,
        dataset=dataset,
        metric=metric,
        protocol=protocol,
        videos=tuple(videos),
        rows=rows,
        settings=dict(settings or {}),
        measures=measures,
        incomplete=bool(without),
        notes=(*notes, *cautions(protocol, metric=metric)),
    )


def _nothing_fits(judge: Judge) -> bool:
    """Tell whether every summary of a video is empty, whatever the scores."""
    return judge.shots is not None and bool(
        judge.shots.lengths.min() > budget_frames(judge.n_frames)
    )


_WHY = {
    "tau": "no annotations that tell samples apart",
    "f1": "no shots, or no user summaries",
}
"""Why a measure is unknown, for the first of those that share the reason."""


def _left_out(videos: Sequence[str], rows: Sequence[TableRow]) -> list[str]:
    """Return which videos have no tau and rho or no F1, in whichever row.

    Summaries that were made elsewhere have no tau and rho: their rows do not count.
    """
    notes = []
    for index, name, label in ((0, "tau", "tau and rho"), (2, "f1", "F1")):
        known = [np.isfinite(row.values[..., index]).any(axis=1) for row in rows]
        known = [values for values in known if values.any()]
        if not known:
            notes.append(f"no {label}: the file has {_WHY[name]}")
            continue
        lacking = [
            key for key, any_of in zip(videos, np.any(known, axis=0), strict=True) if not any_of
        ]
        if lacking:
            left = len(videos) - len(lacking)
            notes.append(
                f"{label}: means of {left} of {counted(len(videos), 'video')}; left out because of "
                f"{_WHY[name]}: {_listed(lacking, 5)}"
            )
    return notes


def _unknown(rows: Sequence[TableRow], index: int) -> bool:
    return all(np.isnan(row.values[..., index]).all() for row in rows)


def _of_another_metric(metric: str, rows: Sequence[TableRow], *, own_scores: bool) -> list[str]:
    """Return a warning where the file looks like the other data set's."""
    if metric == "summe" and own_scores:
        return [
            "the file has 'user_scores', as TVSum's files do, and the metric 'summe' does not use "
            "them: these are no numbers of TVSum, which need metric='tvsum'"
        ]
    if metric == "tvsum" and not own_scores and not _unknown(rows, 2):
        return [
            "the file has user summaries but no 'user_scores', as SumMe's files do: "
            "for SumMe take metric='summe'"
        ]
    return []


def _listed(names: Sequence[str], most: int = 25) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def with_splits(table: Table, splits: Sequence[Split], *, all_videos: Sequence[str]) -> Table:
    """Return a table with means over splits, and a note on how many videos they ever test.

    Args:
        table: measured on all videos.
        splits: the divisions, of which only the test parts are used here.
        all_videos: keys of all videos of the data set, measured or not.

    Raises:
        DataError: a split has no video of the table.
    """
    tested = videos_tested(tuple(splits))
    for number, split in enumerate(splits, start=1):
        if not set(split.test) & set(all_videos):
            raise DataError(
                f"split {number}: none of its test videos ({_listed(split.test, 3)}) is in "
                f"{table.dataset}; give the splits of this data set"
            )
    present = [key for key in tested if key in table.videos]
    if not present:
        raise DataError(f"{table.dataset}: none of the tested videos could be measured")
    measured = [tuple(key for key in split.test if key in table.videos) for split in splits]
    never = [key for key in all_videos if key not in tested]
    strange = [key for key in tested if key not in all_videos]
    known = len(tested) - len(strange)
    note = f"{counted(len(splits), 'split')}: tested are {counted(known, 'distinct video')} of "
    note += f"{len(all_videos)}" + (f"; never tested: {_listed(never)}" if never else "")
    notes = [*_of_another_data_set(splits, strange, all_videos, table.dataset), note]
    if len(present) < known:
        notes.append(f"{len(present)} of those {known} could be measured")
    empty = ", ".join(str(number) for number, keys in enumerate(measured, 1) if not keys)
    if empty:
        notes.append(f"left out, because no video of theirs could be measured: splits {empty}")
    kept = [number for number, keys in enumerate(measured) if keys]
    rows = tuple(
        row if row.folds is None else replace(row, folds=row.folds[:, kept]) for row in table.rows
    )
    return replace(table, rows=rows).only(
        tested, splits=tuple(measured[number] for number in kept), notes=(*notes, *table.notes)
    )


def _of_another_data_set(
    splits: Sequence[Split], strange: Sequence[str], all_videos: Sequence[str], dataset: str
) -> list[str]:
    """Return warnings where the splits look like those of another data set."""
    warnings = []
    if strange:
        warnings.append(
            f"{counted(len(strange), 'video')} of the splits not in {dataset} "
            f"({_listed(strange, 3)}): are these its splits?"
        )
    mentioned = {video_key(key) for split in splits for key in (*split.train, *split.test)}
    unknown = [key for key in all_videos if key not in mentioned]
    if unknown and any(split.train for split in splits):
        warnings.append(
            f"{counted(len(unknown), 'video')} of {dataset} in no split, neither for training nor "
            f"for testing ({_listed(unknown, 3)}): are these its splits?"
        )
    return warnings
