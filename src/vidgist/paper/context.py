"""Input and result of a table, and the steps that several tables share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.datasets.splits import Split, read_splits
from vidgist.evaluation.entries import Entry, method_entry, row_name
from vidgist.evaluation.evaluate import evaluate
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import Protocol, check_protocol, protocol_of, settings_for
from vidgist.evaluation.provenance import provenance
from vidgist.evaluation.reference import SEEDS, baseline_entries
from vidgist.evaluation.results import Published, Table
from vidgist.evaluation.segmentation import check_shots, resegment
from vidgist.evaluation.summaries import SummaryRule
from vidgist.models.settings import ContrastiveSettings, contrastive_settings, replace_settings
from vidgist.paper.library import Library
from vidgist.progress import Progress, silent
from vidgist.scoring.presets import PRESETS, Preset
from vidgist.scoring.scorer import Scorer

TRAINING_FREE = (("alignment",), ("alignment", "uniformity"))
"""The criteria of the paper's rows without training."""

SCORE_SETTINGS = ("preset", *(f.name for f in dataclasses.fields(Preset)))
"""Names of the settings that a table prints; for tables whose rows say them all."""

DEFAULT_RUNS = Path("vidgist-runs")


@dataclass(kw_only=True)
class BenchmarkResult:
    """Result of a table or figure.

    Attributes:
        tables: in the order of printing.
        missing: what could not be measured because which file is missing, one sentence each.
        figures: files that were written.
        lines: what fits into no table, such as times.
        published: rows of the literature, where they are the table.
        layout: how several tables are printed, see `vidgist.evaluation.side_by_side`.
    """

    tables: list[Table] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    figures: list[Path] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    published: list[Published] = field(default_factory=list)
    layout: str = "stacked"


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a table may use.

    Attributes:
        name: of the table.
        library: the data files.
        settings: of the score, before what a table varies.
        protocol_names: the protocols to compare, for tables that compare them; other tables take
            the first, or that of the settings' preset.
        scores: files of scores to be measured, for tables that take some, see
            `vidgist.evaluation.score_rows`.
        split_names: splits over which means are taken, for such tables; "" for all videos.
        shots: `official` or `kts`.
        seeds: random score vectors for each video.
        output: where a figure is written, or None for the working directory.
        overwrite: whether a figure may replace a file.
        progress: called as the work goes on.
        runs: folder of trained models, for tables with trained rows; None for the default.
        repeats: trainings of each fold that a trained row is averaged over.
        epochs: of the training, in the place of the preset's.
        dsn_epochs: trainings of DR-DSN to measure beside ours.
        methods: rivals to train; None for a table's own.
        budget: hours of one processor core for a table's rivals; None for whole trainings.

    Raises:
        SettingError: the protocol or the source of shots is unknown.
    """

    name: str
    library: Library
    settings: Preset = PRESETS["reference"]
    protocol_names: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    split_names: str = ""
    shots: str = "official"
    seeds: int = SEEDS
    output: Path | None = None
    overwrite: bool = False
    progress: Progress = silent
    runs: Path | None = None
    repeats: int = 1
    epochs: int | None = None
    dsn_epochs: tuple[int, ...] = ()
    methods: tuple[str, ...] | None = None
    budget: float | None = None
    _judges: dict[tuple[Path, str, str, Protocol, SummaryRule | None], Judge] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        check_shots(self.shots)
        names = tuple(check_protocol(name).name for name in self.protocol_names)
        object.__setattr__(self, "protocol_names", names)

    @property
    def models(self) -> Path:
        """Folder of trained models."""
        return self.runs or DEFAULT_RUNS

    def protocol(self, metric: str) -> Protocol:
        """Return the protocol for a metric."""
        return protocol_of(self.settings, metric=metric, name=next(iter(self.protocol_names), None))

    def settings_for(self, metric: str, **changes: Any) -> Preset:
        """Return the settings of the score for a metric, some of them changed."""
        return dataclasses.replace(settings_for(self.settings, metric=metric), **changes)

    def training(self, kind: str = "standard", **changes: Any) -> ContrastiveSettings:
        """Return the settings of the training that belongs to the score's preset."""
        settings = contrastive_settings(self.settings.name, kind=kind)
        return replace_settings(settings, epochs=self.epochs, **changes)

    def with_features(self, metric: str, missing: list[str] | None = None) -> list[Dataset]:
        """Return the annotated data sets of which at least one video has features.

        Args:
            metric: ``tvsum`` or ``summe``.
            missing: gets a sentence where there is none.
        """
        annotated = map(open_dataset, self.library.annotated.get(metric, []))
        datasets = [dataset for dataset in annotated if any(True for _ in dataset.features())]
        if not datasets and missing is not None:
            missing.append(self.library.missing(metric))
        return datasets

    def splits(
        self, metric: str, missing: list[str], *, settings: str = "canonical"
    ) -> Iterator[tuple[str, tuple[Split, ...]]]:
        """Yield name and splits of each split file; a sentence is added where there is none."""
        paths = self.library.splits.get(metric, [])
        if not paths:
            missing.append(
                f"{settings}: no split file for {metric} (a .json with '{metric}' in its name)"
            )
        for path in paths:
            yield path.name, read_splits(path)

    def judge(
        self,
        dataset: Dataset,
        key: str,
        *,
        metric: str,
        protocol: Protocol,
        summaries: SummaryRule | None = None,
    ) -> Judge:
        """Return the judge of a video, made once."""
        known = (dataset.path, key, metric, protocol, summaries)
        if known not in self._judges:
            self._judges[known] = Judge(
                dataset.read(key), metric=metric, protocol=protocol, summaries=summaries
            )
        return self._judges[known]

    def untrained(self, metric: str) -> list[Entry]:
        """Return the paper's rows without training, and the reference rows."""
        methods = (
            method_entry(row_name(criteria), Scorer(self.settings_for(metric, criteria=criteria)))
            for criteria in TRAINING_FREE
        )
        return [*methods, *self.baselines()]

    def baselines(self) -> list[Entry]:
        """Return the reference rows of every table."""
        return list(baseline_entries(seeds=self.seeds))

    def table(
        self,
        dataset: Dataset,
        entries: Sequence[Entry],
        *,
        metric: str,
        title: str,
        source: Callable[[], Iterator[VideoRecord]] | None = None,
        protocol: Protocol | None = None,
        summaries: SummaryRule | None = None,
        hidden: Sequence[str] = ("criteria",),
    ) -> Table:
        """Measure rows on all videos of a data set.

        Args:
            dataset: the videos.
            entries: the rows.
            metric: ``tvsum`` or ``summe``.
            title: of the table.
            source: yields the videos, where they are not those of the file as it is.
            protocol: where it is not the context's.
            summaries: how summaries are made of scores, to be measured second by second.
            hidden: settings that differ from row to row, not to be printed.
        """
        records = iter(dataset) if source is None else source()
        if (cut := check_shots(self.shots)) is not None:
            records = (r if r.features is None else resegment(r, source=cut) for r in records)
        settings = dataclasses.asdict(self.settings_for(metric))
        settings = {"preset": settings.pop("name"), **settings, "shots": self.shots}
        hidden = (*hidden, "integer_values")  # the protocol decides on these
        protocol = protocol or self.protocol(metric)
        table = evaluate(
            records,
            entries,
            metric=metric,
            protocol=protocol,
            summaries=summaries,
            title=title,
            dataset=dataset.path.name,
            settings={name: value for name, value in settings.items() if name not in hidden},
            progress=self.progress,
            total=len(dataset),
        )
        return dataclasses.replace(table, provenance=provenance(protocol, dataset.path))


@dataclass(frozen=True, kw_only=True)
class PaperTable:
    """A table or figure that can be computed anew.

    Attributes:
        name: on the command line, such as ``"s8"``.
        summary: one line for the list of tables.
        run: computes it.
        order: position in the list of tables.

    Example:
        >>> def run(context):
        ...     return BenchmarkResult(lines=["nothing to see"])
        >>> table = PaperTable(name="mine", summary="My own table.", run=run)
        >>> table.name
        'mine'
    """

    name: str
    summary: str
    run: Callable[[Context], BenchmarkResult]
    order: int = 100
