"""Trainings of rivals: for how many epochs, under which row, and what was published of it.

With a budget, methods are trained in the order of their declared cost: each gets an equal share of
the hours that are left, and a method that needs less leaves the rest to the dearer ones. What does
not fit is trained for fewer epochs, which its row names. The plan follows from declared costs alone
and not from the clock, so that the same command finds its models again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from vidgist.evaluation.results import Published
from vidgist.models import METHODS, Method, TrainingSettings
from vidgist.models.methods import training_settings
from vidgist.models.settings import ContrastiveSettings
from vidgist.paper.context import Context
from vidgist.paper.published import METHOD_TABLES, published_rows
from vidgist.paper.trainings.folds import Fold
from vidgist.paper.trainings.groups import COMBINATIONS, Group, RowScores, criteria_scores

BASE_SAMPLES = 18_800
"""Samples of the 40 videos that the declared cost of an epoch is of."""

SUMME_BATCH = 8  # Table S1

_REFINED = "alignment x uniformity x filter"


def training_for(context: Context, metric: str) -> ContrastiveSettings:
    """Return the settings of the paper's training, for this data set."""
    return context.training(batch=SUMME_BATCH if metric == "summe" else None)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long a method is trained.

    Attributes:
        method: what is trained.
        settings: of the training, with the epochs that fit.
        full: epochs of a whole training.
        seconds: of one processor core, of all its trainings by the declared cost.
    """

    method: Method
    settings: TrainingSettings
    full: int
    seconds: float = 0.0

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
        seconds = cost(method) * epochs
        left -= seconds
        cut = dataclasses.replace(settings, epochs=epochs)
        plans.append(Plan(method=method, settings=cut, full=settings.epochs, seconds=seconds))
    return plans


def plans_for(
    context: Context,
    names: Sequence[str],
    folds: Sequence[Fold],
    *,
    metric: str,
    hours: float | None,
) -> list[Plan]:
    """Return the plans of methods, each trained on every fold.

    Args:
        context: says how often each training is repeated, and with how many epochs.
        names: of the methods.
        folds: whose samples the costs are of.
        metric: ``tvsum`` or ``summe``.
        hours: of one processor core, or None for whole trainings.
    """
    samples = sum(int(fold.train.lengths.sum()) for fold in folds)
    methods = [METHODS.find(name) for name in names]
    trainings = [(method, _settings(context, method, metric)) for method in methods]
    return plan(trainings, epochs_cost=context.repeats * samples / BASE_SAMPLES, hours=hours)


def _settings(context: Context, method: Method, metric: str) -> TrainingSettings:
    if method.settings is ContrastiveSettings:
        return training_for(context, metric)
    settings = training_settings(method.name)
    if context.epochs is None:
        return settings
    return dataclasses.replace(settings, epochs=context.epochs)


def group_of(context: Context, chosen: Plan, *, metric: str, kind: type[Group] = Group) -> Group:
    """Return the training of a plan, and its row."""
    scores: RowScores = lambda model, features: {chosen.row: model.scores(features)}  # noqa: E731
    if chosen.method.refine is not None:
        settings = context.settings_for(metric)
        scores = criteria_scores(settings, {chosen.row: COMBINATIONS[_REFINED]})
    return kind(name=chosen.row, settings=chosen.settings, scores=scores)


def printed_rows(plans: Sequence[Plan], *, metric: str, setting: str) -> dict[str, Published]:
    """Return what was published of each row: by the paper, else by the method's authors."""
    tables = [published_rows(table, dataset=metric, setting=setting) for table in METHOD_TABLES]
    rows = {}
    for chosen in plans:
        refined = f"{_REFINED}, trained"
        name = refined if chosen.method.refine else chosen.method.published or chosen.method.title
        known = [table[name] for table in tables if name in table]
        if known:
            # Numbers of one row are of one source.
            scores = (p.f1 for p in known if p.source == known[0].source)
            score = next((f1 for f1 in scores if f1 is not None), None)
            rows[chosen.row] = dataclasses.replace(known[0], f1=score)
    return rows
