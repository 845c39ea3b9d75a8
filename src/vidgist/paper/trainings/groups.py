"""Trainings of a table, and the rows that each of them gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from vidgist.evaluation.judge import Judge
from vidgist.models import Model, TrainingSettings
from vidgist.models.methods import training_settings
from vidgist.models.settings import ContrastiveSettings
from vidgist.scoring.presets import Preset
from vidgist.scoring.scorer import Scorer, importance, scale

__all__ = ["COMBINATIONS", "Group", "contrastive_groups", "dsn_group", "rows_of"]

Floats = npt.NDArray[np.float64]

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
        name: what to call the training.
        settings: of the training.
        rows: names of the rows.
        measure: from a model and a video to tau, rho and F1 (3,) of each row.
    """

    name: str
    settings: TrainingSettings
    rows: tuple[str, ...]
    measure: Callable[[Model, Judge], Mapping[str, Floats]]


def rows_of(
    settings: Preset, rows: Mapping[str, tuple[str, ...]]
) -> Callable[[Model, Judge], Mapping[str, Floats]]:
    """Return what measures rows of criteria with a refined video's criteria computed once."""

    def measure(model: Model, judge: Judge) -> Mapping[str, Floats]:
        raw = Scorer(settings, model=model).measure(judge.record.to_features())
        scaled = scale(raw, threshold=settings.threshold)
        scores = [
            importance(
                scaled,
                criteria=criteria,
                avoid_zeros=settings.avoid_zeros,
                smoothing=settings.smoothing,
            )
            for criteria in rows.values()
        ]
        return dict(zip(rows, judge.measure(np.stack(scores)), strict=True))

    return measure


def contrastive_groups(training: ContrastiveSettings, settings: Preset) -> list[Group]:
    """Return the trained network's rows, and those of the same network before its first step.

    Args:
        training: of the network; with 0 epochs there are the latter rows alone.
        settings: of the score.
    """
    trained = {f"{name}, trained": criteria for name, criteria in COMBINATIONS.items()}
    untrained = {f"{name}, 0 steps": criteria for name, criteria in COMBINATIONS.items()}
    trainings = [("nothing", 0, untrained)]
    if training.epochs > 0:
        trainings.append(("the network", training.epochs, trained))
    return [
        Group(
            name=name,
            settings=replace(training, epochs=epochs),
            rows=tuple(rows),
            measure=rows_of(settings, rows),
        )
        for name, epochs, rows in trainings
    ]


def dsn_group(epochs: int) -> Group:
    """Return DR-DSN's row after so many epochs."""
    row = f"DR-DSN, {epochs} epochs"

    def measure(model: Model, judge: Judge) -> Mapping[str, Floats]:
        scores = model.scores(judge.record.to_features())
        return {row: judge.measure(scores[None])[0]}

    settings = training_settings("dr-dsn", epochs=epochs)
    return Group(name=row, settings=settings, rows=(row,), measure=measure)
