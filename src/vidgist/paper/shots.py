"""F1 under official shots, our shots, and our shots for the user summaries as well."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence

import numpy as np

from vidgist.datasets import Dataset, VideoRecord
from vidgist.evaluation.protocols import METRICS
from vidgist.evaluation.segmentation import resegment
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.types import Shots

NEAR = 15
"""Frames between two borders that count as the same: one sample."""


def run(context: Context) -> BenchmarkResult:
    """Measure the scores without training under each kind of shots, on all videos."""
    official = dataclasses.replace(context, shots="official")
    result = BenchmarkResult()
    for metric, name in METRICS.items():
        for dataset in context.with_features(metric, result.missing):
            pairs: list[tuple[Shots, Shots]] = []
            variants: dict[str, bool | None] = {"official shots": None, "our shots": False}
            if metric == "tvsum":
                variants["our shots, user summaries made anew with them"] = True
            for variant, rebuild in variants.items():
                table = official.table(
                    dataset,
                    context.untrained(metric),
                    metric=metric,
                    title=f"{name}: {variant}",
                    source=functools.partial(_records, dataset, rebuild, pairs),
                    hidden=("criteria", "shots"),
                )
                result.tables.append(table)
            if pairs:
                result.lines.append(f"{name}: {agreement(pairs)}")
    return result


def _records(
    dataset: Dataset, rebuild: bool | None, pairs: list[tuple[Shots, Shots]]
) -> Iterator[VideoRecord]:
    """Yield the videos with other shots; ``pairs`` collects the official shots and ours."""
    for record in dataset:
        if rebuild is None or record.features is None:
            yield record
            continue
        changed = resegment(record, rebuild_users=rebuild)
        if not rebuild and record.shots is not None and changed.shots is not None:
            pairs.append((record.shots, changed.shots))
        yield changed


def agreement(pairs: Sequence[tuple[Shots, Shots]]) -> str:
    """Describe how close our shots are to the official ones of the same videos."""
    near = borders = 0
    for official, ours in pairs:
        theirs, mine = official.frames[1:, 0], ours.frames[1:, 0]
        borders += len(mine)
        if len(theirs):
            near += int((np.abs(mine[:, None] - theirs[None]).min(axis=1) <= NEAR).sum())
    counts = []
    for index, whose in enumerate(("official", "own")):
        lengths = np.concatenate([pair[index].lengths for pair in pairs])
        each = len(lengths) / len(pairs)
        counts.append(f"{each:.0f} {whose} shots a video, median length {np.median(lengths):.0f}")
    share = f"{100 * near / borders:.0f}%" if borders else "none"
    return (
        f"{'; '.join(counts)}; of our borders {share} lie within {NEAR} frames of an official one"
    )


TABLE = PaperTable(
    name="shots", summary="Official shots against our own segmentation.", run=run, order=52
)
