"""What a method trains: its network, its optimizers, and the losses of each step."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from vidgist.errors import DataError
from vidgist.models.methods import METHODS
from vidgist.models.settings import TrainingSettings
from vidgist.training.batches import video_features
from vidgist.training.sampling import epoch_generator
from vidgist.training.videos import Array, TrainingVideos

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


class NetworkLearner(Learner):
    """The usual learner: one network with weights from a seed, and Adam.

    A subclass gives `make_network`, and `losses` or `updates`.

    Args:
        videos: training data.
        settings: of a method; their ``clip``, if any, is the largest length of the gradient.
        seed: of the first weights, and of the order.

    Raises:
        DataError: the method learns from annotations, and the data have none.
    """

    def __init__(self, videos: TrainingVideos, *, settings: Any, seed: int) -> None:
        method = METHODS[settings.method]
        if method.labels and videos.targets is None:
            raise DataError(f"training data: has no annotations, which {method.title} learns from")
        self.videos = videos
        self.settings = settings
        self.seed = seed
        self.clip = getattr(settings, "clip", None)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = self.make_network()
        self._optimizers = self.make_optimizers()

    @abstractmethod
    def make_network(self) -> nn.Module:
        """Return the network; what it draws from torch follows from the seed."""

    def make_optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return the optimizers by name, by default Adam of all weights under ``""``."""
        return {"": adam(self.network, self.settings)}

    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return every optimizer by name."""
        return self._optimizers

    def steps_of_epoch(self) -> int:
        """Return the number of videos: by default each is a step of its own."""
        return len(self.videos)

    def order(self, epoch: int) -> Iterator[int]:
        """Yield the numbers of the videos in the random order of an epoch."""
        yield from map(int, epoch_generator(self.seed, epoch).permutation(len(self.videos)))

    def features(self, video: int, fabric: Any) -> Tensor:
        """Return all features (T, D) of a video, of length 1 where the settings want that."""
        unit = self.settings.unit_input
        return video_features(self.videos, video, device=fabric.device, unit=unit)


def adam(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Return Adam with the settings' learning rate and weight decay."""
    rate, decay = settings.learning_rate, settings.weight_decay
    return torch.optim.Adam(network.parameters(), lr=rate, weight_decay=decay)


def adam_of_parts(
    parts: Mapping[str, Iterable[nn.Parameter]], settings: TrainingSettings, **rates: float
) -> dict[str, torch.optim.Optimizer]:
    """Return Adam of each part of a network by its name.

    Args:
        parts: the weights of each.
        settings: with the learning rate and weight decay.
        rates: learning rates by part, where they are others.
    """
    return {
        name: torch.optim.Adam(
            parameters,
            lr=rates.get(name, settings.learning_rate),
            weight_decay=settings.weight_decay,
        )
        for name, parameters in parts.items()
    }
