"""Learner of contrastive refinement: its network, optimizer and batches."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor, nn

from vidgist.models.settings import ContrastiveSettings
from vidgist.training.batches import count_steps, epoch_batches
from vidgist.training.losses import total_loss
from vidgist.training.network import seed_network
from vidgist.training.videos import TrainingVideos

__all__ = ["ContrastiveLearner"]


class ContrastiveLearner:
    """Training of the network and the uniqueness filter (sections 4.3 and 4.4)."""

    clip: float | None = None

    def __init__(self, videos: TrainingVideos, *, settings: ContrastiveSettings, seed: int) -> None:
        self.videos = videos
        self.settings = settings
        self.seed = seed
        self.network: nn.Module = seed_network(
            videos.dimension,
            settings=settings.network,
            unit_input=settings.unit_input,
            seed=seed,
        )
        self.optimizer: torch.optim.Optimizer = torch.optim.Adam(
            self.network.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )

    def steps_of_epoch(self) -> int:
        """Return how many batches an epoch has."""
        return count_steps(
            len(self.videos), batch=self.settings.batch, drop_last=self.settings.drop_last
        )

    def losses(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[dict[str, Tensor]]:
        """Yield the terms of each batch's loss."""
        batches = epoch_batches(
            self.videos,
            samples=self.settings.samples,
            batch=self.settings.batch,
            drop_last=self.settings.drop_last,
            seed=self.seed,
            epoch=epoch,
            device=fabric.device,
            rank=fabric.global_rank,
            ranks=fabric.world_size,
        )

        def gather(segments: Tensor) -> tuple[Tensor, int]:
            if fabric.world_size == 1:
                return segments, 0
            with warnings.catch_warnings():
                # torch is renaming the function that Fabric calls here.
                warnings.filterwarnings("ignore", message=".*all_gather is deprecated")
                shared = fabric.all_gather(segments, sync_grads=True).flatten(0, 1)
            return shared, fabric.global_rank * len(segments)

        for features in batches:
            refined, logits = network(features)
            terms = total_loss(features, refined, logits, settings=self.settings, gather=gather)
            del features, refined, logits  # nothing of this batch is kept while the next is read
            yield terms
            del terms

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return nothing: weights and moments are the whole state."""
        return {}

    def set_state(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Restore nothing."""
