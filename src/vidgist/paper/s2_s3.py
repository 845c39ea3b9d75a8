"""Tables S2 and S3: the scores without training in all settings, on TVSum and SumMe.

Without a training part, *canonical* is the mean over the splits' test sets, *augmented* is the
same, and *transfer* is the mean over all videos. With a folder of trained models the trained rows
stand beside these, see `vidgist.paper.tables_1_2`.
"""

from __future__ import annotations

import dataclasses

from vidgist.datasets import Dataset, open_dataset
from vidgist.errors import DataError
from vidgist.evaluation.published import published
from vidgist.evaluation.results import Table
from vidgist.paper.context import Context, Report

__all__ = ["run"]

METRICS = {"s2": "tvsum", "s3": "summe"}
NAMES = {"tvsum": "TVSum", "summe": "SumMe"}


def run(context: Context) -> Report:
    """Measure alignment, and alignment x uniformity, in every setting; trained rows on request."""
    if context.runs is not None:
        from vidgist.paper.tables_1_2 import run as run_trained

        return run_trained(context)
    metric = METRICS[context.name]
    tables: list[Table] = []
    missing: list[str] = []
    for dataset in context.with_features(metric):
        tables += _tables(context, dataset, metric, missing)
    if not tables:
        missing.append(context.library.missing(metric))
        annotated = context.library.annotated.get(metric, [])
        tables += [_bounds(context, open_dataset(path), metric) for path in annotated]
    return Report(name=context.name, tables=tuple(tables), missing=tuple(missing))


def _tables(context: Context, dataset: Dataset, metric: str, missing: list[str]) -> list[Table]:
    entries = [*context.methods(metric), *context.baselines()]
    title = f"Table {context.name.upper()}, {NAMES[metric]} without training"
    everything = context.table(dataset, entries, metric=metric, title=title)
    transfer = _beside(everything, context, "transfer")
    found = [dataclasses.replace(transfer, title=f"{title}: transfer (all videos)")]
    try:
        over_splits = context.canonical(everything, dataset)
    except DataError as error:
        missing.append(f"canonical and augmented: {error}")
        over_splits = []
    if not over_splits:
        missing.append(
            f"canonical and augmented: no split file for {metric} (a .json with "
            f"'{metric}' in its name) beside the data"
        )
    for name, table in over_splits:
        shown = f"{title}: canonical and augmented ({name})"
        # The published rows were measured on the field's usual splits, whose test sets overlap.
        beside = _beside(table, context, "canonical") if "partition" not in name else table
        found.append(dataclasses.replace(beside, title=shown))
    if len(everything.videos) < len(dataset):
        found.append(_bounds(context, dataset, metric))
    return found


def _beside(table: Table, context: Context, setting: str) -> Table:
    rows = []
    for row in table.rows:
        theirs = published(context.name.upper(), row.name, dataset=table.metric, setting=setting)
        rows.append(dataclasses.replace(row, published=theirs))
    return dataclasses.replace(table, rows=tuple(rows))


def _bounds(context: Context, dataset: Dataset, metric: str) -> Table:
    """Measure what needs no features on all videos, where features are missing."""
    title = f"{NAMES[metric]}: what the numbers are worth on all videos"
    return context.table(dataset, context.baselines(), metric=metric, title=title)
