"""What a benchmark gets and gives, and the steps that several of them share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.datasets.splits import read_splits
from vidgist.evaluation.entries import (
    SEEDS,
    Entry,
    baseline_entries,
    method_entry,
    row_name,
    training_free,
)
from vidgist.evaluation.evaluate import evaluate, with_splits
from vidgist.evaluation.join import fill
from vidgist.evaluation.protocols import Protocol, protocol, protocol_of
from vidgist.evaluation.published import Published
from vidgist.evaluation.request import settings_for
from vidgist.evaluation.results import Table
from vidgist.evaluation.segmentation import resegment
from vidgist.paper.library import Library
from vidgist.progress import Progress, silent
from vidgist.scoring.presets import PRESETS, Preset

__all__ = ["ALIGNMENT", "TRAINING_FREE", "Context", "Report", "row_name"]

ALIGNMENT = ("alignment",)
TRAINING_FREE = (ALIGNMENT, ("alignment", "uniformity"))
"""The criteria of the paper's rows without training."""


NO_ROW_HAS = ("integer_values",)
"""Settings that no table prints: the protocol's affair, and what rows say by their name."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a benchmark gives back.

    Attributes:
        name: of the benchmark.
        tables: in the order of printing.
        missing: what could not be measured for want of which file, one sentence each.
        figures: files that were written.
        lines: what fits into no table, such as times.
    """

    name: str
    tables: tuple[Table, ...] = ()
    missing: tuple[str, ...] = ()
    figures: tuple[Path, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a benchmark may use.

    Attributes:
        name: of the benchmark that was asked for.
        library: the files that were found.
        settings: of the score, before what a table varies.
        protocol_name: the protocol, or None for that of the settings' preset.
        shots: `official` or `kts`.
        seeds: random score vectors a video.
        output: where a figure goes, or None for the working directory.
        overwrite: whether a figure may replace a file.
        progress: told how far the work is.
        runs: folder of trained models, for tables with trained rows; None for the default.
        repeats: trainings of each fold that a trained row is averaged over.
        epochs: of the training, in the place of the preset's.
        dsn_epochs: trainings of DR-DSN to measure beside ours.
    """

    name: str
    library: Library
    settings: Preset = field(default_factory=lambda: PRESETS["reference"])
    protocol_name: str | None = None
    shots: str = "official"
    seeds: int = SEEDS
    output: Path | None = None
    overwrite: bool = False
    progress: Progress = silent
    runs: Path | None = None
    repeats: int = 1
    epochs: int | None = None
    dsn_epochs: tuple[int, ...] = ()

    def protocol(self, metric: str) -> Protocol:
        """Return the protocol for a metric."""
        return protocol(self.protocol_name or protocol_of(self.settings), metric=metric)

    def settings_for(self, metric: str, **changes: Any) -> Preset:
        """Return the settings for a metric, with some changed."""
        return dataclasses.replace(settings_for(self.settings, metric=metric), **changes)

    def with_features(self, metric: str) -> list[Dataset]:
        """Return the annotated data sets of which at least one video has features."""
        found = []
        for path in self.library.annotated.get(metric, []):
            dataset = open_dataset(path)
            if any(r.features is not None for r in dataset.records(fields=("features",))):
                found.append(dataset)
        return found

    def methods(
        self,
        metric: str,
        *,
        published: Callable[[str], Published | None] = lambda row: None,
        **changes: Any,
    ) -> list[Entry]:
        """Return the paper's rows without training, under changed settings."""
        return [
            method_entry(
                row_name(criteria),
                training_free(self.settings_for(metric, criteria=criteria, **changes)),
                published=published(row_name(criteria)),
            )
            for criteria in TRAINING_FREE
        ]

    def baselines(self) -> list[Entry]:
        """Return the rows that belong into every table."""
        return list(baseline_entries(seeds=self.seeds))

    def table(
        self,
        dataset: Dataset,
        entries: Sequence[Entry],
        *,
        metric: str,
        title: str,
        source: Callable[[], Iterator[VideoRecord]] | None = None,
        chosen: Protocol | None = None,
        hidden: Sequence[str] = ("criteria",),
    ) -> Table:
        """Measure rows on all videos of a data set.

        Args:
            dataset: what is measured on.
            entries: the rows.
            metric: ``tvsum`` or ``summe``.
            title: what the table shows.
            source: gives the videos, where they are not those of the file as it is.
            chosen: the protocol, where it is not the context's.
            hidden: settings that differ from row to row, not to be printed.
        """
        records = iter(dataset) if source is None else source()
        if self.shots == "kts":
            records = (r if r.features is None else resegment(r) for r in records)
        settings = dataclasses.asdict(self.settings_for(metric))
        settings = {"preset": settings.pop("name"), **settings, "shots": self.shots}
        return evaluate(
            records,
            entries,
            metric=metric,
            protocol=chosen or self.protocol(metric),
            title=title,
            dataset=dataset.path.name,
            settings={k: v for k, v in settings.items() if k not in (*NO_ROW_HAS, *hidden)},
            progress=self.progress,
            total=len(dataset),
        )

    def canonical(self, table: Table, dataset: Dataset) -> list[tuple[str, Table]]:
        """Return the table averaged over each split file's test sets, with the file's name."""
        return [
            (path.name, with_splits(table, read_splits(path), all_videos=dataset.keys))
            for path in self.library.splits.get(table.metric, [])
        ]


def filled(features: Dataset, annotated: Dataset) -> Iterator[VideoRecord]:
    """Give an annotated data set's videos with the features of another file."""
    names = {r.name: r.key for r in features.records(fields=("video_name",)) if r.name}
    for record in annotated:
        key = names.get(record.name, record.key if record.key in features else "")
        bare = dataclasses.replace(record, features=None)
        if not key:
            yield bare
            continue
        theirs = features.read(key, fields=("features", "picks", "video_name"))
        attributes = {**record.attributes, **theirs.attributes}
        joined = fill(dataclasses.replace(theirs, attributes=attributes), bare)
        yield dataclasses.replace(joined, key=record.key)
