"""Training loop of every method: epochs, steps, checkpoints.

Lightning Fabric handles devices, precision and several processes; a method's `Learner` defines the
losses of a step, and which optimizers take it.
"""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from lightning_fabric import Fabric
from lightning_fabric.utilities.rank_zero import rank_zero_only
from torch import nn

from vidgist.errors import SettingError, TrainingError, unknown_value
from vidgist.system.processors import torch_uses_cuda
from vidgist.training.checkpoint import Checkpoint, restore, save_checkpoint
from vidgist.training.cluster import launcher
from vidgist.training.learner import Learner, StepCallback, Terms, Update

PRECISIONS = {"fp32": "32-true", "bf16": "bf16-mixed"}
CHECKPOINT_SECONDS = 10.0
"""Least age of the last checkpoint when an epoch writes another."""


def is_first_process() -> bool:
    """Return whether this process prints and writes: the only one of one device does."""
    return not getattr(rank_zero_only, "rank", 0)


def choose_precision(*, device: str = "auto", precision: str = "auto") -> str:
    """Return `fp32` or `bf16`; `auto` is bf16 where a CUDA device supports it.

    Raises:
        SettingError: a value is unknown, or there is no such device.
    """
    on_cuda = torch_uses_cuda(device)
    if precision == "auto":
        return "bf16" if on_cuda and torch.cuda.is_bf16_supported() else "fp32"
    if precision not in PRECISIONS:
        raise unknown_value("precision", precision, ("auto", *PRECISIONS))
    return precision


def open_fabric(
    *, device: str = "auto", devices: int = 1, num_nodes: int = 1, precision: str = "auto"
) -> Any:
    """Return a Lightning Fabric for these devices, launched.

    Args:
        device: `auto`, `cpu` or `cuda`.
        devices: how many of each computer; more than one share every batch.
        num_nodes: computers that share every batch.
        precision: see `choose_precision`.

    Raises:
        SettingError: a value is unknown, there is no such device, or a scheduler started another
            number of processes.
    """
    on_cuda = torch_uses_cuda(device)
    if devices < 1 or (on_cuda and devices > torch.cuda.device_count()):
        most = torch.cuda.device_count() if on_cuda else "the number of videos"
        raise SettingError(f"devices: expected 1 to {most}, got {devices}")
    name = PRECISIONS[choose_precision(device=device, precision=precision)]
    environment = launcher(devices=devices, num_nodes=num_nodes)
    with warnings.catch_warnings():
        # Fabric recommends other launchers and tools, and reports every process that it starts.
        warnings.simplefilter("ignore")
        logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
        fabric = Fabric(
            accelerator="cuda" if on_cuda else "cpu",
            devices=devices,
            precision=cast(Any, name),
            num_nodes=num_nodes,
            strategy="ddp" if devices * num_nodes > 1 else "auto",
            plugins=cast(Any, environment),
        )
        fabric.launch()
    return fabric


