"""Tables S4 and S5: the neighbor ratio a against lambda1, and a heat map of tau.

The paper trains on YouTube-8M. Where that is not at hand, the same grid is trained on the canonical
splits, as the tables then say: another experiment, with nothing published to stand beside it.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from itertools import product

import numpy as np

from vidgist.datasets import Dataset
from vidgist.errors import MissingExtraError
from vidgist.evaluation.protocols import METRICS
from vidgist.evaluation.results import Table
from vidgist.models.settings import ContrastiveSettings, replace_settings
from vidgist.paper import tables_1_2, youtube8m
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.figures import new_figure, save_figure
from vidgist.paper.published import published_rows
from vidgist.paper.trainings.groups import COMBINATIONS, Group, criteria_scores
from vidgist.paper.trainings.plans import training_for
from vidgist.paper.trainings.table import trained_table

NEIGHBORS = (0.025, 0.05, 0.1, 0.2)
WEIGHTS = (0.25, 0.5, 1.0, 2.0)


def cell_name(neighbors: float, weight: float) -> str:
    """Return the name of one cell's row, as the file of published numbers has it."""
    return f"a={neighbors:g}, lambda1={weight:g}"


def _run(context: Context, combination: str) -> BenchmarkResult:
    """Train every cell that is not trained yet, and measure it."""
    result = BenchmarkResult()
    videos = youtube8m.youtube8m_videos(context, result.missing)
    for metric in METRICS:
        if videos is not None:
            for dataset in youtube8m.sets_for(context, metric, result.missing):
                training = youtube8m.training_for(context, metric)
                cells = _cells(context, metric, training, combination)
                table = youtube8m.measure_on(context, dataset, metric, videos, cells)
                result.tables.append(_beside(table, context.name.upper(), combination))
        else:
            for dataset in context.with_features(metric, result.missing):
                result.tables += _on_splits(context, dataset, metric, combination, result.missing)
    if result.tables:
        try:
            _draw(context, result)
        except MissingExtraError as error:
            result.missing.append(f"heat map: {error}")
    return result


def _cells(
    context: Context, metric: str, training: ContrastiveSettings, combination: str
) -> list[Group]:
    groups = []
    for neighbors, weight in product(NEIGHBORS, WEIGHTS):
        name = cell_name(neighbors, weight)
        settings = context.settings_for(metric, neighbors=neighbors)
        group = Group(
            name=name,
            settings=replace_settings(training, neighbors=neighbors, uniform_weight=weight),
            scores=criteria_scores(settings, {name: COMBINATIONS[combination]}),
        )
        groups.append(group)
    return groups


def _on_splits(
    context: Context, dataset: Dataset, metric: str, combination: str, missing: list[str]
) -> list[Table]:
    tables: list[Table] = []
    baselines = context.table(
        dataset,
        context.baselines(),
        metric=metric,
        title=f"Table {context.name.upper()}, {METRICS[metric]}: {combination}, trained",
        hidden=("criteria", "neighbors"),
    )
    cells = _cells(context, metric, training_for(context, metric), combination)
    files = context.splits(metric, missing)
    note = "trained on the splits, not on YouTube-8M as the paper's grid: do not compare"
    for _, table, folds in tables_1_2.split_tables(dataset, baselines, files, missing):
        base = dataclasses.replace(table, notes=(*table.notes, note))
        tables.append(trained_table(context, dataset, base, folds, cells))
    return tables


def _beside(table: Table, name: str, combination: str) -> Table:
    """Return the table with the published number of each cell."""
    rows = []
    for row in table.rows:
        known = published_rows(
            name, dataset=table.metric, setting=youtube8m.SETTING, parameters=row.name
        )
        theirs = known.get(f"{combination}, trained")
        rows.append(dataclasses.replace(row, published=theirs))
    return dataclasses.replace(table, rows=tuple(rows))


def _draw(context: Context, result: BenchmarkResult) -> None:
    columns = len(result.tables)
    figure, panels = new_figure(columns=columns, width=4.5 * columns, height=3.6)
    for table, axes in zip(result.tables, np.atleast_1d(panels), strict=True):
        tau = [
            [table.mean(table.row(cell_name(a, weight)))[0] for weight in WEIGHTS]
            for a in NEIGHBORS
        ]
        picture = axes.imshow(tau, cmap="viridis", aspect="auto")
        axes.set_xticks(range(len(WEIGHTS)), [f"{w:g}" for w in WEIGHTS])
        axes.set_yticks(range(len(NEIGHBORS)), [f"{a:g}" for a in NEIGHBORS])
        axes.set_xlabel("lambda1")
        axes.set_ylabel("neighbor ratio a")
        axes.set_title(f"{METRICS[table.metric]}: Kendall's tau")
        middle = (np.min(tau) + np.max(tau)) / 2
        for (i, j), value in np.ndenumerate(np.array(tau)):
            color = "black" if value > middle else "white"
            axes.text(j, i, f"{value:.3f}", ha="center", va="center", color=color)
        figure.colorbar(picture, ax=axes)
    result.figures.append(save_figure(context, figure))


TABLE = (
    PaperTable(
        name="s4",
        summary="Neighbors against lambda1, alignment x filter (Table S4).",
        run=partial(_run, combination="alignment x filter"),
        order=14,
    ),
    PaperTable(
        name="s5",
        summary="Neighbors against lambda1, all three criteria (Table S5).",
        run=partial(_run, combination="alignment x uniformity x filter"),
        order=15,
    ),
)
