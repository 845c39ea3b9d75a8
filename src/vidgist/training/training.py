"""Train a model and write it: the one function behind ``vidgist train`` and the tables."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from vidgist import __version__
from vidgist.errors import OutputError, SettingError
from vidgist.models.card import ModelCard
from vidgist.models.file import write_tensors
from vidgist.models.settings import DsnSettings, Settings
from vidgist.system.files import check_output as check_file
from vidgist.training.checkpoint import checkpoint_path
from vidgist.training.contrastive import ContrastiveLearner
from vidgist.training.engine import (
    CHECKPOINT_SECONDS,
    Learner,
    Outcome,
    Report,
    choose_precision,
    learn,
    open_fabric,
    unreported,
    untold,
)
from vidgist.training.identity import identity_of
from vidgist.training.rivals.dr_dsn import DsnLearner
from vidgist.training.videos import TrainingVideos

__all__ = ["check_output", "make_learner", "train", "versions"]


def versions() -> dict[str, str]:
    """Return the versions of what a training's numbers depend on."""
    return {
        "vidgist": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }


def make_learner(videos: TrainingVideos, *, settings: Settings, seed: int) -> Learner:
    """Return what the settings' method trains."""
    if isinstance(settings, DsnSettings):
        return DsnLearner(videos, settings=settings, seed=seed)
    return ContrastiveLearner(videos, settings=settings, seed=seed)


def check_output(output: Path, *, resume: bool, overwrite: bool) -> None:
    """Make sure that a training loses nothing that was made before it.

    Raises:
        OutputError: the model exists, or an unfinished training of it that is neither to be resumed
            nor to be replaced.
    """
    unfinished = checkpoint_path(output)
    if output.exists() and resume and not unfinished.exists():
        raise OutputError(
            f"{output}: its training is finished, there is nothing to go on from; leave out "
            "--resume, and pass --overwrite to train anew"
        )
    check_file(output, overwrite=overwrite)
    if unfinished.exists() and not resume and not overwrite:
        raise OutputError(
            f"{unfinished}: holds a training that is not finished; go on with --resume, or start "
            "anew with --overwrite"
        )


def _check_devices(devices: int, videos: TrainingVideos, settings: Settings) -> None:
    if devices <= 1:
        return
    if isinstance(settings, DsnSettings):
        raise SettingError("--devices: DR-DSN learns from one video at a time, so on one device")
    # A batch that cannot be shared is left out: where all are, nothing would be learned.
    for count, of in ((len(videos), "videos"), (settings.batch, "videos of a batch")):
        if devices > count:
            raise SettingError(
                f"--devices: {devices} devices cannot share {count} {of}; give at most {count}"
            )


def _card(
    videos: TrainingVideos,
    outcome: Outcome,
    *,
    settings: Settings,
    seed: int,
    run: Mapping[str, object],
) -> ModelCard:
    return ModelCard(
        kind=settings.method,
        dimension=videos.dimension,
        backbone=videos.backbone,
        backbone_fingerprint=videos.backbone_fingerprint,
        settings=dataclasses.asdict(settings),
        seed=seed,
        epochs=outcome.epochs,
        steps=outcome.steps,
        data=videos.fingerprint,
        videos=len(videos),
        loss=dict(outcome.loss),
        versions=versions(),
        run=run,
    )


def train(
    videos: TrainingVideos,
    output: str | Path,
    *,
    settings: Settings,
    seed: int = 0,
    device: str = "auto",
    devices: int = 1,
    precision: str = "auto",
    resume: bool = False,
    overwrite: bool = False,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    report: Report = unreported,
    note: Callable[[str], None] = untold,
) -> ModelCard:
    """Train a model on the videos and write it to ``output``, whole or not at all.

    While it trains, ``<output>.checkpoint`` holds the state after the last epoch but few; it goes
    when the model is written. The same seed on the same machine gives the same numbers.

    Args:
        videos: what to learn from.
        output: the model file, safetensors.
        settings: see `vidgist.models.settings`.
        seed: of weights, samples and dropout.
        device: `auto`, `cpu` or `cuda`.
        devices: how many share every batch.
        precision: `auto`, `fp32` or `bf16`.
        resume: go on from the checkpoint where there is one.
        overwrite: replace a model that exists, and a checkpoint that is not resumed.
        checkpoint_seconds: least time between two checkpoints.
        report: told of every step.
        note: told, when resuming, from where the training goes on.

    Returns:
        What the model file says of itself.

    Raises:
        TrainingError: a term of the loss is no number any more.
        ModelError: the checkpoint is damaged, of a run with other settings or data, or of more
            epochs.
        OutputError: see `check_output`; or the model cannot be written.
        SettingError: there is no such device, or there are more than videos to share.
    """
    output = Path(output)
    check_output(output, resume=resume, overwrite=overwrite)
    _check_devices(devices, videos, settings)
    precision = choose_precision(device=device, precision=precision)
    fabric = open_fabric(device=device, devices=devices, precision=precision)
    state = checkpoint_path(output)
    outcome = learn(
        make_learner(videos, settings=settings, seed=seed),
        epochs=settings.epochs,
        seed=seed,
        identity=identity_of(
            videos, settings=settings, seed=seed, precision=precision, devices=devices
        ),
        fabric=fabric,
        checkpoint=state,
        checkpoint_seconds=checkpoint_seconds,
        resume=resume,
        report=report,
        note=note,
    )
    run = {"precision": precision, "devices": devices, "threads": torch.get_num_threads()}
    card = _card(videos, outcome, settings=settings, seed=seed, run=run)
    if outcome.main:
        write_tensors(output, outcome.weights, metadata=card.to_metadata(), overwrite=overwrite)
        state.unlink(missing_ok=True)
    return card
