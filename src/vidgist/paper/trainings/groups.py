"""Trainings of a table, and the rows that are measured with the models of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from vidgist.evaluation.judge import Judge
from vidgist.models import Model, TrainingSettings
from vidgist.models.methods import training_settings
from vidgist.models.settings import ContrastiveSettings
from vidgist.scoring.presets import Preset
from vidgist.scoring.scorer import Scorer
from vidgist.types import Features

Floats = npt.NDArray[np.floating]
RowScores = Callable[[Model, Features], Mapping[str, Floats]]
"""A function from a model and a video's features to the scores (T,) of each row."""

COMBINATIONS = {
    "alignment": ("alignment",),
    "alignment x uniformity": ("alignment", "uniformity"),
    "alignment x filter": ("alignment", "uniqueness"),
    "alignment x uniformity x filter": ("alignment", "uniformity", "uniqueness"),
}
"""The paper's rows, and the criteria whose product each is."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """One training, and the rows that are measured with its models.

    Attributes:
        name: of the training.
        settings: of the training.
        scores: gives the scores of every row.
    """

    name: str
    settings: TrainingSettings
    scores: RowScores

    def measure(self, model: Model, judge: Judge) -> dict[str, npt.NDArray[np.float64]]:
        """Return the measures (M,) of each row on one video."""
        scores = self.scores(model, judge.record.to_features())
        return dict(zip(scores, judge.measure(np.stack([*scores.values()])), strict=True))


def criteria_scores(settings: Preset, rows: Mapping[str, tuple[str, ...]]) -> RowScores:
    """Return the scores of rows that differ in criteria, which are computed once for a video."""

    def scores(model: Model, features: Features) -> Mapping[str, Floats]:
        scorers = {
            row: Scorer(replace(settings, criteria=criteria), model=model)
            for row, criteria in rows.items()
        }
        raw = next(iter(scorers.values())).measure(features)
        return {row: scorer.combine(features, raw).importance for row, scorer in scorers.items()}

    return scores


def contrastive_groups(training: ContrastiveSettings, settings: Preset) -> list[Group]:
    """Return the trained network's rows, and those of the same network before its first step.

    With a training of 0 epochs there are only the latter.
    """
    trainings = [("nothing", 0, "0 steps")]
    if training.epochs > 0:
        trainings.append(("the network", training.epochs, "trained"))
    return [
        Group(
            name=name,
            settings=replace(training, epochs=epochs),
            scores=criteria_scores(settings, {f"{r}, {state}": c for r, c in COMBINATIONS.items()}),
        )
        for name, epochs, state in trainings
    ]


def dsn_groups(epochs: Iterable[int]) -> list[Group]:
    """Return DR-DSN's row after each number of epochs."""

    def scores(row: str) -> RowScores:
        return lambda model, features: {row: model.scores(features)}

    rows = {f"DR-DSN, {number} epochs": number for number in epochs}
    return [
        Group(name=row, settings=training_settings("dr_dsn", epochs=number), scores=scores(row))
        for row, number in rows.items()
    ]
