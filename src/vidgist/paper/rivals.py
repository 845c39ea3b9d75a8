"""Every method that learns, in one protocol: trained on each split, and measured beside `best`.

The numbers of the literature differ by splits, choice of the epoch and evaluation as much as by
method. Here all learn from the same features of the same splits, keep the weights of the last
epoch, and are measured by one judge. Methods that learn from annotations say so.

With a budget, methods are trained in the order of their declared cost: each gets an equal share of
the hours that are left, and a method that needs less leaves the rest to the dearer ones. What does
not fit is trained for fewer epochs, which its row names. The plan follows from declared costs alone
and not from the clock, so that the same command finds its models again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.datasets import Dataset
from vidgist.errors import VidgistError
from vidgist.evaluation.entries import matched, method_entry
from vidgist.evaluation.judge import MEASURES, Judge
from vidgist.evaluation.protocols import METRICS
from vidgist.evaluation.results import Published, Table, TableRow
from vidgist.evaluation.summaries import SummaryRule
from vidgist.models import METHODS, Method, Model, TrainingSettings
from vidgist.models.methods import training_settings
from vidgist.models.settings import ContrastiveSettings
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.published import published_rows
from vidgist.paper.tables_1_2 import split_tables, training_for
from vidgist.paper.trainings.folds import Fold, canonical_folds
from vidgist.paper.trainings.groups import COMBINATIONS, Group, RowScores, criteria_scores
from vidgist.paper.trainings.table import trained_table
from vidgist.scoring.presets import preset
from vidgist.scoring.scorer import Scorer
from vidgist.training import require_torch

BASE_SAMPLES = 18_800
"""Samples of the 40 videos that the declared cost of an epoch is of."""

SUMMARIES = SummaryRule()
COLUMNS = (*MEASURES, "captured", "repeats", "seconds", "parameters")
"""Measures of the table."""

_REFINED = "alignment x uniformity x filter"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long a method is trained.

    Attributes:
        method: what is trained.
        settings: of the training, with the epochs that fit.
        full: epochs of a whole training.
    """

    method: Method
    settings: TrainingSettings
    full: int

    @property
    def row(self) -> str:
        """Name of its row, which says what was cut short."""
        epochs = self.settings.epochs
        cut = "" if epochs == self.full else f", {epochs} of {self.full} epochs"
        return f"{self.method.row}{cut}"


def plan(
    trainings: Sequence[tuple[Method, TrainingSettings]], *, epochs_cost: float, hours: float | None
) -> list[Plan]:
    """Return how long each method is trained, cheap ones first.

    Args:
        trainings: the methods, with the settings of a whole training.
        epochs_cost: how often the declared cost of an epoch is paid in an epoch of all trainings.
        hours: of one processor core, or None for whole trainings.
    """

    def cost(method: Method) -> float:
        return (method.cost or 0.0) * epochs_cost

    ordered = sorted(trainings, key=lambda t: cost(t[0]) * t[1].epochs)
    left = float("inf") if hours is None else 3600.0 * hours
    plans = []
    for place, (method, settings) in enumerate(ordered):
        share = left / (len(ordered) - place)
        epochs = settings.epochs
        if cost(method) * epochs > share:
            epochs = int(share // cost(method))
        left -= cost(method) * epochs
        cut = dataclasses.replace(settings, epochs=epochs)
        plans.append(Plan(method=method, settings=cut, full=settings.epochs))
    return plans


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
    require_torch("benchmark rivals")
    result = BenchmarkResult()
    found = []
    for metric in METRICS:
        for dataset in context.with_features(metric, result.missing):
            files = list(context.splits(metric, result.missing))
            found += [(metric, dataset, file) for file in files]
    for metric, dataset, file in found:
        hours = None if context.budget is None else context.budget / len(found)
        base = context.table(
            dataset,
            [
                method_entry("best", matched(Scorer(preset("best")), dataset)),
                *context.untrained(metric),
            ],
            metric=metric,
            title=f"Rivals, {METRICS[metric]}",
            summaries=SUMMARIES,
            hidden=("criteria", "preset"),
        )
        for name, table, folds in split_tables(dataset, base, [file], result.missing):
            told = canonical_folds(dataset, file[1], labels=True)
            result.tables.append(
                _compared(context, dataset, _wide(table), folds, told, hours, name, result)
            )
    return result


def _compared(
    context: Context,
    dataset: Dataset,
    base: Table,
    folds: Sequence[Fold],
    told: Sequence[Fold],
    hours: float | None,
    file: str,
    result: BenchmarkResult,
) -> Table:
    """Return the table of one split file, with the rows of all methods."""
    samples = sum(int(fold.train.lengths.sum()) for fold in folds)
    trainings = [(method, _settings(context, method, base)) for method in METHODS.values()]
    plans = plan(trainings, epochs_cost=context.repeats * samples / BASE_SAMPLES, hours=hours)
    table = base
    for chosen in plans:
        group = RivalGroup(
            name=chosen.row, settings=chosen.settings, scores=_scores(context, chosen, base)
        )
        of = told if chosen.method.labels else folds
        try:
            table = trained_table(context, dataset, table, of, [group], summaries=SUMMARIES)
        except VidgistError as error:
            result.missing.append(f"{file}, {chosen.method.title}: {error}")
    budget = "" if hours is None else f", {hours:g} hours of one core by declared costs"
    notes = (
        *table.notes,
        f"trainings: weights of the last epoch, {context.repeats} of each split{budget}",
        "training s: processor seconds of one training; parameters: of the model that scores",
        "supervised: learned from annotations; unpaired: from summaries of other videos",
    )
    table = dataclasses.replace(table, title=f"{base.title} ({file})", notes=notes)
    printed = _printed(base.metric, plans)
    rows = tuple(dataclasses.replace(r, published=printed.get(r.name)) for r in table.rows)
    return _narrow(dataclasses.replace(table, rows=rows))


def _settings(context: Context, method: Method, base: Table) -> TrainingSettings:
    if method.settings is ContrastiveSettings:
        return training_for(context, base.metric)
    settings = training_settings(method.name)
    return (
        settings if context.epochs is None else dataclasses.replace(settings, epochs=context.epochs)
    )


def _scores(context: Context, chosen: Plan, base: Table) -> RowScores:
    if chosen.method.refine is not None:
        settings = context.settings_for(base.metric)
        return criteria_scores(settings, {chosen.row: COMBINATIONS[_REFINED]})
    return lambda model, features: {chosen.row: model.scores(features)}


def _printed(metric: str, plans: Sequence[Plan]) -> Mapping[str, Published]:
    """Return what was published of each row: tau and rho of Table 1, F1 of Table 2."""
    correlations = published_rows("1", dataset=metric, setting="canonical")
    f1 = published_rows("2", dataset=metric, setting="canonical")
    rows = {}
    for chosen in plans:
        refined = f"{_REFINED}, trained"
        name = refined if chosen.method.refine else chosen.method.published or chosen.method.title
        known = [table[name] for table in (correlations, f1) if name in table]
        if known:
            score = next((p.f1 for p in known if p.f1 is not None), None)
            rows[chosen.row] = dataclasses.replace(known[0], f1=score)
    return rows


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
