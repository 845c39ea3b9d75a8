"""Training of a model from videos to file, for ``vidgist train`` and the paper's tables."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np
import torch

from vidgist import __version__
from vidgist.errors import OutputError, SettingError
from vidgist.evaluation.judge import FLAT
from vidgist.models.card import ModelCard, videos_of
from vidgist.models.methods import METHODS
from vidgist.models.settings import TrainingSettings
from vidgist.system.files import check_output as check_file
from vidgist.system.tensors import write_tensors
from vidgist.training.checkpoint import checkpoint_path, weights_of
from vidgist.training.engine import choose_precision, learn, open_fabric
from vidgist.training.identity import identity_of
from vidgist.training.kept_epoch import BestEpoch, hold_out
from vidgist.training.learner import Learner, StepCallback
from vidgist.training.videos import TrainingVideos

LOOKED_AT = 5
"""Training videos whose scores are looked at when a training ends."""


def make_learner(videos: TrainingVideos, *, settings: TrainingSettings, seed: int) -> Learner:
    """Return the learner of the settings' method.

    Raises:
        SettingError: the method is unknown.
    """
    make = resolve_name(METHODS.find(settings.method).learner)
    learner: Learner = make(videos, settings=settings, seed=seed)
    return learner


def _learner(
    videos: TrainingVideos,
    tested: TrainingVideos | None,
    *,
    settings: TrainingSettings,
    seed: int,
) -> tuple[Learner, dict[str, str]]:
    """Return the learner, and what a run to resume must share of the videos that judge epochs."""
    if settings.keep == "last":
        return make_learner(videos, settings=settings, seed=seed), {}
    if settings.keep == "best-on-validation":
        videos, judged = hold_out(videos, seed=seed)
    elif tested is None:
        raise SettingError("keep: best-on-test needs the test videos; name them by splits='FILE'")
    else:
        judged = tested
    learner = make_learner(videos, settings=settings, seed=seed)
    best = BestEpoch(learner, judged, settings=settings)
    return best, {"videos that choose the epoch": judged.fingerprint}


def check_output(output: Path, *, resume: bool, overwrite: bool) -> None:
    """Make sure that a training destroys no earlier result.

    Raises:
        OutputError: the model exists, or a checkpoint that shall be neither resumed nor replaced.
    """
    unfinished = checkpoint_path(output)
    if output.exists() and resume and not unfinished.exists():
        raise OutputError(
            f"{output}: its training is finished, there is nothing to resume; to train again, give "
            "overwrite=True in the place of resume=True"
        )
    check_file(output, overwrite=overwrite)
    if unfinished.exists() and not resume and not overwrite:
        raise OutputError(
            f"{unfinished}: holds a training that is not finished; go on with resume=True, or "
            "start over with overwrite=True"
        )


def _check_devices(devices: int, videos: TrainingVideos, settings: TrainingSettings) -> None:
    if devices <= 1:
        return
    method = METHODS[settings.method]
    if not method.parallel:
        raise SettingError(
            f"devices: {method.title} learns from one video at a time, expected 1, got {devices}"
        )
    # A batch that cannot be shared is left out: where all are, nothing would be learned.
    batch = getattr(settings, "batch", devices)
    for count, of in ((len(videos), "videos"), (batch, "videos of a batch")):
        if devices > count:
            raise SettingError(
                f"devices: {devices} devices cannot share {count} {of}; give at most {count}"
            )


def train(
    videos: TrainingVideos,
    output: str | Path,
    *,
    settings: TrainingSettings,
    seed: int = 0,
    device: str = "auto",
    devices: int = 1,
    num_nodes: int = 1,
    precision: str = "auto",
    resume: bool = False,
    overwrite: bool = False,
    split: Mapping[str, Any] | None = None,
    tested: TrainingVideos | None = None,
    command: str = "",
    report: StepCallback | None = None,
    note: Callable[[str], None] | None = None,
) -> ModelCard:
    """Train a model on the videos and write it to ``output``, whole or not at all.

    While it trains, ``<output>.checkpoint`` keeps the state of a recent epoch; it is deleted when
    the model is written. The same seed on the same machine gives the same numbers.

    Args:
        videos: training data.
        output: the model file, safetensors.
        settings: of any method, see `vidgist.models.methods.training_settings`.
        seed: of weights, samples and dropout.
        device: `auto`, `cpu` or `cuda`.
        devices: how many of a computer share every batch.
        num_nodes: computers that share every batch.
        precision: `auto`, `fp32` or `bf16`.
        resume: go on from the checkpoint if it exists.
        overwrite: replace a model that exists, and a checkpoint that is not resumed.
        split: the split that the videos are the training part of, for the card.
        tested: the test videos with annotations, for ``keep="best-on-test"`` alone.
        command: that trains, for the card.
        report: called after every step.
        note: called with a sentence when a training is resumed.

    Returns:
        The card of the model file.

    Raises:
        TrainingError: a term of the loss became NaN or infinite.
        ModelError: the checkpoint is damaged, of a run with other settings or data, or of more
            epochs.
        OutputError: see `check_output`; or the model cannot be written.
        SettingError: there is no such device, or there are more than videos to share.
    """
    output = Path(output)
    check_output(output, resume=resume, overwrite=overwrite)
    _check_devices(devices * num_nodes, videos, settings)
    precision = choose_precision(device=device, precision=precision)
    checkpoint = checkpoint_path(output)
    fabric = open_fabric(device=device, devices=devices, num_nodes=num_nodes, precision=precision)
    learner, judged = _learner(videos, tested, settings=settings, seed=seed)
    done = learn(
        learner,
        epochs=settings.epochs,
        seed=seed,
        identity=identity_of(
            videos,
            settings=settings,
            seed=seed,
            precision=precision,
            devices=devices * num_nodes,
            **judged,
        ),
        fabric=fabric,
        checkpoint=checkpoint,
        resume=resume,
        report=report,
        note=note,
    )
    card = ModelCard(
        kind=settings.method,
        dimension=videos.dimension,
        backbone=videos.backbone,
        backbone_fingerprint=videos.backbone_fingerprint,
        settings=dataclasses.asdict(settings),
        seed=seed,
        epochs=done.epochs,
        steps=done.steps,
        data=videos.fingerprint,
        videos=len(videos),
        loss=dict(done.loss),
        versions={
            "vidgist": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        run={
            "precision": precision,
            "devices": devices * num_nodes,
            "threads": torch.get_num_threads(),
            "seconds": round(done.seconds, 3),
        },
        trained_on=videos_of(videos.keys, videos.feature_digests(), split=split, command=command),
    )
    if fabric.is_global_zero:
        weights = weights_of(learner.model())
        write_tensors(output, weights, metadata=card.to_metadata(), overwrite=overwrite)
        checkpoint.unlink(missing_ok=True)
        sentence = _collapse(videos, weights, settings)
        if note is not None and sentence:
            note(f"{output}: {sentence}")
    return card


def _collapse(
    videos: TrainingVideos, weights: Mapping[str, Any], settings: TrainingSettings
) -> str:
    """Return a sentence where the model's scores are constant within videos that it learned."""
    score = METHODS[settings.method].score
    if score is None or videos.quantized:
        return ""
    looked = [i for i in range(len(videos)) if videos.lengths[i] > 1][:LOOKED_AT]
    flat = 0
    for video in looked:
        rows = slice(videos.starts[video], videos.starts[video] + videos.lengths[video])
        scores = score(weights, np.asarray(videos.rows[rows], dtype=np.float32), settings)
        flat += bool(np.ptp(scores) < FLAT)
    if not flat:
        return ""
    return (
        f"its scores are constant in {flat} of {len(looked)} training videos looked at: the "
        "training collapsed there, and they rank nothing"
    )
