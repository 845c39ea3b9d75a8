"""What of F1 comes from the shots: the official ones, our own, and our own for people too."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence

import numpy as np

from vidgist.datasets import Dataset, VideoRecord
from vidgist.evaluation.segmentation import resegment
from vidgist.paper.context import Context, Report
from vidgist.types import Shots

__all__ = ["run"]

NAMES = {"tvsum": "TVSum", "summe": "SumMe"}
NEAR = 15
"""Frames between two borders that count as the same: one sample."""


def run(context: Context) -> Report:
    """Measure the scores without training under each kind of shots, on all videos."""
    official = dataclasses.replace(context, shots="official")
    tables, missing, lines = [], [], []
    for metric, name in NAMES.items():
        datasets = context.with_features(metric)
        if not datasets:
            missing.append(context.library.missing(metric))
        for dataset in datasets:
            pairs: list[tuple[Shots, Shots]] = []
            kinds: dict[str, bool | None] = {"official shots": None, "our shots": False}
            if metric == "tvsum":
                kinds["our shots, user summaries made anew with them"] = True
            for kind, rebuild in kinds.items():
                table = official.table(
                    dataset,
                    [*context.methods(metric), *context.baselines()],
                    metric=metric,
                    title=f"{name}: {kind}",
                    source=functools.partial(_records, dataset, rebuild, pairs),
                    hidden=("criteria", "shots"),
                )
                tables.append(table)
            if pairs:
                lines.append(f"{name}: {agreement(pairs)}")
    return Report(
        name=context.name, tables=tuple(tables), missing=tuple(missing), lines=tuple(lines)
    )


def _records(
    dataset: Dataset, rebuild: bool | None, pairs: list[tuple[Shots, Shots]]
) -> Iterator[VideoRecord]:
    """Give the videos with the shots asked for; official and our shots are put into ``pairs``."""
    for record in dataset:
        if rebuild is None or record.features is None:
            yield record
            continue
        changed = resegment(record, rebuild_users=rebuild)
        if not rebuild and record.shots is not None and changed.shots is not None:
            pairs.append((record.shots, changed.shots))
        yield changed


def agreement(pairs: Sequence[tuple[Shots, Shots]]) -> str:
    """Say how near our shots are to the official ones of the same videos."""
    near = borders = 0
    for official, ours in pairs:
        theirs, mine = official.frames[1:, 0], ours.frames[1:, 0]
        borders += len(mine)
        if len(theirs):
            near += int((np.abs(mine[:, None] - theirs[None]).min(axis=1) <= NEAR).sum())
    said = []
    for index, whose in enumerate(("official", "own")):
        lengths = np.concatenate([pair[index].lengths for pair in pairs])
        each = len(lengths) / len(pairs)
        said.append(f"{each:.0f} {whose} shots a video, median length {np.median(lengths):.0f}")
    share = f"{100 * near / borders:.0f}%" if borders else "none"
    return f"{'; '.join(said)}; of our borders {share} lie within {NEAR} frames of an official one"
