"""Learner of contrastive refinement: its network, optimizer and batches."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from vidgist.training.batches import epoch_batches
from vidgist.training.learner import NetworkLearner
from vidgist.training.losses import total_loss
from vidgist.training.network import seed_network


class ContrastiveLearner(NetworkLearner):
    """Training of the network and the uniqueness filter (sections 4.3 and 4.4)."""

    def make_network(self) -> nn.Module:
        """Return the network and its filter."""
        settings = self.settings
        return seed_network(
            self.videos.dimension,
            settings=settings.network,
            unit_input=settings.unit_input,
            seed=self.seed,
        )

    def steps_of_epoch(self) -> int:
        """Return the number of batches of an epoch."""
        full, rest = divmod(len(self.videos), self.settings.batch)
        return max(1, full) if self.settings.drop_last or not rest else full + 1

    def losses(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[dict[str, Tensor]]:
        """Yield the terms of each batch's loss."""
        rank, ranks = fabric.global_rank, fabric.world_size

        def gather(segments: Tensor) -> tuple[Tensor, int]:
            if ranks == 1:
                return segments, 0
            with warnings.catch_warnings():
                # torch is renaming the function that Fabric calls here.
                warnings.filterwarnings("ignore", message=".*all_gather is deprecated")
                shared = fabric.all_gather(segments, sync_grads=True).flatten(0, 1)
            return shared, rank * len(segments)

        for features in epoch_batches(
            self.videos,
            settings=self.settings,
            seed=self.seed,
            epoch=epoch,
            device=fabric.device,
            rank=rank,
            ranks=ranks,
        ):
            refined, logits = network(features)
            terms = total_loss(features, refined, logits, settings=self.settings, gather=gather)
            del features, refined, logits  # nothing of this batch is kept while the next is read
            yield terms
            del terms
