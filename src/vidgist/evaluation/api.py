"""Evaluation from Python: anybody's scores, on any data set, by any protocol, as a table."""

from __future__ import annotations

import dataclasses
import html
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.datasets.known_splits import find_splits
from vidgist.datasets.splits import Split
from vidgist.errors import DataError, MissingExtraError, SettingError
from vidgist.evaluation.entries import Entry, folds_entry, method_entry, scores_entry
from vidgist.evaluation.evaluate import evaluate as measure
from vidgist.evaluation.evaluate import with_splits
from vidgist.evaluation.protocols import METRICS, Protocol
from vidgist.evaluation.protocols import protocol as find_protocol
from vidgist.evaluation.reference import SEEDS, baseline_entries
from vidgist.evaluation.results import Floats, TableRow
from vidgist.evaluation.results import Table as MeasuredTable
from vidgist.evaluation.score_rows import parse_row, read_row
from vidgist.evaluation.scores_file import as_scores
from vidgist.evaluation.tables import as_data, render
from vidgist.models import ScoreFunction
from vidgist.notebook import progress_here
from vidgist.progress import Progress
from vidgist.scoring.scorer import Scorer
from vidgist.types import Features

AnyEntry: TypeAlias = Any
"""What `evaluate` measures under a name, see there."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Table(MeasuredTable):
    """Rows of one protocol and one metric, measured on the same videos, with what it becomes.

    ``table.mean("mine")`` are the measures (M,) of a row, ``table.per_video("mine")`` those of each
    video (V, M), in the order of ``table.measures`` and ``table.videos``.

    Example:
        >>> from vidgist.datasets import VideoRecord
        >>> from vidgist.evaluation import evaluate
        >>> rng = np.random.default_rng(0)
        >>> video = VideoRecord(key="video_1", n_frames=300, user_scores=rng.random((3, 20)))
        >>> scores = {"video_1": video.user_scores.mean(axis=0)}
        >>> table = evaluate([video], {"mean": scores}, metric="tvsum", baselines=False)
        >>> table.videos, table.per_video("mean").shape, table.to_dict()["metric"]
        (('video_1',), (1, 3), 'tvsum')
    """

    def mean(self, row: TableRow | str) -> Floats:
        """Return the measures (M,) of a row: means over videos, then splits, then repeats."""
        return super().mean(self._row(row))

    def per_video(self, row: TableRow | str) -> Floats:
        """Return the measures of each video (V, M): means over the repeats that have it."""
        return super().per_video(self._row(row))

    def _row(self, row: TableRow | str) -> TableRow:
        if isinstance(row, str):
            names = [known.name for known in self.rows]
            if row not in names:
                raise SettingError(f"row: there is no '{row}', there are {', '.join(names)}")
            return self.row(row)
        return row

    def to_pandas(self, *, per_video: bool = False) -> Any:
        """Return the means as a data frame: a row a row of the table, a column a measure.

        Args:
            per_video: a row for each row of the table and each video, with both as its index.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise MissingExtraError("to_pandas", "pandas") from error
        names, columns = [row.name for row in self.rows], list(self.measures)
        if not per_video:
            means = np.stack([self.mean(row) for row in self.rows])
            return pd.DataFrame(means, index=pd.Index(names, name="row"), columns=columns)
        index = pd.MultiIndex.from_product([names, self.videos], names=["row", "video"])
        values = np.concatenate([self.per_video(row) for row in self.rows])
        return pd.DataFrame(values, index=index, columns=columns)

    def to_latex(self) -> str:
        """Return the table as LaTeX, with its settings and notes."""
        return render([self], style="latex")

    def to_markdown(self) -> str:
        """Return the table as Markdown, with its settings and notes."""
        return render([self], style="markdown")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, as the command prints it as JSON."""
        return as_data(self)

    def __str__(self) -> str:
        return render([self], style="terminal")

    def __repr__(self) -> str:
        rows = ", ".join(row.name for row in self.rows)
        return (
            f"Table({self.title!r}: {self.metric}, protocol {self.protocol.name}, "
            f"{len(self.videos)} videos, rows {rows})"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in ("", *self.measures))
        body = "".join(
            f"<tr><td>{html.escape(row.name)}</td>"
            + "".join(f"<td>{value:.4f}</td>" for value in self.mean(row))
            + "</tr>"
            for row in self.rows
        )
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return (
            f"<div><b>{html.escape(self.title)}</b>: {METRICS[self.metric]}, protocol "
            f"{html.escape(self.protocol.name)}, {len(self.videos)} videos"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<ul>{notes}</ul></div>"
        )


def evaluate(
    data: str | os.PathLike[str] | Dataset | Iterable[VideoRecord],
    entries: Mapping[str, AnyEntry] | Sequence[Entry],
    *,
    metric: str,
    protocol: str | Protocol = "reference",
    splits: str | os.PathLike[str] | Sequence[Split] | None = None,
    baselines: bool = True,
    seeds: int = SEEDS,
    title: str = "",
    progress: Progress | None = None,
) -> Table:
    """Measure scores against people's annotations.

    Args:
        data: a file in the field's HDF5 layout, an open data set, or its videos.
        entries: name of a row -> what is measured: video -> scores (T,), or summaries, see
            `vidgist.evaluation.scores_file`; a data frame of pandas; a file of scores, also by
            split as ``"runs/split{split}.json"``; a list of one of these for each split; a
            `Scorer`; or a function from `Features` to scores (T,). Or rows that are made already.
        metric: ``tvsum`` or ``summe``: whose conventions apply.
        protocol: a name out of `PROTOCOLS`, or a `Protocol`.
        splits: a split file, the name of splits, or the splits: means over their test parts.
        baselines: add the rows random, constant, human and ceiling.
        seeds: random score vectors for each video.
        title: of the table.
        progress: called after each video; by default a bar in notebooks, and nothing elsewhere.

    Returns:
        Means, per-video arrays, differences with intervals, and notes. Rows of scores are measured
        on the videos that all of them score.

    Raises:
        DataError: a file is missing or damaged, scores do not fit their video, or nothing can be
            measured.
        SettingError: a name is unknown, or an entry is nothing of the above.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> video = VideoRecord(key="video_1", n_frames=300, user_scores=rng.random((3, 20)))
        >>> scores = {"video_1": video.user_scores.mean(axis=0)}
        >>> table = evaluate([video], {"mean": scores}, metric="tvsum", baselines=False)
        >>> table.measures, table.mean("mean").round(2)
        (('tau', 'rho', 'f1'), array([0.47, 0.65,  nan]))
    """
    if isinstance(data, (str, os.PathLike)):
        data = open_dataset(data)
    name = data.path.name if isinstance(data, Dataset) else "the data"
    records: Dataset | list[VideoRecord] = data if isinstance(data, Dataset) else list(data)
    names = _names(records)
    every = [key for key, _ in names]
    parts: tuple[Split, ...] = ()
    if isinstance(splits, (str, os.PathLike)):
        parts = tuple(find_splits(splits, keys=every).splits)
    elif splits is not None:
        parts = tuple(splits)
    keys = frozenset(every)
    if isinstance(entries, Mapping):
        made = []
        for label, value in entries.items():
            entry, scored = _entry(label, value, records=records, names=names, splits=parts)
            made.append(entry)
            keys &= scored
    else:
        made = list(entries)
    if not keys:
        raise DataError("entries: no video has scores in all the rows; compare fewer")
    rule = find_protocol(protocol, metric=metric) if isinstance(protocol, str) else protocol
    table = measure(
        (record for record in records if record.key in keys),
        [*made, *(baseline_entries(seeds=seeds) if baselines else ())],
        metric=metric,
        protocol=rule if isinstance(protocol, str) else rule.for_metric(metric),
        title=title or f"{', '.join(entry.name for entry in made)} on {name}",
        dataset=name,
        progress=progress or progress_here(),
        total=len(keys),
    )
    if len(keys) < len(every) and not parts:
        note = f"{len(keys)} of {len(every)} videos have scores of all rows; the table is of these"
        table = dataclasses.replace(table, notes=(note, *table.notes))
    if parts:
        table = with_splits(table, parts, all_videos=every)
    fields = (field.name for field in dataclasses.fields(table))
    return Table(**{field: getattr(table, field) for field in fields})


def _names(records: Dataset | list[VideoRecord]) -> list[tuple[str, str]]:
    if isinstance(records, Dataset):
        return [(r.key, r.name) for r in records.records(fields=("video_name",))]
    return [(record.key, record.name) for record in records]


def _entry(
    label: str,
    value: AnyEntry,
    *,
    records: Dataset | list[VideoRecord],
    names: Sequence[tuple[str, str]],
    splits: Sequence[Split],
) -> tuple[Entry, frozenset[str]]:
    """Return the row of a value, and the videos that it scores."""
    every = frozenset(key for key, _ in names)
    tests = [frozenset(split.test) for split in splits]
    if isinstance(value, Entry):
        return dataclasses.replace(value, name=label), every
    if isinstance(value, (str, os.PathLike)):
        row = parse_row(os.fspath(value))
        numbered = [(number, split.test) for number, split in enumerate(splits, start=1)]
        return read_row(row, label, names=names, tests=numbered)
    if isinstance(value, list):
        if len(value) != len(splits):
            raise SettingError(
                f"entries: '{label}' has {len(value)} sets of scores for {len(splits)} splits; "
                "give one for each"
            )
        folds = [
            _entry(label, one, records=records, names=[n for n in names if n[0] in test], splits=())
            for one, test in zip(value, tests, strict=True)
        ]
        for number, ((_, scored), test) in enumerate(zip(folds, tests, strict=True), start=1):
            if lacking := sorted((test & every) - scored):
                raise DataError(
                    f"entries: '{label}' has no scores for {', '.join(lacking[:3])}, which split "
                    f"{number} tests"
                )
        return folds_entry(label, [entry for entry, _ in folds], tests=tests), every
    if isinstance(value, (Scorer, ScoreFunction)) or callable(value):
        scorer = value if isinstance(value, Scorer) else Scorer(model=_function(value))
        return method_entry(label, _matched(scorer, records)), every
    scores = as_scores(value, names=names)
    return scores_entry(label, scores), frozenset(scores)


def _function(value: Any) -> ScoreFunction | Callable[[Features], Floats]:
    if isinstance(value, type):
        raise SettingError(
            f"entries: expected scores or a function, got the class {value.__name__}"
        )
    function: ScoreFunction | Callable[[Features], Floats] = value
    return function


def _matched(scorer: Scorer, records: Dataset | list[VideoRecord]) -> Scorer:
    """Return the scorer for the features of the videos."""
    some = records.records(fields=("features",)) if isinstance(records, Dataset) else records
    for record in some:
        if record.features is not None:
            return scorer.matched(
                dimension=record.features.shape[1],
                backbone=str(record.attributes.get("backbone", "")),
                fingerprint=str(record.attributes.get("fingerprint", "")),
            )
    return scorer
