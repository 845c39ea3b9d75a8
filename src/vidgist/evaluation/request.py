"""One evaluation from files to a table, as ``vidgist evaluate`` makes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.criteria import CRITERIA
from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.datasets.known_splits import SplitSet, find_splits
from vidgist.datasets.splits import Split
from vidgist.errors import DataError, SettingError
from vidgist.evaluation.document import evaluation_document
from vidgist.evaluation.entries import (
    Entry,
    other_rule_entry,
    row_name,
    scorer_entries,
    uniform_entry,
)
from vidgist.evaluation.evaluate import evaluate, with_splits
from vidgist.evaluation.fused import with_other_files
from vidgist.evaluation.join import join, read_annotations
from vidgist.evaluation.leaks import training_overlap
from vidgist.evaluation.protocols import Protocol, settings_for
from vidgist.evaluation.provenance import provenance
from vidgist.evaluation.reference import BASELINES, SEEDS, baseline_entries
from vidgist.evaluation.results import Table, TableRow
from vidgist.evaluation.score_rows import ScoreRow, parse_row, read_row
from vidgist.evaluation.segmentation import check_shots, resegment
from vidgist.evaluation.summaries import SummaryRule
from vidgist.evaluation.untrained import UNTRAINED, untrained_entry
from vidgist.models import Model
from vidgist.progress import Progress, silent
from vidgist.scoring.bank import SHIPPED
from vidgist.scoring.presets import PRESETS, Preset
from vidgist.scoring.scorer import Scorer
from vidgist.shot_source import ShotSource

FIELD = SummaryRule.select
"""The field's rule of selection."""

