"""Rows of trained models: the criteria of refined features, or the score of a rival."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

from vidgist.datasets import Dataset
from vidgist.evaluation.entries import Entry, method_entry, row_name, training_free
from vidgist.models import Model, load_model
from vidgist.scoring.presets import Preset
from vidgist.scoring.scorer import check_model, score_features

__all__ = ["model_entries", "model_row_name"]


@functools.lru_cache(maxsize=1)
def _load(path: Path) -> Model:
    return load_model(path)


def model_row_name(path: Path, settings: Preset) -> str:
    """Return what stands at the left of a model's row: its criteria or method, and its file.

    Raises:
        ModelError: the file is no model.
    """
    model = _load(path)
    what = row_name(settings.criteria) if model.gives_criteria else model.method.title
    return f"{what}, {path.name}"


def model_entries(name: str, settings: Preset, path: Path, dataset: Dataset) -> tuple[Entry, ...]:
    """Return the row of a model and, to compare with, the same criteria without training.

    Args:
        name: what stands at the left of the model's row.
        settings: of the score.
        path: the model file.
        dataset: what is to be scored; its features must be of the model's backbone.

    Raises:
        ModelError: the file is no model, or was trained on features of another backbone or width.
        SettingError: the criteria need what the model does not give.
    """
    model = _load(path)
    check_model(settings, model)
    found = (r.features for r in dataset.records(fields=("features",)))
    first = next((features for features in found if features is not None), None)
    if first is not None:
        model.check(
            dimension=first.shape[1],
            backbone=str(dataset.attributes.get("backbone", "")),
            fingerprint=str(dataset.attributes.get("fingerprint", "")),
        )
    trained = method_entry(name, lambda features: score_features(features, settings, model=model))
    criteria = tuple(c for c in settings.criteria if c != "uniqueness")
    if not criteria:
        return (trained,)
    free = dataclasses.replace(settings, criteria=criteria)
    return (trained, method_entry(f"{row_name(criteria)}, no training", training_free(free)))
