"""Every method that learns, in one protocol: trained on each split, and measured beside `best`.

The numbers of the literature differ by splits, choice of the epoch and evaluation as much as by
method. Here all learn from the same features of the same splits, keep the weights of the last
epoch, and are measured by one judge. Methods that learn from annotations say so. A budget of hours
cuts the dear trainings short, see `vidgist.paper.trainings.plans`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.datasets import Dataset
from vidgist.errors import MissingExtraError, VidgistError
from vidgist.evaluation.entries import matched, method_entry
from vidgist.evaluation.judge import MEASURES, Judge
from vidgist.evaluation.protocols import METRICS
from vidgist.evaluation.results import Table, TableRow
from vidgist.evaluation.summaries import SummaryRule
from vidgist.evaluation.untrained import UNTRAINED, untrained_entry
from vidgist.models import METHODS, Model
from vidgist.paper.context import SCORE_SETTINGS, BenchmarkResult, Context, PaperTable
from vidgist.paper.published import beside
from vidgist.paper.tables_1_2 import split_tables
from vidgist.paper.trainings.folds import Fold, canonical_folds
from vidgist.paper.trainings.groups import Group
from vidgist.paper.trainings.plans import Plan, group_of, plans_for, printed_rows
from vidgist.paper.trainings.table import trained_table
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer

SUMMARIES = SummaryRule()
SIMPLE = ("middle", "motion", "facility-location", "dpp")
"""Scores without training whose rows stand in the table."""
COLUMNS = (*MEASURES, "captured", "repeats", "coverage", "seconds", "parameters")
"""Measures of the table."""


@dataclass(frozen=True, kw_only=True)
class RivalGroup(Group):
    """The training of a method, whose row also has its seconds and its number of weights."""

    def measure(self, model: Model, judge: Judge) -> dict[str, npt.NDArray[np.float64]]:
        """Return the measures of a video, the seconds of the training, and the parameters."""
        seconds = float(model.card.run.get("seconds", np.nan))
        weights = model.method.parameters(model.card.dimension, model.settings)
        measured = super().measure(model, judge)
        return {name: np.append(row, [seconds, weights]) for name, row in measured.items()}


def run(context: Context) -> BenchmarkResult:
    """Train every method on every split file whose data is there."""
    result = BenchmarkResult()
    found = []
    for metric in METRICS:
        for dataset in context.with_features(metric, result.missing):
            files = list(context.splits(metric, result.missing))
            found += [(metric, dataset, file) for file in files]
    for metric, dataset, file in found:
        best = method_entry("best", matched(Scorer(preset("best")), dataset))
        simple = [untrained_entry(name, UNTRAINED[name]) for name in SIMPLE]
        base = context.table(
            dataset,
            [best, *simple, *context.untrained(metric)],
            metric=metric,
            title=f"Rivals, {METRICS[metric]}",
            summaries=SUMMARIES,
            hidden=SCORE_SETTINGS,
        )
        for name, split, folds in split_tables(dataset, base, [file], result.missing):
            names = context.methods or tuple(METHODS)
            plans = plans_for(context, names, folds, metric=metric, hours=context.budget)
            hours = sum(chosen.seconds for chosen in plans) / 3600
            context.progress(f"{name}: trainings of {hours:.1f} hours of one core", 0, None)
            told = canonical_folds(dataset, file[1], labels=True)
            wide = dataclasses.replace(_wide(split), title=f"{split.title} ({name})")
            table = _compared(context, dataset, wide, plans, folds, told, result.missing)
            result.tables.append(_narrow(_with_notes(table, context)))
    return result


def _compared(
    context: Context,
    dataset: Dataset,
    table: Table,
    plans: Sequence[Plan],
    folds: Sequence[Fold],
    told: Sequence[Fold],
    missing: list[str],
) -> Table:
    """Return the table with the rows of all methods; one that fails does not stop the others."""
    for chosen in plans:
        group = group_of(context, chosen, metric=table.metric, kind=RivalGroup)
        of = told if chosen.method.labels else folds
        try:
            table = trained_table(context, dataset, table, of, [group], summaries=SUMMARIES)
        except MissingExtraError:
            raise  # the same for every method
        except VidgistError as error:
            missing.append(f"{chosen.method.title}: {error}")
    return beside(table, printed_rows(plans, metric=table.metric, setting="canonical"))


def _with_notes(table: Table, context: Context) -> Table:
    hours = context.budget
    budget = "" if hours is None else f", {hours:g} hours of one core by declared costs"
    notes = (
        *table.notes,
        f"trainings: weights of the last epoch, {context.repeats} of each split{budget}",
        "training s: processor seconds of one training; parameters: of the model that scores",
        "supervised: learned from annotations; unpaired: from summaries of other videos",
    )
    return dataclasses.replace(table, notes=notes)


def _wide(table: Table) -> Table:
    """Return a table with columns for seconds and parameters, which its rows do not have."""

    def wider(row: TableRow) -> TableRow:
        columns = np.full((*row.values.shape[:2], 2), np.nan)
        return dataclasses.replace(row, values=np.concatenate([row.values, columns], axis=2))

    return dataclasses.replace(
        table,
        rows=tuple(map(wider, table.rows)),
        measures=(*table.measures, "seconds", "parameters"),
    )


def _narrow(table: Table) -> Table:
    """Return the table with the chosen columns alone."""
    places = [table.measures.index(name) for name in COLUMNS]
    return dataclasses.replace(
        table,
        rows=tuple(dataclasses.replace(row, values=row.values[..., places]) for row in table.rows),
        fold_means={name: means[..., places] for name, means in table.fold_means.items()},
        measures=COLUMNS,
    )


TABLE = PaperTable(
    name="rivals",
    summary="Every method that learns, on the same splits, beside best.",
    run=run,
    order=40,
)
