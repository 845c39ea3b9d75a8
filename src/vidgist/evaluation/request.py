"""One evaluation from files to a table: what ``vidgist evaluate`` does, as a function."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.datasets.splits import read_splits
from vidgist.errors import DataError, SettingError, unknown_value
from vidgist.evaluation.banks import bank_entry, banks_for
from vidgist.evaluation.entries import (
    BASELINES,
    SEEDS,
    Entry,
    baseline_entries,
    row_name,
    scores_entry,
)
from vidgist.evaluation.evaluate import evaluate, with_splits
from vidgist.evaluation.join import join, read_annotations
from vidgist.evaluation.models import model_entries, model_row_name
from vidgist.evaluation.protocols import Protocol
from vidgist.evaluation.results import Table
from vidgist.evaluation.scores_file import read_scores
from vidgist.evaluation.segmentation import SHOTS, resegment
from vidgist.evaluation.tables import as_data, named
from vidgist.progress import Progress, silent
from vidgist.scoring.bank import SHIPPED
from vidgist.scoring.presets import BANK_CRITERIA, Preset

__all__ = ["BASELINE_SCORES", "Request", "settings_for"]

BASELINE_SCORES = ("random", "constant", "human")


def settings_for(settings: Preset, *, metric: str) -> Preset:
    """Return the settings as they hold for a metric: `reference` avoids zeros with eps on SumMe."""
    if settings.name == "reference" and metric == "summe":
        return dataclasses.replace(settings, avoid_zeros="eps")
    return settings


def _file_row(path: Path, taken: Collection[str]) -> str:
    """Return the name of a row of scores from a file: the file's, if no other row has it."""
    return path.name if path.name not in (*BASELINES, *taken) else str(path)


