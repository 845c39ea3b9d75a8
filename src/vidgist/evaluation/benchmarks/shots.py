"""What of F1 comes from the shots: the official ones, our own, and our own for people too."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator

from vidgist.datasets import Dataset, VideoRecord
from vidgist.evaluation.benchmarks.context import Context, Report
from vidgist.evaluation.segmentation import resegment

__all__ = ["run"]

NAMES = {"tvsum": "TVSum", "summe": "SumMe"}


def run(context: Context) -> Report:
    """Measure the scores without training under each kind of shots, on all videos."""
    official = dataclasses.replace(context, shots="official")
    tables, missing = [], []
    for metric, name in NAMES.items():
        datasets = context.with_features(metric)
        if not datasets:
            missing.append(context.library.missing(metric))
        for dataset in datasets:
            kinds: dict[str, bool | None] = {"official shots": None, "our shots": False}
            if metric == "tvsum":
                kinds["our shots, user summaries made anew with them"] = True
            for kind, rebuild in kinds.items():
                table = official.table(
                    dataset,
                    [*context.methods(metric), *context.baselines()],
                    metric=metric,
                    title=f"{name}: {kind}",
                    source=functools.partial(_records, dataset, rebuild),
                    hidden=("criteria", "shots"),
                )
                tables.append(table)
    return Report(name=context.name, tables=tuple(tables), missing=tuple(missing))


def _records(dataset: Dataset, rebuild: bool | None) -> Iterator[VideoRecord]:
    for record in dataset:
        if rebuild is None or record.features is None:
            yield record
        else:
            yield resegment(record, rebuild_users=rebuild)
