"""Training of linear rankers on pairs of samples, see `vidgist.training.rivals.multi_ranker`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812
from scipy.cluster.vq import kmeans2, vq
from torch import Tensor, nn

from vidgist.models.methods import METHODS
from vidgist.training.batches import dequantize
from vidgist.training.layers import Network, first_weights
from vidgist.training.learner import NetworkLearner
from vidgist.training.sampling import epoch_generator
from vidgist.training.videos import Array, TrainingVideos

FIRST_DEVIATION = 0.02
"""Standard deviation of the first weights."""


class RankerLearner(NetworkLearner):
    """Training of P linear maps by pairs; the standard ranker has one.

    Args:
        videos: training data, with targets.
        settings: of the ranker or of Multi-ranker.
        seed: of the pairs, of the clusters and of the first weights.
    """

    def __init__(self, videos: TrainingVideos, *, settings: Any, seed: int) -> None:
        super().__init__(videos, settings=settings, seed=seed)
        self.maps = int(getattr(settings, "preferences", 1))
        rng = np.random.default_rng(seed)
        self.pairs = self._draw_pairs(rng)  # (pairs, 2) rows of the videos
        self.targets = self._targets(rng)  # (pairs, 1 + P): the global one, then the local ones

    def make_network(self) -> nn.Module:
        """Return the maps, their first weights normally distributed."""
        method = METHODS[self.settings.method]
        assert method.network is not None
        shapes = method.shapes(self.videos.dimension, self.settings)
        weights = first_weights(shapes, seed=self.seed)
        generator = torch.Generator().manual_seed(self.seed)
        shape = weights["out.weight"].shape
        weights["out.weight"] = FIRST_DEVIATION * torch.randn(shape, generator=generator)
        return Network(method.network, weights, self.settings)

    def make_optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return Adam with a first moment of its own."""
        settings = self.settings
        adam = torch.optim.Adam(
            self.network.parameters(),
            lr=settings.learning_rate,
            betas=(settings.beta1, 0.999),
            weight_decay=settings.weight_decay,
        )
        return {"": adam}

    def _draw_pairs(self, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        videos = self.videos
        drawn = [
            start + rng.integers(length, size=(self.settings.pairs, 2))
            for start, length in zip(videos.starts, videos.lengths, strict=True)
        ]
        return np.concatenate(drawn)

    def _targets(self, rng: np.random.Generator) -> npt.NDArray[np.float32]:
        assert self.videos.targets is not None
        importance = self.videos.targets.importance
        first, second = self.pairs.T
        columns = [importance]
        if self.maps > 1:
            clusters = self._clusters(rng)
            columns += [np.where(clusters == p, importance, 0) for p in range(self.maps)]
        else:
            columns.append(importance)
        orders = [0.5 + 0.5 * np.sign(values[first] - values[second]) for values in columns]
        return np.stack(orders, axis=1).astype(np.float32)

    def _clusters(self, rng: np.random.Generator) -> npt.NDArray[np.int32]:
        """Return the preference of every row: its nearest of P centers of samples drawn."""
        videos = self.videos
        chosen = rng.integers(len(videos), size=self.settings.clustered)
        drawn = videos.starts[chosen] + rng.integers(videos.lengths[chosen])
        samples = self._features(drawn).numpy()
        centers, _ = kmeans2(samples, self.maps, minit="++", rng=rng)
        nearest = np.zeros(len(videos.rows), dtype=np.int32)
        for start, length in zip(videos.starts, videos.lengths, strict=True):
            rows = np.arange(start, start + length)
            nearest[rows] = vq(self._features(rows).numpy(), centers)[0]
        return nearest

    def _features(self, rows: Array) -> Tensor:
        """Return the features (n, D) of some rows, as they enter the map."""
        values = torch.from_numpy(np.ascontiguousarray(self.videos.rows[rows]))
        values = dequantize(values) if self.videos.quantized else values.float()
        return F.normalize(values, dim=-1) if self.settings.unit_input else values

    def steps_of_epoch(self) -> int:
        """Return the number of full batches, or 1 where there is none."""
        return max(1, len(self.pairs) * self.maps // self.settings.batch)

    def losses(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[dict[str, Tensor]]:
        """Yield the terms of each batch of pairs."""
        rng = epoch_generator(self.seed, epoch)
        order = rng.permutation(len(self.pairs) * self.maps)
        for step in range(self.steps_of_epoch()):
            chosen = order[step * self.settings.batch : (step + 1) * self.settings.batch]
            pairs, preference = np.divmod(chosen, self.maps)
            both = self._features(self.pairs[pairs].reshape(-1)).to(fabric.device)
            targets = torch.from_numpy(self.targets[pairs]).to(fabric.device)
            yield self.terms(
                both.reshape(len(pairs), 2, -1),
                targets,
                torch.from_numpy(preference).to(fabric.device),
            )

    def terms(self, both: Tensor, targets: Tensor, preference: Tensor) -> dict[str, Tensor]:
        """Return the terms of the loss of n pairs.

        Args:
            both: (n, 2, D) features of the pairs.
            targets: (n, 1 + P) 1 where the first is more important, 0 where the second is, 0.5
                where they are equal: by the global importance, and by that of each preference.
            preference: (n,) which preference each pair is seen for.
        """
        weights = dict(self.network.named_parameters())
        rows = torch.arange(len(both), device=both.device)
        local = (both[:, 0] - both[:, 1]) @ weights["out.weight"].T  # the shifts cancel
        if self.maps == 1:
            return {"total": F.binary_cross_entropy_with_logits(local[:, 0], targets[:, 0])}
        scores = both @ weights["out.weight"].T + weights["out.bias"]
        largest = scores.amax(dim=2)
        share = self.settings.global_weight
        own = F.binary_cross_entropy_with_logits(
            local[rows, preference], targets[rows, 1 + preference]
        )
        together = F.binary_cross_entropy_with_logits(largest[:, 0] - largest[:, 1], targets[:, 0])
        return {"local": own, "global": together, "total": (1 - share) * own + share * together}
