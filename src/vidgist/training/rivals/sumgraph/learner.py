"""Training of the network like SumGraph's, with and without annotations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from vidgist.models.methods import METHODS
from vidgist.training.batches import video_features
from vidgist.training.layers import Network, first_weights
from vidgist.training.learner import Terms, Update
from vidgist.training.rivals.sum_fcn.learner import likeness, reconstruction
from vidgist.training.rivals.sumgraph import sumgraph_parts
from vidgist.training.sampling import epoch_generator, shuffled_batches
from vidgist.training.whole_videos import WholeVideoLearner


class SumgraphLearner(WholeVideoLearner):
    """Training by keyframes: cross-entropy, diversity, restoration and sparse edges."""

    mean = True

    def make_network(self) -> nn.Module:
        """Return the network with torch's first weights."""
        shapes = METHODS[self.settings.method].shapes(self.videos.dimension, self.settings)
        weights = first_weights(shapes, seed=self.seed)
        return Network(sumgraph_parts, weights, self.settings)

    def rate(self, epoch: int) -> float:
        """Return the factor of the learning rate."""
        return float(self.settings.rate_factor ** (epoch // self.settings.rate_epochs))

    def updates(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[Update]:
        """Yield a step for every batch of videos, each of evenly spaced samples."""
        rng = epoch_generator(self.seed, epoch)
        for batch in shuffled_batches(len(self.videos), batch=self.batch, drop_last=False, rng=rng):

            def losses(batch: Any = batch) -> Iterator[Terms]:
                for video in batch:
                    rows = self._rows(int(video))
                    features = video_features(
                        self.videos, int(video), device=fabric.device, unit=True
                    )[rows]
                    found = network(features)
                    yield self.loss(int(video), rows, features, found)

            yield Update(losses=losses(), scale=1 / len(batch))

    def _rows(self, video: int) -> Any:
        length = int(self.videos.lengths[video])
        count = min(length, self.settings.samples)
        return np.arange(count) * length // count

    def loss(
        self, video: int, rows: Any, features: Tensor, found: tuple[Tensor, Tensor, Tensor]
    ) -> dict[str, Tensor]:
        """Return the terms of the loss of one video.

        Args:
            video: its number.
            rows: (t,) which samples were seen.
            features: (t, D) of length 1.
            found: what the network makes of them.
        """
        logits, nodes, edges = found
        keyframes = torch.from_numpy(self.videos.targets_of(video).keyframes[rows])
        keyframes = keyframes.to(logits.device)
        count, chosen = len(keyframes), keyframes.sum()
        weights = torch.where(keyframes, count / (2 * chosen), count / (2 * (count - chosen)))
        # Where all samples are of one class, its weight alone counts.
        classes = F.binary_cross_entropy_with_logits(
            logits, keyframes.float(), weight=weights.nan_to_num(posinf=0.0)
        )
        restored = self.restored(nodes)
        restoration = (features - restored).square().sum(dim=1).mean()
        return self._together(classes, keyframes.float(), restored, restoration, edges)

    def restored(self, nodes: Tensor) -> Tensor:
        """Return the features (t, D) that the nodes restore."""
        weights = dict(self.network.named_parameters())
        return F.linear(nodes, weights["restore.weight"], weights["restore.bias"])

    def _together(
        self, first: Tensor, chances: Tensor, restored: Tensor, restoration: Tensor, edges: Tensor
    ) -> dict[str, Tensor]:
        settings = self.settings
        alike = likeness(chances[None], restored[None])[0]
        total = (
            first
            + settings.diversity_weight * alike
            + settings.restoration_weight * restoration
            + settings.sparsity_weight * edges
        )
        return {"first": first, "alike": alike, "restoration": restoration, "total": total}


class UnsupervisedLearner(SumgraphLearner):
    """Training without annotations: scores choose softly, and their mean is held."""

    def loss(
        self, video: int, rows: Any, features: Tensor, found: tuple[Tensor, Tensor, Tensor]
    ) -> dict[str, Tensor]:
        """Return the terms of the loss of one video."""
        logits, nodes, edges = found
        scores, restored = logits.sigmoid(), self.restored(nodes)
        length = (scores.mean() - self.settings.mean_score).abs()
        restoration = reconstruction(scores[None], features[None], restored[None])[0]
        return self._together(length, scores, restored, restoration, edges)
