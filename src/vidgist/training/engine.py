"""The loop that every method which learns goes through: epochs, steps, checkpoints.

Devices, precision and several processes are Lightning Fabric's; what a step minimizes is the
method's.
"""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from lightning_fabric.utilities.rank_zero import rank_zero_only
from torch import Tensor, nn

from vidgist.errors import SettingError, TrainingError, unknown_value
from vidgist.system.processors import check_device
from vidgist.training.checkpoint import Checkpoint, restore, save_checkpoint, weights_of

__all__ = [
    "Learner",
    "Outcome",
    "Report",
    "choose_precision",
    "is_first_process",
    "learn",
    "open_fabric",
    "unreported",
    "untold",
]

PRECISIONS = {"fp32": "32-true", "bf16": "bf16-mixed"}
CHECKPOINT_SECONDS = 10.0
"""A checkpoint follows an epoch when the last is older than this."""


class Report(Protocol):
    """Called after every step."""

    def __call__(self, *, step: int, steps: int, epoch: int, terms: Mapping[str, float]) -> None:
        """Tell that ``step`` of ``steps`` is done, in which epoch, and the terms of its loss."""


class Learner(Protocol):
    """A method that learns."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    clip: float | None

    def steps_of_epoch(self) -> int:
        """Return how many steps an epoch has."""

    def losses(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[dict[str, Tensor]]:
        """Give the terms of each step's loss; ``total`` is what is minimized."""

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return what else has to be kept between epochs."""

    def set_state(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take back what `state` returned."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a training left.

    Attributes:
        weights: float32 arrays by name.
        epochs: passes over the data.
        steps: changes of the weights.
        loss: mean of each term of the loss over the steps of the last epoch that have it.
        main: whether this process is the one that writes files.
    """

    weights: dict[str, npt.NDArray[Any]]
    epochs: int
    steps: int
    loss: Mapping[str, float]
    main: bool = True


def is_first_process() -> bool:
    """Tell whether this process is the one that speaks and writes: with one device it always is."""
    return not getattr(rank_zero_only, "rank", 0)


def _on_cuda(device: str) -> bool:
    check_device(device)
    cuda = torch.cuda.is_available()
    if device == "cuda" and not cuda:
        raise SettingError("device: torch finds no usable CUDA device; take device='cpu'")
    return cuda and device != "cpu"


def choose_precision(*, device: str = "auto", precision: str = "auto") -> str:
    """Return `fp32` or `bf16`: what was asked for, or bf16 where a CUDA device has it.

    Raises:
        SettingError: a value is unknown, or there is no such device.
    """
    on_cuda = _on_cuda(device)
    if precision == "auto":
        return "bf16" if on_cuda and torch.cuda.is_bf16_supported() else "fp32"
    if precision not in PRECISIONS:
        raise unknown_value("--precision", precision, ("auto", *PRECISIONS))
    return precision


def open_fabric(*, device: str = "auto", devices: int = 1, precision: str = "auto") -> Any:
    """Return a Lightning Fabric for these devices, launched.

    Args:
        device: `auto`, `cpu` or `cuda`.
        devices: how many; more than one share every batch.
        precision: see `choose_precision`.

    Raises:
        SettingError: a value is unknown, or there is no such device.
    """
    on_cuda = _on_cuda(device)
    if devices < 1 or (on_cuda and devices > torch.cuda.device_count()):
        raise SettingError(f"--devices: expected 1 to {torch.cuda.device_count()}, came {devices}")
    name = PRECISIONS[choose_precision(device=device, precision=precision)]
    with warnings.catch_warnings():
        # Fabric recommends launchers and tools of its own, and tells of every process it starts.
        warnings.simplefilter("ignore")
        logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
        fabric = Fabric(
            accelerator="cuda" if on_cuda else "cpu",
            devices=devices,
            precision=cast(Any, name),
            strategy="ddp" if devices > 1 else "auto",
        )
        fabric.launch()
    return fabric


def unreported(*, step: int, steps: int, epoch: int, terms: Mapping[str, float]) -> None:
    """Be a `Report` to nobody."""


