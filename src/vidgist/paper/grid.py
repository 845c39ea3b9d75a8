"""Tables S4 and S5: the neighbor ratio a against lambda1, and a heat map of tau.

The paper trains on YouTube-8M. Where that is not at hand, the same grid is trained on the canonical
splits, as the tables then say: another experiment, with nothing published to stand beside it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from vidgist.datasets import Dataset
from vidgist.datasets.splits import read_splits
from vidgist.errors import MissingExtraError
from vidgist.evaluation.evaluate import with_splits
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.published import published
from vidgist.evaluation.results import Table
from vidgist.models.settings import ContrastiveSettings, replace_settings
from vidgist.paper import tables_1_2 as trained
from vidgist.paper import youtube8m
from vidgist.paper.context import Context, Report
from vidgist.paper.figures import destination, figure_file, new_figure
from vidgist.paper.trainings import Fold, Group, canonical_folds, trained_table
from vidgist.paper.trainings.groups import rows_of
from vidgist.paper.trainings.youtube8m import youtube8m_videos

__all__ = ["NEIGHBORS", "WEIGHTS", "run"]

NEIGHBORS = (0.025, 0.05, 0.1, 0.2)
WEIGHTS = (0.25, 0.5, 1.0, 2.0)
ROWS = {
    "s4": ("alignment x filter, trained", ("alignment", "uniqueness")),
    "s5": (
        "alignment x uniformity x filter, trained",
        ("alignment", "uniformity", "uniqueness"),
    ),
}


def cell_name(neighbors: float, weight: float) -> str:
    """Return the name of one cell's row, as the file of published numbers has it."""
    return f"a={neighbors:g}, lambda1={weight:g}"


def run(context: Context) -> Report:
    """Train every cell that is not yet trained, and measure it."""
    videos, absent = youtube8m_videos(
        context.library, work=trained.runs_of(context).folder, progress=context.progress
    )
    missing = [absent] if absent else []
    tables: list[Table] = []
    for metric in trained.NAMES:
        if videos is not None:
            for dataset in youtube8m.sets_for(context, metric, missing):
                cells = _cells(context, metric, youtube8m.training_for(context, metric))
                table = youtube8m.measure_on(context, dataset, metric, videos, cells)
                tables.append(_beside(context, table))
            continue
        found = context.with_features(metric)
        if not found:
            missing.append(context.library.missing(metric))
        for dataset in found:
            tables += _on_splits(context, dataset, metric, missing)
    figures: tuple[Path, ...] = ()
    if tables:
        try:
            _draw(context, tables)
            figures = (destination(context),)
        except MissingExtraError as error:
            missing.append(f"heat map: {error}")
    return Report(name=context.name, tables=tuple(tables), missing=tuple(missing), figures=figures)


def _cells(context: Context, metric: str, training: ContrastiveSettings) -> list[Group]:
    _, criteria = ROWS[context.name]
    groups = []
    for neighbors in NEIGHBORS:
        for weight in WEIGHTS:
            row = cell_name(neighbors, weight)
            settings = context.settings_for(metric, neighbors=neighbors)
            groups.append(
                Group(
                    name=row,
                    settings=replace_settings(training, neighbors=neighbors, uniform_weight=weight),
                    rows=(row,),
                    measure=rows_of(settings, {row: criteria}),
                )
            )
    return groups


def _on_splits(context: Context, dataset: Dataset, metric: str, missing: list[str]) -> list[Table]:
    tables: list[Table] = []
    name = ROWS[context.name][0]
    title = f"Table {context.name.upper()}, {trained.NAMES[metric]}: {name}"
    baselines = context.table(
        dataset, context.baselines(), metric=metric, title=title, hidden=("criteria", "neighbors")
    )
    for file in context.library.splits.get(metric, []):
        splits = read_splits(file)
        base = with_splits(baselines, splits, all_videos=dataset.keys)
        folds: list[Fold] = canonical_folds(dataset, splits)
        if not folds:
            missing.append(f"{dataset.path.name}: no split has features on both sides")
            continue
        base = trained.of_folds(base, folds, splits)
        judges = {
            key: Judge(dataset.read(key), metric=metric, protocol=base.protocol)
            for key in base.videos
        }
        note = "trained on the splits, not on YouTube-8M as the paper's grid: do not compare"
        tables.append(
            trained_table(
                dataclasses.replace(base, notes=(*base.notes, note)),
                folds,
                _cells(context, metric, trained.training_for(context, metric)),
                judges=judges,
                runs=trained.runs_of(context),
                repeats=context.repeats,
            )
        )
    return tables


def _beside(context: Context, table: Table) -> Table:
    row, _ = ROWS[context.name]
    rows = tuple(
        dataclasses.replace(
            r,
            published=published(
                context.name.upper(),
                row,
                dataset=table.metric,
                setting=youtube8m.SETTING,
                parameters=r.name,
            ),
        )
        for r in table.rows
    )
    return dataclasses.replace(table, rows=rows, also_published=())


def taus(table: Table) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return tau of each cell, (neighbors, lambda1)."""
    means: Mapping[str, float] = {row.name: float(table.mean(row)[0]) for row in table.rows}
    return np.array([[means[cell_name(a, w)] for w in WEIGHTS] for a in NEIGHBORS])


def _draw(context: Context, tables: Sequence[Table]) -> None:
    figure, found = new_figure(columns=len(tables), width=4.5 * len(tables), height=3.6)
    for table, axes in zip(tables, np.atleast_1d(found), strict=True):
        values = taus(table)
        picture = axes.imshow(values, cmap="viridis", aspect="auto")
        axes.set_xticks(range(len(WEIGHTS)), [f"{w:g}" for w in WEIGHTS])
        axes.set_yticks(range(len(NEIGHBORS)), [f"{a:g}" for a in NEIGHBORS])
        axes.set_xlabel("lambda1")
        axes.set_ylabel("neighbor ratio a")
        axes.set_title(f"{trained.NAMES[table.metric]}: Kendall's tau")
        middle = (values.min() + values.max()) / 2
        for (i, j), value in np.ndenumerate(values):
            color = "black" if value > middle else "white"
            axes.text(j, i, f"{value:.3f}", ha="center", va="center", color=color)
        figure.colorbar(picture, ax=axes)
    with figure_file(context) as path:
        figure.savefig(path, dpi=150)