def _is_misspelled(scores: str) -> bool:
    """Tell whether a word is neither a baseline nor meant as a file."""
    path = Path(scores)
    plain = path.name == scores and path.suffix == ""
    return scores not in BASELINE_SCORES and plain and not path.exists()


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to measure on what, and how.

    Attributes:
        data: a file in the field's HDF5 layout.
        metric: ``tvsum`` or ``summe``.
        settings: of the score, see `settings_for`.
        protocol: what is compared with what.
        splits: a split file, or None for all videos.
        scores: `random`, `constant` or `human`, or a file of scores; None for the method.
        beside: more files of scores, each a row of its own.
        shots: `official` or `kts`.
        annotations: original annotations to join by name, or None.
        shots_from: a file with official shots of the same videos, or None.
        seeds: random score vectors a video.
        bank: for the criteria that need one: `shipped`, `none`, `others` (for each video, the
            other videos of the file) or a bank file.
        model: file of ``vidgist train`` to score with, or None.
    """

    data: Path
    metric: str
    settings: Preset
    protocol: Protocol
    splits: Path | None = None
    scores: str | None = None
    beside: tuple[Path, ...] = ()
    shots: str = "official"
    annotations: Path | None = None
    shots_from: Path | None = None
    seeds: int = SEEDS
    bank: str | Path = SHIPPED
    model: Path | None = None

    def __post_init__(self) -> None:
        if self.shots not in SHOTS:
            raise unknown_value("--shots", self.shots, SHOTS)
        if self.model is not None and self.scores is not None:
            raise SettingError("--model contradicts --scores; give one of them")
        if self.scores is not None and _is_misspelled(self.scores):
            raise unknown_value("--scores", self.scores, (*BASELINE_SCORES, "a file"))

    @property
    def subject(self) -> str:
        """Name of the row that was asked for."""
        if self.model is not None:
            return model_row_name(self.model, self.settings)
        if self.scores is None:
            return row_name(self.settings.criteria)
        return self.scores if self.scores in BASELINE_SCORES else _file_row(Path(self.scores), ())

    def records(self) -> Iterator[VideoRecord]:
        """Give the videos one by one, joined with annotations and shots as asked for.

        Raises:
            DataError: a file is missing or wrong, or no video is found in the annotations.
        """
        yield from self._joined(open_dataset(self.data))

    def _joined(self, dataset: Dataset) -> Iterator[VideoRecord]:
        records: Iterator[VideoRecord] = iter(dataset)
        if self.annotations is not None or self.shots_from is not None:
            annotations = None if self.annotations is None else read_annotations(self.annotations)
            shots_from = None if self.shots_from is None else open_dataset(self.shots_from)
            records = join(records, annotations=annotations, shots_from=shots_from)
        count = 0
        for record in records:
            count += 1
            yield record
        if count == 0:
            raise DataError(
                f"{self.data}: none of its videos is in {self.annotations}; their 'video_name' "
                "must be the name there, or their 'n_frames' that of one video alone"
            )

    def run(self, *, progress: Progress = silent) -> Table:
        """Measure, and return the table; its row `subject` is the one that was asked for.

        Raises:
            DataError: a file is missing, wrong or damaged, or nothing in it can be measured.
        """
        splits = None if self.splits is None else read_splits(self.splits)
        dataset = open_dataset(self.data)
        entries, keys, extra = self._entries(dataset)
        entries, keys = self._with_others(dataset, entries, keys)
        table = evaluate(
            self._measured(dataset, keys),
            entries,
            metric=self.metric,
            protocol=self.protocol,
            title=f"{self.subject} on {self.data.name}",
            dataset=self.data.name,
            settings=self._settings() | extra,
            progress=progress,
            total=len(keys),
        )
        left_out = len(dataset) - len(keys)
        if left_out:
            who = "all rows" if self.beside else self.subject
            note = (
                f"{len(keys)} of {len(dataset)} videos have scores of {who}; the table is of these"
            )
            table = dataclasses.replace(table, notes=(note, *table.notes))
        return table if splits is None else with_splits(table, splits, all_videos=dataset.keys)

    def _measured(self, dataset: Dataset, keys: frozenset[str]) -> Iterator[VideoRecord]:
        for record in self._joined(dataset):
            if record.key in keys:
                ours = self.shots == "kts" and record.features is not None
                yield resegment(record) if ours else record

    def _entries(
        self, dataset: Dataset
    ) -> tuple[tuple[Entry, ...], frozenset[str], dict[str, str]]:
        """Return the rows, the videos that all can be measured on, and what else was chosen."""
        # Our own shots are made from features, so that no row can do without them.
        baselines = tuple(
            dataclasses.replace(entry, needs_features=self.shots == "kts")
            for entry in baseline_entries(seeds=self.seeds)
        )
        keys = frozenset(dataset.keys)
        if self.model is not None:
            rows = model_entries(self.subject, self.settings, self.model, dataset)
            return (*rows, *baselines), keys, {"model": self.model.name}
        if self.scores is None:
            banks, used = banks_for(self.settings, self.bank, dataset)
            extra = {"bank": used} if set(BANK_CRITERIA) & set(self.settings.criteria) else {}
            return (bank_entry(self.subject, self.settings, banks), *baselines), keys, extra
        if self.scores in BASELINE_SCORES:
            return baselines, keys, {}
        names = [(r.key, r.name) for r in dataset.records(fields=("video_name",))]
        scores = read_scores(self.scores, names=names)
        return (scores_entry(self.subject, scores), *baselines), frozenset(scores), {}

    def _with_others(
        self, dataset: Dataset, entries: tuple[Entry, ...], keys: frozenset[str]
    ) -> tuple[tuple[Entry, ...], frozenset[str]]:
        """Return the rows with those of the files beside, and the videos that all of them score."""
        names = [(r.key, r.name) for r in dataset.records(fields=("video_name",))]
        for path in self.beside:
            row = _file_row(path, [entry.name for entry in entries])
            if row in (entry.name for entry in entries):
                raise SettingError(f"--beside {path}: is measured already; leave it out")
            scores = read_scores(path, names=names)
            methods = sum(not entry.baseline for entry in entries)
            entries = (*entries[:methods], scores_entry(row, scores), *entries[methods:])
            keys &= frozenset(scores)
        if not keys:
            files = ", ".join(str(path) for path in self.beside)
            raise DataError(f"{files}: no video has scores in all the files; compare fewer")
        return entries, keys

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {"preset": self.settings.name}
        if self.scores is None:
            # How shots are valued is the protocol's affair here, not the preset's.
            hidden = ("name", "integer_values")
            settings |= {k: v for k, v in asdict(self.settings).items() if k not in hidden}
        else:
            settings["scores"] = self.scores
        if self.beside:
            settings["beside"] = " and ".join(path.name for path in self.beside)
        return {**settings, "protocol": self.protocol.name, "shots": self.shots}

    def document(self, table: Table) -> dict[str, Any]:
        """Return the table as the document that ``vidgist evaluate --json`` prints."""
        row = table.row(self.subject)
        per_video = row.values.mean(axis=1)
        document: dict[str, Any] = {
            "dataset": self.data.name,
            "metric": self.metric,
            "preset": self.settings.name,
            "settings": table.settings,
            "videos": {
                key: named(values) for key, values in zip(table.videos, per_video, strict=True)
            },
            "mean": named(table.mean(row)),
        }
        if table.splits:
            per_split = table.per_split(row).mean(axis=1)
            document["splits"] = [named(values) for values in per_split]
        data: Mapping[str, Any] = as_data(table)
        document["baselines"] = {
            name: {"mean": found["mean"], "spread": found["spread"]}
            for name, found in data["rows"].items()
            if found["baseline"]
        }
        document["differences"] = data["differences"]
        document["notes"] = data["notes"]
        return document