def untold(text: str) -> None:
    """Tell nobody."""


def seed_dropout(seed: int, epoch: int, rank: int) -> None:
    """Make what torch draws in this epoch depend on these alone."""
    torch.manual_seed(int(np.random.SeedSequence([seed, epoch, rank]).generate_state(1)[0]))


def learn(
    learner: Learner,
    *,
    epochs: int,
    seed: int,
    identity: Mapping[str, Any],
    fabric: Any = None,
    checkpoint: Path | None = None,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    resume: bool = False,
    report: Report = unreported,
    note: Callable[[str], None] = untold,
) -> Outcome:
    """Train, and return the weights.

    Args:
        learner: what to train.
        epochs: passes over the data, those of an earlier run that is resumed included.
        seed: of what is drawn while training.
        identity: what must be the same for a run to go on.
        fabric: of `open_fabric`; default one CPU.
        checkpoint: where to keep the state between epochs, or None.
        checkpoint_seconds: least time between two checkpoints.
        resume: go on from the checkpoint where there is one.
        report: told of every step.
        note: told, when resuming, from where the training goes on.

    Raises:
        TrainingError: a term of the loss is NaN or infinite; names the step and the term.
        ModelError: the checkpoint is damaged, of another run, or of more epochs.
        OutputError: the checkpoint cannot be written.
    """
    fabric = fabric or open_fabric(device="cpu")
    network, optimizer = fabric.setup(learner.network, learner.optimizer)
    done = Checkpoint(identity=identity, epochs=0, steps=0, loss={}, extra={})
    if resume and checkpoint is not None and checkpoint.exists():
        done = restore(
            *(checkpoint, learner.network, learner.optimizer),
            identity=identity,
            epochs=epochs,
            extra=learner.state(),
        )
        learner.set_state(done.extra)
        note(f"{checkpoint}: {done.epochs} epochs of {epochs} are done, the training goes on")
    elif resume:
        note(f"{checkpoint}: there is no checkpoint to go on with, the training starts anew")
    steps, saved = learner.steps_of_epoch() * epochs, time.monotonic()
    network.train()
    for epoch in range(done.epochs, epochs):
        seed_dropout(seed, epoch, fabric.global_rank)
        seen: dict[str, list[float]] = {}  # not every step has every term
        count = 0
        for terms in learner.losses(network, epoch=epoch, fabric=fabric):
            count += 1
            numbers = _finite(terms, step=done.steps + count, fabric=fabric)
            optimizer.zero_grad(set_to_none=True)
            fabric.backward(terms["total"])
            if learner.clip is not None:
                fabric.clip_gradients(network, optimizer, max_norm=learner.clip)
            optimizer.step()
            for name, value in numbers.items():
                seen.setdefault(name, []).append(value)
            report(step=done.steps + count, steps=steps, epoch=epoch + 1, terms=numbers)
        loss = {name: sum(values) / len(values) for name, values in seen.items()}
        done = replace(done, epochs=epoch + 1, steps=done.steps + count, loss=loss)
        due = time.monotonic() - saved >= checkpoint_seconds
        if checkpoint is not None and due and fabric.is_global_zero and epoch + 1 < epochs:
            state = replace(done, extra=learner.state())
            save_checkpoint(checkpoint, learner.network, learner.optimizer, state=state)
            saved = time.monotonic()
    return Outcome(
        weights=weights_of(learner.network),
        epochs=done.epochs,
        steps=done.steps,
        loss=done.loss,
        main=fabric.is_global_zero,
    )


def _finite(terms: Mapping[str, Tensor], *, step: int, fabric: Any) -> dict[str, float]:
    values = torch.stack([value.detach().float() for value in terms.values()])
    if fabric.world_size > 1:
        # The mean over devices: what is no number on one of them stops all.
        values = fabric.all_reduce(values, reduce_op="mean")
    numbers = dict(zip(terms, values.tolist(), strict=True))
    for name, value in numbers.items():
        if not math.isfinite(value):
            raise TrainingError(
                f"training: in step {step} the term '{name}' of the loss is {value}; lower "
                "--learning-rate, or look for broken features in the data"
            )
    return numbers
