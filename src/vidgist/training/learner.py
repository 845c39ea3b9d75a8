"""What a method trains: its network, its optimizers, and the losses of each step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from vidgist.models.settings import TrainingSettings
from vidgist.training.videos import Array

Terms = Mapping[str, Tensor]
"""Terms of a loss by name; ``total`` is minimized."""


class StepCallback(Protocol):
    """Callback after every step."""

    def __call__(self, *, step: int, steps: int, epoch: int, terms: Mapping[str, float]) -> None:
        """Take the number of the step, of all steps and of the epoch, and the terms of the loss."""


@dataclass(frozen=True, kw_only=True)
class Update:
    """One step: losses whose gradients are added up, then the optimizers that use them.

    Every step starts from gradients of zero, also of the weights that it leaves alone.

    Attributes:
        losses: computed one after the other, so that only one graph is in memory at a time.
        optimizers: names of the optimizers that take a step.
        scale: factor of each gradient: 1 for their sum, 1 / B for the mean over B losses.
    """

    losses: Iterable[Terms]
    optimizers: tuple[str, ...] = ("",)
    scale: float = 1.0


class Learner(Protocol):
    """What a method trains: a network, its optimizers, and the losses of each step.

    With one optimizer and one loss a step, a subclass needs no more than the constructor,
    `steps_of_epoch` and `losses`. Adversarial methods, and those that add up the gradients of
    several videos, give `updates` in the place of `losses`.

    Attributes:
        network: all that is trained.
        optimizer: of its weights, where there is one.
        clip: largest length of the gradient of all weights, or None.
    """

    network: nn.Module
    optimizer: torch.optim.Optimizer
    clip: float | None = None

    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return every optimizer by name; a single one is called ``""``."""
        return {"": self.optimizer}

    def steps_of_epoch(self) -> int:
        """Return the number of steps of an epoch."""

    def losses(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[dict[str, Tensor]]:
        """Yield the terms of each step's loss; ``total`` is minimized."""

    def updates(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[Update]:
        """Yield the steps of an epoch; by default one for each of `losses`."""
        for terms in self.losses(network, epoch=epoch, fabric=fabric):
            yield Update(losses=(terms,))

    def rate(self, epoch: int) -> float:
        """Return the factor of the learning rates in an epoch, which is counted from 0."""
        return 1.0

    def finished(self, epoch: int, loss: Mapping[str, float]) -> bool:
        """Return whether to stop early, after an epoch and given the means of its terms."""
        return False

    def model(self) -> nn.Module:
        """Return the part of the network whose weights become the model; by default all of it."""
        return self.network

    def state(self) -> dict[str, Array]:
        """Return further state that a checkpoint must keep, by name."""
        return {}

    def set_state(self, state: Mapping[str, Array]) -> None:
        """Restore what `state` returned."""


def adam(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Return Adam with the settings' learning rate and weight decay."""
    rate, decay = settings.learning_rate, settings.weight_decay
    return torch.optim.Adam(network.parameters(), lr=rate, weight_decay=decay)
