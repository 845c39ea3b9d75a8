"""Training of networks that are written once for NumPy and torch, on whole videos."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from vidgist.models.methods import METHODS
from vidgist.training.batches import video_features
from vidgist.training.layers import Network, first_weights
from vidgist.training.learner import NetworkLearner, Terms, Update
from vidgist.training.sampling import epoch_generator, shuffled_batches
from vidgist.training.targets import min_max
from vidgist.training.videos import TrainingVideos


class WholeVideoLearner(NetworkLearner):
    """Training on whole videos, in shuffled order, some of them a step.

    A subclass gives `terms`, the loss of one video.

    Args:
        videos: training data.
        settings: of a method; of its fields ``batch`` is the videos of a step, by default 1, and
            ``clip`` the largest length of the gradient, and ``norm_shift`` the first shift of a
            LayerNorm.
        seed: of weights and order.
    """

    mean = False
    """Whether the gradients of a step's videos are averaged, or added up."""

    def __init__(self, videos: TrainingVideos, *, settings: Any, seed: int) -> None:
        super().__init__(videos, settings=settings, seed=seed)
        self.batch: int = getattr(settings, "batch", 1)

    def make_network(self) -> nn.Module:
        """Return the network with its first weights: matrices by Xavier, biases 0.1."""
        method = METHODS[self.settings.method]
        assert method.network is not None
        weights = first_weights(
            method.shapes(self.videos.dimension, self.settings),
            seed=self.seed,
            rule="xavier",
            norm_shift=getattr(self.settings, "norm_shift", 0.0),
        )
        return Network(method.network, weights, self.settings)

    def steps_of_epoch(self) -> int:
        """Return the number of steps of an epoch."""
        return -(-len(self.videos) // self.batch)

    def updates(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[Update]:
        """Yield a step for every batch of videos."""
        rng = epoch_generator(self.seed, epoch)
        for batch in shuffled_batches(len(self.videos), batch=self.batch, drop_last=False, rng=rng):

            def losses(batch: Any = batch) -> Iterator[Terms]:
                for video in batch:
                    features = video_features(
                        self.videos, int(video), device=fabric.device, unit=False
                    )
                    yield self.terms(int(video), network(features))

            yield Update(losses=losses(), scale=1 / len(batch) if self.mean else 1.0)

    def terms(self, video: int, found: Any) -> dict[str, Tensor]:
        """Return the terms of the loss of one video.

        Args:
            video: its number.
            found: what the network makes of it.
        """
        raise NotImplementedError


class RegressionLearner(WholeVideoLearner):
    r"""Training by squared errors against the importance y, of the logits z:

    .. math:: L = \frac{1}{T} \sum_t (\sigma(z_t) - y_t)^2

    Of the settings, ``scaled`` is whether y is scaled to [0, 1] in each video.
    """

    def terms(self, video: int, found: Tensor) -> dict[str, Tensor]:
        """Return the mean squared error of the sigmoid of logits (T,)."""
        importance = self.videos.targets_of(video).importance
        if self.settings.scaled:
            importance = min_max(importance).astype("float32")
        errors = found.float().sigmoid() - torch.from_numpy(importance).to(found.device)
        return {"total": errors.square().mean()}


class MeanScoreLearner(WholeVideoLearner):
    r"""Training without annotations by the mean score alone, ``mean_score`` of the settings:

    .. math:: L = \left| \frac{1}{T} \sum_t \sigma(z_t) - m \right|
    """

    def terms(self, video: int, found: Tensor) -> dict[str, Tensor]:
        """Return how far the mean of the sigmoid of logits (T,) is from what it shall be."""
        mean = found.float().sigmoid().mean()
        return {"mean": mean, "total": (mean - self.settings.mean_score).abs()}
