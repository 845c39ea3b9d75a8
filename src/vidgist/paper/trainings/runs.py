"""Finished trainings in a folder: a table that was interrupted goes on with what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vidgist.models import Model, TrainingSettings, load_model
from vidgist.progress import Progress, silent
from vidgist.training import require_torch
from vidgist.training.identity import run_name
from vidgist.training.videos import TrainingVideos

__all__ = ["Runs"]


@dataclass(frozen=True, kw_only=True)
class Runs:
    """A folder of models, each under a name that follows from its data, settings and seed.

    Attributes:
        folder: made where missing.
        progress: told of the steps of a training.
        device: `auto`, `cpu` or `cuda`.
    """

    folder: Path
    progress: Progress = silent
    device: str = "auto"

    def model(
        self, videos: TrainingVideos, *, settings: TrainingSettings, seed: int, what: str
    ) -> Model:
        """Return the model of this training, trained now where it is not there yet.

        Args:
            videos: what it learns from.
            settings: of any method.
            seed: of weights, samples and dropout.
            what: what to call the training in the progress.

        Raises:
            MissingExtraError: it has to be trained, and torch is not installed.
            TrainingError: its loss is no number any more.
        """
        path = self.folder / run_name(videos, settings=settings, seed=seed)
        if not path.exists():
            require_torch("a row that is trained")
            from vidgist.training.training import train

            def report(*, step: int, steps: int, epoch: int, terms: Mapping[str, float]) -> None:
                self.progress(f"training {what}", step, steps)

            train(
                *(videos, path),
                settings=settings,
                seed=seed,
                device=self.device,
                resume=True,
                report=report,
            )
        return load_model(path)