OTHERS = "others"
"""A value of `Request.bank`: each video is scored with a bank of the data set's other videos."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to measure, on which data, and how.

    Attributes:
        data: a file in the field's HDF5 layout.
        metric: ``tvsum`` or ``summe``.
        settings: of the score, see `vidgist.evaluation.protocols.settings_for`.
        protocol: rules of the comparison.
        splits: a split file, or the name of splits, see `vidgist.datasets.known_splits`; None for
            all videos.
        split: number of the only split to test, from 1; None for all of them.
        scores: rows in the place of the method: `random`, `constant` or `human`, or files of scores
            or summaries, see `vidgist.evaluation.scores_file` and `vidgist.evaluation.score_rows`.
        beside: more such files, or names of scores without training, see
            `vidgist.evaluation.untrained`; each a row of its own, beside the method.
        shots: `official`, a way of cutting, or a file, see `vidgist.shot_source`.
        annotations: original annotations to join by name, or None.
        shots_from: a file with official shots of the same videos, or None.
        fuse: files with other features of the same videos, see `vidgist.evaluation.fused`.
        seeds: random score vectors for each video.
        bank: for the criteria that need one: `shipped`, `none`, `others` (for each video, the
            other videos of the file) or a bank file.
        model: to score with, see `vidgist.models.open_model`, or None.
        allow_seen: also measure a model on videos that it was trained on; the table says so.
        select: the rule of selection whose summaries are measured second by second. F1 is always
            that of the field's knapsack at 15%.
        budget: how long these summaries may be.

    Raises:
        SettingError: a value is unknown, or some of them contradict each other.
        ModelError: the model file is missing or damaged.
        DataError: the bank file is missing or damaged.
    """

    data: Path
    metric: str
    settings: Preset
    protocol: Protocol
    splits: str | Path | None = None
    split: int | None = None
    scores: str | Sequence[str] | None = None
    beside: Sequence[str | Path] = ()
    shots: str = "official"
    annotations: Path | None = None
    shots_from: Path | None = None
    fuse: Sequence[Path] = ()
    seeds: int = SEEDS
    bank: str | Path = SHIPPED
    model: str | Path | None = None
    allow_seen: bool = False
    select: str = SummaryRule.select
    budget: str = SummaryRule.budget

    def __post_init__(self) -> None:
        self.cut  # noqa: B018 - checks it
        self.summaries  # noqa: B018 - checks them
        if self.split is not None and self.splits is None:
            raise SettingError("split: needs splits='FILE' that it is one of")
        if self.fuse and self.model is not None:
            raise SettingError("fuse: contradicts model=: a model takes features of one kind")
        if not self.score_rows:
            self.scorer  # noqa: B018 - contradictions are found before any work
            return
        for row in self.score_rows:
            row.check()
        self._check_scores_alone()

    @cached_property
    def score_rows(self) -> tuple[ScoreRow, ...]:
        """The rows in the place of the method, baselines among them."""
        scores = (self.scores,) if isinstance(self.scores, str) else self.scores or ()
        return tuple(map(parse_row, scores))

    def _check_scores_alone(self) -> None:
        """Refuse what would change the method's scores where others are measured in their place."""
        given = ["model"] if self.model is not None else []
        given += ["bank"] if self.bank != SHIPPED else []
        given += ["fuse"] if self.fuse else []
        start = PRESETS.get(self.settings.name, self.settings)
        usual = asdict(settings_for(start, metric=self.metric))
        given += [name for name, value in asdict(self.settings).items() if value != usual[name]]
        if given:
            asked = self.score_rows[0].file
            raise SettingError(f"{given[0]}: contradicts scores={asked!r}; give one of them")

    @cached_property
    def cut(self) -> ShotSource | None:
        """Where other shots than the official ones come from."""
        return check_shots(self.shots)

    @cached_property
    def summaries(self) -> SummaryRule:
        """How summaries are made of scores."""
        return SummaryRule(select=self.select, budget=self.budget)

    @cached_property
    def scorer(self) -> Scorer:
        """The scorer of the settings, the model and the bank."""
        return self._scorer(self.settings, model=self.model)

    def _scorer(self, settings: Preset, *, model: str | Path | None = None) -> Scorer:
        return Scorer(settings, model=model, bank=SHIPPED if self.bank == OTHERS else self.bank)

    @cached_property
    def subject(self) -> str:
        """Name of the row that was asked for."""
        if self.score_rows:
            first = self.score_rows[0]
            return first.file if first.baseline else first.label(BASELINES)
        name = row_name(self.settings.criteria)
        model = self.scorer.model
        if self.model is None or model is None:
            return name
        return f"{name if model.gives_criteria else model.row}, {Path(self.model).name}"

    @cached_property
    def dataset(self) -> Dataset:
        """The data set of the file."""
        return open_dataset(self.data)

    def records(self) -> Iterator[VideoRecord]:
        """Yield the videos, joined with annotations and shots where these are given.

        Raises:
            DataError: a file is missing or wrong, or no video is found in the annotations.
        """
        records: Iterator[VideoRecord] = iter(self.dataset)
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
        dataset = self.dataset
        splits = None if self.splits is None else find_splits(self.splits, keys=dataset.keys)
        chosen_splits = () if splits is None else self._chosen(splits)
        methods, chosen = self._methods()
        files, keys = self._files([entry.name for entry in methods], chosen_splits)
        if self.fuse:
            others = self._bank_of_others
            methods, shared = with_other_files(
                methods[0], self.scorer, dataset=dataset, paths=self.fuse, others=others
            )
            keys &= shared
        tested = {key for _, split in chosen_splits for key in split.test}
        methods, seen = self._checked(methods, keys & tested if chosen_splits else keys)
        rows = self._with_rules([*methods, *files])
        # Our own shots are made from features, so that no row can do without them.
        baselines = [
            dataclasses.replace(
                entry, needs_features=self.cut is not None and self.cut.file is None
            )
            for entry in baseline_entries(seeds=self.seeds)
        ]
        table = evaluate(
            self._measured(keys),
            [*rows, *baselines],
            metric=self.metric,
            protocol=self.protocol,
            title=f"{rows[0].name if rows else self.subject} on {self.data.name}",
            dataset=self.data.name,
            settings=self._settings() | chosen,
            summaries=self.summaries,
            progress=progress,
            total=len(keys),
        )
        by_people = [i for i, m in enumerate(table.measures) if m not in ("repeats", "coverage")]
        if all(np.isnan(row.values[..., by_people]).all() for row in table.rows):
            raise DataError(
                f"{self.data}: holds no annotations (user_scores, user_summary), so there is "
                "nothing to measure by; join them with annotations='FILE'"
            )
        table = dataclasses.replace(
            table,
            provenance=provenance(
                self.protocol,
                self.data,
                files=self._score_files([number for number, _ in chosen_splits]),
                splits="" if splits is None else splits.digest,
            ),
        )
        notes = list(seen)
        if len(keys) < len(dataset) and not tested >= keys:
            who = "all rows" if len(files) > 1 or methods else self.subject
            notes.append(
                f"{len(keys)} of {len(dataset)} videos have scores of {who}; the table is of these"
            )
        if splits is None:
            return dataclasses.replace(table, notes=(*notes, *table.notes))
        notes += [splits.about] if splits.about else []
        table = dataclasses.replace(table, notes=(*notes, *table.notes))
        return with_splits(table, [part for _, part in chosen_splits], all_videos=dataset.keys)

    def _chosen(self, splits: SplitSet) -> list[tuple[int, Split]]:
        """Return number and parts of the splits to test."""
        numbered = list(enumerate(splits.splits, start=1))
        if self.split is None:
            return numbered
        if not 1 <= self.split <= len(numbered):
            raise SettingError(
                f"split: {splits.name} has splits 1 to {len(numbered)}, got {self.split}"
            )
        return [numbered[self.split - 1]]

    def _checked(
        self, methods: list[Entry], keys: Collection[str]
    ) -> tuple[list[Entry], tuple[str, ...]]:
        """Return the rows of the scorer, named as seen where its model was trained on the videos.

        Raises:
            DataError: it was, and nobody asked for it.
        """
        if self.score_rows or self.model is None or self.scorer.model is None:
            return methods, ()
        if not isinstance(self.scorer.model, Model):
            row = self.scorer.model.row
            return methods, (f"which videos {row} may have learned from is not known",)
        label, note = training_overlap(
            self.scorer.model, self.dataset, keys, allowed=self.allow_seen
        )
        if label:
            first = dataclasses.replace(methods[0], name=f"{methods[0].name} {label}")
            methods = [first, *methods[1:]]
        return methods, (note,) if note else ()

    def _with_rules(self, entries: list[Entry]) -> list[Entry]:
        """Add what shows the worth of another rule than the field's: the field's, and a blind one.

        The field's is that of the first row, which is compared with it.
        """
        if self.select == FIELD or not entries:
            return entries
        first, *others = entries
        field = other_rule_entry(first, select=FIELD, name=f"{first.name}, {FIELD}")
        first = dataclasses.replace(first, against=field.name)
        return [first, *others, field, uniform_entry()]

    def _measured(self, keys: frozenset[str]) -> Iterator[VideoRecord]:
        for record in self.records():
            if record.key in keys:
                cut = self.cut
                if cut is None or (cut.file is None and record.features is None):
                    yield record
                else:
                    yield resegment(record, source=cut)

    def _methods(self) -> tuple[list[Entry], dict[str, str]]:
        """Return the rows of the scorer, and the names of the model and the bank in use."""
        if self.score_rows:
            return [], {}
        settings = self.settings
        scorers = {self.subject: self.scorer}
        chosen = {}
        if self.model is not None:
            chosen["model"] = Path(self.model).name
            criteria = tuple(name for name in settings.criteria if not CRITERIA[name].needs_model)
            if criteria:  # the same without training, to compare with
                free = dataclasses.replace(settings, criteria=criteria)
                scorers[f"{row_name(criteria)}, no training"] = self._scorer(free)
        entries, bank = scorer_entries(scorers, self.dataset, others=self._bank_of_others)
        return entries, chosen | ({"bank": bank} if settings.needs_bank else {})

    @property
    def _bank_of_others(self) -> bool:
        return self.settings.needs_bank and self.bank == OTHERS

    @property
    def _file_rows(self) -> list[ScoreRow]:
        """The rows of files, those beside the method among them."""
        rows = [row for row in self.score_rows if not row.baseline]
        return rows + [parse_row(str(path)) for path in self.beside]

    def _score_files(self, numbers: Sequence[int]) -> list[Path]:
        files = [f for row in self._file_rows for group in row.files(numbers) for f in group]
        return [*files, *self.fuse, *([] if self.model is None else [Path(self.model)])]

    def _files(
        self, taken: list[str], splits: Sequence[tuple[int, Split]]
    ) -> tuple[list[Entry], frozenset[str]]:
        """Return the rows of the files of scores, and the videos that all of them score."""
        rows = self._file_rows
        names = [(r.key, r.name) for r in self.dataset.records(fields=("video_name",))]
        tests = [(number, split.test) for number, split in splits]
        entries: list[Entry] = []
        keys = frozenset(self.dataset.keys)
        for row in rows:
            used = [*BASELINES, *taken, *(entry.name for entry in entries)]
            label = row.label(used)
            if label in used:
                raise SettingError(
                    f"scores: there are two rows '{label}'; leave one out, or name it NAME=FILE"
                )
            if row.file in UNTRAINED and not Path(row.file).exists():
                entries.append(untrained_entry(label, UNTRAINED[row.file]))
                continue
            entry, scored = read_row(row, label, names=names, tests=tests)
            entries.append(entry)
            keys &= scored
        if not keys:
            listed = ", ".join(row.file for row in rows)
            raise DataError(f"{listed}: no video has scores in all the files; compare fewer")
        return entries, keys

    def _settings(self) -> dict[str, Any]:
        """Return what was chosen and plays a part in some number of the table."""
        settings: dict[str, Any] = {}
        if not self.score_rows:
            in_force = self.scorer.in_force()
            settings = {"preset": self.settings.name, **in_force} if in_force else {}
        else:
            settings["scores"] = " and ".join(row.file for row in self.score_rows)
        if self.fuse:
            settings["fuse"] = " and ".join(path.name for path in self.fuse)
        if self.beside:
            settings["beside"] = " and ".join(Path(path).name for path in self.beside)
        settings |= {
            "protocol": self.protocol.name,
            "shots": self.shots if self.cut is None else self.cut.name,
        }
        if self.splits is not None:
            settings["splits"] = Path(self.splits).name
            settings |= {} if self.split is None else {"split": self.split}
        return {**settings, "select": self.select, "budget": self.budget}

    def first_row(self, table: Table) -> TableRow:
        """Return the row of a table that was asked for first."""
        asked = self.score_rows[:1]
        return table.row(asked[0].file) if asked and asked[0].baseline else table.rows[0]

    def document(self, table: Table) -> dict[str, Any]:
        """Return the table as plain data, for JSON."""
        row = self.first_row(table)
        return evaluation_document(table, row, preset=self.settings.name)
