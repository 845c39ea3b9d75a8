"""Trained models in a folder: a table that was interrupted continues with what is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vidgist.models import Model, load_model
from vidgist.models.settings import Settings
from vidgist.progress import Progress, silent
from vidgist.training import require_torch
from vidgist.training.identity import run_name
from vidgist.training.videos import TrainingVideos

__all__ = ["trained_model"]


def trained_model(
    videos: TrainingVideos,
    *,
    folder: Path,
    settings: Settings,
    seed: int,
    title: str = "",
    progress: Progress = silent,
) -> Model:
    """Return the model of a training, trained now where its file does not exist yet.

    Args:
        videos: what it learns from.
        folder: of the models, made where missing; a file's name follows from videos, settings and
            seed.
        settings: of any method.
        seed: of weights, samples and dropout.
        title: of the training, for the progress.
        progress: called after the steps of the training.

    Raises:
        MissingExtraError: it has to be trained, and torch is not installed.
        TrainingError: its loss is NaN or infinite.
    """
    path = folder / run_name(videos, settings=settings, seed=seed)
    if not path.exists():
        require_torch("a row that is trained")
        from vidgist.training.training import train

        def report(*, step: int, steps: int, epoch: int, terms: Mapping[str, float]) -> None:
            progress(f"training {title}", step, steps)

        train(videos, path, settings=settings, seed=seed, resume=True, report=report)
    return load_model(path)
