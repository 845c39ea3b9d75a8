"""What a method trains: its network, optimizer, and the loss of each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from vidgist.models.settings import TrainingSettings
from vidgist.training.videos import Array


class StepCallback(Protocol):
    """Callback after every step."""

    def __call__(self, *, step: int, steps: int, epoch: int, terms: Mapping[str, float]) -> None:
        """Take the number of the step, of all steps and of the epoch, and the terms of the loss."""


class Learner(Protocol):
    """What a method trains: a network, its optimizer, and the loss of each step.

    Subclasses need no more than the constructor, `steps_of_epoch` and `losses`.

    Attributes:
        network: its weights become the model.
        optimizer: of these weights.
        clip: largest length of the gradient, or None.
    """

    network: nn.Module
    optimizer: torch.optim.Optimizer
    clip: float | None = None

    def steps_of_epoch(self) -> int:
        """Return the number of steps of an epoch."""

    def losses(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[dict[str, Tensor]]:
        """Yield the terms of each step's loss; ``total`` is minimized."""

    def state(self) -> dict[str, Array]:
        """Return further state that a checkpoint must keep, by name."""
        return {}

    def set_state(self, state: Mapping[str, Array]) -> None:
        """Restore what `state` returned."""


def adam(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Return Adam with the settings' learning rate and weight decay."""
    rate, decay = settings.learning_rate, settings.weight_decay
    return torch.optim.Adam(network.parameters(), lr=rate, weight_decay=decay)