def learn(
    learner: Learner,
    *,
    epochs: int,
    seed: int,
    identity: Mapping[str, Any],
    fabric: Any = None,
    checkpoint: Path | None = None,
    resume: bool = False,
    report: StepCallback | None = None,
    note: Callable[[str], None] | None = None,
) -> Checkpoint:
    """Train a learner's network; return how far it came.

    Args:
        learner: what to train.
        epochs: passes over the data, including those of an earlier run that is resumed.
        seed: of dropout and other draws of torch.
        identity: what a checkpoint must share with this run, see `vidgist.training.identity`.
        fabric: of `open_fabric`; default one CPU.
        checkpoint: file that keeps the state between epochs, or None.
        resume: go on from the checkpoint if it exists.
        report: called after every step.
        note: called with a sentence when a training is resumed.

    Raises:
        TrainingError: a term of the loss is NaN or infinite; the message names step and term.
        ModelError: the checkpoint is damaged, of another run, or has more epochs.
        OutputError: the checkpoint cannot be written.
    """
    fabric = fabric or open_fabric(device="cpu")
    named = learner.optimizers()
    network, *set_up = fabric.setup(learner.network, *named.values())
    optimizers = dict(zip(named, set_up, strict=True))
    done = Checkpoint(identity=identity, epochs=0, steps=0, loss={})
    begins = f"{checkpoint}: there is no checkpoint to go on with, the training starts over"
    if resume and checkpoint is not None and checkpoint.exists():
        done = restore(checkpoint, learner, identity=identity, epochs=epochs)
        begins = f"{checkpoint}: {done.epochs} epochs of {epochs} are done, the training goes on"
    if resume and note is not None:
        note(begins)
    groups = [group for optimizer in named.values() for group in optimizer.param_groups]
    rates = [group["lr"] for group in groups]
    steps, saved = learner.steps_of_epoch() * epochs, time.monotonic()
    network.train()
    for epoch in range(done.epochs, epochs):
        began = time.process_time()
        # What torch draws in this epoch depends on these alone.
        draws = np.random.SeedSequence([seed, epoch, fabric.global_rank])
        torch.manual_seed(int(draws.generate_state(1)[0]))
        for group, rate in zip(groups, rates, strict=True):
            group["lr"] = rate * learner.rate(epoch)
        seen: dict[str, list[float]] = {}  # not every step has every term
        count = 0
        for update in learner.updates(network, epoch=epoch, fabric=fabric):
            count += 1
            step = done.steps + count
            numbers = _add_gradients(update, network, step=step, fabric=fabric)
            if learner.clip is not None:
                _clip(network, learner.clip, step=step)
            for name in update.optimizers:
                optimizers[name].step()
            for name, value in numbers.items():
                seen.setdefault(name, []).append(value)
            if report is not None:
                report(step=step, steps=steps, epoch=epoch + 1, terms=numbers)
        loss = {name: sum(values) / len(values) for name, values in seen.items()}
        done = replace(
            done,
            epochs=epoch + 1,
            steps=done.steps + count,
            loss=loss,
            seconds=done.seconds + time.process_time() - began,
        )
        if learner.finished(epoch, loss):
            break
        due = time.monotonic() - saved >= CHECKPOINT_SECONDS
        if checkpoint is not None and due and fabric.is_global_zero and epoch + 1 < epochs:
            save_checkpoint(checkpoint, learner, state=done)
            saved = time.monotonic()
    return done


def _add_gradients(
    update: Update, network: nn.Module, *, step: int, fabric: Any
) -> dict[str, float]:
    """Add up the gradients of a step's losses; return the mean of each term."""
    network.zero_grad(set_to_none=True)
    seen: dict[str, list[float]] = {}
    for terms in update.losses:
        for name, value in _finite(terms, step=step, fabric=fabric).items():
            seen.setdefault(name, []).append(value)
        fabric.backward(terms["total"] * update.scale)
    return {name: sum(values) / len(values) for name, values in seen.items()}


def _clip(network: nn.Module, longest: float, *, step: int) -> None:
    """Shorten the gradient of all weights, also of those that the step leaves alone."""
    length = float(nn.utils.clip_grad_norm_(network.parameters(), longest))
    if not math.isfinite(length):
        raise TrainingError(
            f"training: in step {step} the length of the gradient is {length}; take a smaller "
            "learning rate, or look for broken features in the data"
        )


def _finite(terms: Terms, *, step: int, fabric: Any) -> dict[str, float]:
    values = torch.stack([value.detach().float() for value in terms.values()])
    if fabric.world_size > 1:
        # The mean over devices, so that NaN on one of them stops all.
        values = fabric.all_reduce(values, reduce_op="mean")
    numbers = dict(zip(terms, values.tolist(), strict=True))
    for name, value in numbers.items():
        if not math.isfinite(value):
            raise TrainingError(
                f"training: in step {step} the term '{name}' of the loss is {value}; take a "
                "smaller learning rate, or look for broken features in the data"
            )
    return numbers
