"""Tables S2 and S3: the scores without training in all settings, on TVSum and SumMe.

Without a training part, *canonical* is the mean over the splits' test sets, *augmented* is the
same, and *transfer* is the mean over all videos. With a folder of trained models the trained rows
stand beside these, see `vidgist.paper.tables_1_2`.
"""

from __future__ import annotations

import dataclasses
from functools import partial

from vidgist.datasets import Dataset, open_dataset
from vidgist.errors import DataError
from vidgist.evaluation.evaluate import with_splits
from vidgist.evaluation.protocols import METRICS
from vidgist.evaluation.results import Table
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.published import beside_published
from vidgist.paper.tables_1_2 import train_and_measure


def _run(context: Context, metric: str) -> BenchmarkResult:
    if context.runs is not None:
        return train_and_measure(context, (metric,))
    result = BenchmarkResult()
    for dataset in context.with_features(metric, result.missing):
        result.tables += _tables(context, dataset, metric, result.missing)
    if not result.tables:
        annotated = context.library.annotated.get(metric, [])
        result.tables += [_bounds(context, open_dataset(path), metric) for path in annotated]
    return result


def _tables(context: Context, dataset: Dataset, metric: str, missing: list[str]) -> list[Table]:
    entries = context.untrained(metric)
    name = context.name.upper()
    title = f"Table {name}, {METRICS[metric]} without training"
    everything = context.table(
        dataset, entries, metric=metric, title=f"{title}: transfer (all videos)"
    )
    tables = [beside_published(everything, name, setting="transfer")]
    both = "canonical and augmented"
    try:
        for file, splits in context.splits(metric, missing, settings=both):
            table = with_splits(everything, splits, all_videos=dataset.keys)
            table = dataclasses.replace(table, title=f"{title}: {both} ({file})")
            # Published numbers are those of the field's usual splits, whose test sets overlap.
            if "partition" not in file:
                table = beside_published(table, name, setting="canonical")
            tables.append(table)
    except DataError as error:
        missing.append(f"{both}: {error}")
    if len(everything.videos) < len(dataset):
        tables.append(_bounds(context, dataset, metric))
    return tables


def _bounds(context: Context, dataset: Dataset, metric: str) -> Table:
    """Measure what needs no features on all videos, where features are missing."""
    title = f"{METRICS[metric]}: what the numbers are worth on all videos"
    return context.table(dataset, context.baselines(), metric=metric, title=title)


TABLE = tuple(
    PaperTable(
        name=name,
        summary=f"{METRICS[metric]} in all settings; with a folder of models, trained rows too "
        f"(Table {name.upper()}).",
        run=partial(_run, metric=metric),
        order=10 + int(name[1]),
    )
    for name, metric in (("s2", "tvsum"), ("s3", "summe"))
)
