"""The same scores under every convention of the literature, with chance and people beside them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from vidgist.datasets import Dataset, open_dataset
from vidgist.datasets.intervals import Intervals
from vidgist.datasets.known_splits import SplitSet, find_splits, named_splits
from vidgist.datasets.splits import Split
from vidgist.errors import DataError
from vidgist.evaluation.entries import Entry, matched, method_entry
from vidgist.evaluation.evaluate import with_splits
from vidgist.evaluation.protocols import METRICS, PROTOCOLS, Protocol
from vidgist.evaluation.provenance import DIGITS
from vidgist.evaluation.results import Table
from vidgist.evaluation.score_rows import SEED, SPLIT, ScoreRow, parse_row, read_row
from vidgist.evaluation.scores_file import read_scores
from vidgist.paper.context import SCORE_SETTINGS, BenchmarkResult, Context, PaperTable
from vidgist.paper.published import comparable, how_sure, literature, papers_own
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer

OWN = "own"
"""A value of `Context.split_names`: each protocol's own splits."""

BASELINES = ("random", "constant", "human")
SEEDS = 10
"""Random scores for each video at most: their mean over videos moves in the fourth decimal."""


def run(context: Context) -> BenchmarkResult:
    """Measure the files of scores, or our own scores, by each protocol on each data set."""
    result = BenchmarkResult(layout="side" if context.protocol_names else "conventions")
    rows = [parse_row(text) for text in context.scores]
    context = dataclasses.replace(context, seeds=min(context.seeds, SEEDS))
    fitting: set[ScoreRow] = set()
    for metric in METRICS:
        paths = context.library.annotated.get(metric, [])[:1]
        if not paths:
            result.missing.append(context.library.missing(metric))
        for dataset in map(open_dataset, paths):
            own = [row for row in rows if fits(row, dataset)]
            fitting.update(own)
            if rows and not own:
                result.missing.append(f"{metric}: none of the scores are of {dataset.path.name}")
            else:
                result.tables += _tables(context, dataset, own, metric=metric)
    for row in rows if context.library.annotated else ():
        if row not in fitting:
            raise DataError(
                f"{row.file}: fits none of the data sets; give one score a sample, or one a frame, "
                "of each of its videos"
            )
    if result.layout == "conventions":
        result.lines.append(
            "over random: F1 in percent of that of random scores (Apostolidis et al., ACM MM 2020)"
        )
    result.lines += [_line(protocol) for protocol in _chosen(context)]
    return result


def _chosen(context: Context) -> list[Protocol]:
    names = context.protocol_names
    return [p for p in PROTOCOLS.values() if not names or p.name in names]


def _tables(
    context: Context, dataset: Dataset, rows: Sequence[ScoreRow], *, metric: str
) -> Iterator[Table]:
    for protocol in _chosen(context):
        if metric not in protocol.metrics:
            continue
        splits = _splits(context, dataset, protocol)
        parts = () if splits is None else splits.splits
        entries, keys = _entries(context, dataset, rows, parts, metric=metric)
        table = context.table(
            dataset,
            entries,
            metric=metric,
            title="The same scores under the conventions of the literature",
            source=partial(dataset.records, keys=[key for key in dataset.keys if key in keys]),
            protocol=protocol.for_metric(metric),
            hidden=SCORE_SETTINGS,
        )
        if splits is None:
            yield table
            continue
        about = [splits.about] if splits.about else []
        table = dataclasses.replace(
            table,
            notes=(*about, *table.notes),
            provenance={**table.provenance, "splits": splits.digest[:DIGITS]},
        )
        yield with_splits(table, parts, all_videos=dataset.keys)


def _splits(context: Context, dataset: Dataset, protocol: Protocol) -> SplitSet | None:
    """Return the splits to take means over; with `own`, those that a protocol's papers use."""
    name = protocol.splits if context.split_names == OWN else context.split_names
    return find_splits(name, keys=dataset.keys) if name else None


def _entries(
    context: Context,
    dataset: Dataset,
    rows: Sequence[ScoreRow],
    splits: Sequence[Split],
    *,
    metric: str,
) -> tuple[list[Entry], frozenset[str]]:
    """Return the rows to measure, and the videos that all of them can be measured on."""
    names = _names(dataset)
    tests = [(number, split.test) for number, split in enumerate(splits, start=1)]
    keys: frozenset[str] = frozenset(dataset.keys)
    entries: list[Entry] = []
    for row in rows:
        taken = [entry.name for entry in entries]
        entry, scored = read_row(row, row.label(taken), names=names, tests=tests)
        entries.append(entry)
        keys &= scored
    if not rows and sum(1 for _ in dataset.features()) == len(dataset):
        settings = context.settings_for(metric, criteria=("alignment", "uniformity"))
        entries.append(method_entry("alignment x uniformity", Scorer(settings)))
        entries.append(method_entry("best", matched(Scorer(preset("best")), dataset)))
    chance = [entry for entry in context.baselines() if entry.name in BASELINES]
    return [*entries, *chance], keys


def _names(dataset: Dataset) -> list[tuple[str, str]]:
    return [(record.key, record.name) for record in dataset.records(fields=("video_name",))]


def fits(row: ScoreRow, dataset: Dataset) -> bool:
    """Tell whether a file scores a data set: every video has as many scores as samples or frames.

    The keys of several data sets are the same, so that these do not tell.

    Raises:
        DataError: there is no such file.
    """
    file = SPLIT.sub("1", row.file).replace(SEED, "0")
    path = Path(file) if Path(file).exists() else None
    if path is None and row.by_split:
        return True  # which files there are is known when the splits are
    path = path or row.files([])[0][0]
    if not path.exists():
        raise DataError(f"{path}: there is no such file; check the name")
    try:
        scores = read_scores(path, names=_names(dataset))
    except DataError:
        return False
    fields = ("picks", "n_frames", "features")
    for record in dataset.records(keys=list(scores), fields=fields):
        values, picks = scores[record.key], record.sample_picks
        counts = (record.n_frames, None if picks is None else len(picks))
        if not isinstance(values, Intervals) and len(values) not in counts:
            return False
    return True


def _line(protocol: Protocol) -> str:
    """Return what a protocol is, whom it flatters, and which published rows are of it."""
    whom = comparable(protocol.name)
    more = [f"version {protocol.version}", protocol.source]
    more += [f"splits {protocol.splits}"] if protocol.splits else []
    more += [f"published: {', '.join(whom)}"] if whom else []
    flatters = protocol.flatters
    said = f" {flatters[0].upper()}{flatters[1:]}." if flatters else ""
    return f"{protocol.name}: {protocol.about} ({'; '.join(more)}).{said}"


def _published(context: Context) -> BenchmarkResult:
    """Return the rows of the literature, what cannot be compared apart."""
    names = context.protocol_names
    rows = [*literature(), *papers_own()]
    rows = [row for row in rows if not names or row.protocol in names]
    lines = [f"{word}: {meaning}" for word, meaning in how_sure().items()]
    lines += [f"splits {name}: {source}" for name, source in named_splits().items()]
    return BenchmarkResult(published=rows, lines=lines)


TABLE = (
    PaperTable(
        name="protocols",
        summary="Scores of files under every convention of the literature, on both data sets.",
        run=run,
        order=52,
    ),
    PaperTable(
        name="published",
        summary="Published rows to 2026, by protocol and splits; what cannot be compared, apart.",
        run=_published,
        order=53,
    ),
)
