r"""Training of SUM-FCN without labels, with a soft choice of samples.

With p_t the probabilities, P their sum, and :math:`\hat f` features restored from the decoder's
output and the video's own,

.. math::
   L = \frac{1}{P} \sum_t p_t^2 |x_t - \hat f_t|^2
     + \frac{1}{P (P - 1)} \sum_{t \ne s} p_t p_s \cos(\hat f_t, \hat f_s)
     + \lambda (\bar p - \sigma)^2
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from vidgist.training.batches import dequantize
from vidgist.training.learner import NetworkLearner
from vidgist.training.rivals.sum_fcn import (
    POOLS_AFTER,
    SKIP_AFTER,
    FcnSettings,
    block_sizes,
    nearest,
)
from vidgist.training.sampling import epoch_generator, shuffled_batches
from vidgist.training.videos import TrainingVideos


class Block(nn.Module):
    """A convolution over time and a batch normalization.

    Args:
        before: width that enters.
        behind: width that leaves.
        kernel: samples that the convolution sees.
        rectify: set what is negative to 0.
    """

    def __init__(self, before: int, behind: int, kernel: int, *, rectify: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv1d(before, behind, kernel, padding=kernel // 2)
        self.norm = nn.BatchNorm1d(behind)
        self.rectify = rectify

    def forward(self, values: Tensor) -> Tensor:
        """Return (B, behind, T) of (B, before, T)."""
        normalized: Tensor = self.norm(self.conv(values))
        return normalized.relu() if self.rectify else normalized


class Trunk(nn.Module):
    """Thirteen convolutions with five pools between them, and two wide maps.

    Args:
        dimension: D.
        settings: widths.
    """

    def __init__(self, dimension: int, settings: FcnSettings) -> None:
        super().__init__()
        sizes = block_sizes(dimension, settings)
        self.blocks = nn.ModuleList([Block(before, behind, 3) for before, behind in sizes])
        self.widen = Block(settings.inner, settings.outer, 1)
        self.top = Block(settings.outer, settings.outer, 1)

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return the short cut (B, inner, T / 16) and the top (B, outer, T / 32) of (B, D, T)."""
        short_cut = values
        for i, block in enumerate(self.blocks):
            values = block(values)
            if i in POOLS_AFTER:
                values = F.max_pool1d(values, 2, ceil_mode=True)
            if i == SKIP_AFTER:
                short_cut = values
        for block in (self.widen, self.top):
            values = F.dropout(block(values), 0.5, self.training)
        return short_cut, values


class Fcn(nn.Module):
    """Trunk and decoder: features to two channels of logits.

    Args:
        dimension: D.
        settings: widths.
    """

    def __init__(self, dimension: int, settings: FcnSettings) -> None:
        super().__init__()
        self.trunk = Trunk(dimension, settings)
        self.classify = Block(settings.outer, 2, 1)
        self.twice = nn.ConvTranspose1d(2, 2, 4, stride=2, padding=1, bias=False)
        self.skip = Block(settings.inner, 2, 1, rectify=False)
        self.restore = nn.ConvTranspose1d(2, 2, 16, stride=16, bias=False)

    def forward(self, values: Tensor) -> Tensor:
        """Return the logits (B, 2, T) of features (B, D, T), T a multiple of 32."""
        short_cut, top = self.trunk(values)
        decoded: Tensor = self.restore(self.twice(self.classify(top)) + self.skip(short_cut))
        return decoded


class Chooser(nn.Module):
    """The network, and what restores features from its choice.

    Args:
        dimension: D.
        settings: widths.
    """

    def __init__(self, dimension: int, settings: FcnSettings) -> None:
        super().__init__()
        self.fcn = Fcn(dimension, settings)
        self.widen = Block(2, dimension, 1)
        self.restore = Block(dimension, dimension, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return the probabilities (B, T) and restored features of features (B, T, D)."""
        values = features.transpose(1, 2)
        decoded = self.fcn(values)
        restored = self.restore(self.widen(decoded) + values)
        return decoded.softmax(dim=1)[:, 1], restored.transpose(1, 2)


def reconstruction(chances: Tensor, features: Tensor, restored: Tensor) -> Tensor:
    """Return how far the chosen samples are from what was restored, (B,)."""
    apart = (features - restored).square().sum(dim=2)
    return (chances.square() * apart).sum(dim=1) / chances.sum(dim=1).clamp_min(1e-6)


def likeness(chances: Tensor, restored: Tensor) -> Tensor:
    """Return the mean cosine of the chosen, (B,); 0 where fewer than two are chosen."""
    unit = chances[:, :, None] * F.normalize(restored, dim=2)
    pairs = unit.sum(dim=1).square().sum(dim=1) - unit.square().sum(dim=(1, 2))
    count = chances.sum(dim=1)
    return torch.where(count >= 2, pairs / (count * (count - 1)).clamp_min(1e-6), 0.0)


def choice_terms(
    chances: Tensor, features: Tensor, restored: Tensor, settings: FcnSettings
) -> dict[str, Tensor]:
    """Return the three terms of the loss, means over a batch (B, T)."""
    share = (chances.mean(dim=1) - settings.share).square()
    return {
        "reconstruction": reconstruction(chances, features, restored).mean(),
        "likeness": likeness(chances, restored).mean(),
        "share": settings.share_weight * share.mean(),
    }


def resampled(
    videos: TrainingVideos, chosen: Any, settings: FcnSettings, device: torch.device
) -> Tensor:
    """Return the features (B, samples, D) of some videos, float32 on the device."""
    indices = np.stack([nearest(int(videos.lengths[i]), settings.samples) for i in chosen])
    values = torch.from_numpy(videos.read(np.asarray(chosen), indices)).to(device)
    values = dequantize(values) if videos.quantized else values.float()
    return F.normalize(values, dim=-1) if settings.unit_input else values


class SumFcnLearner(NetworkLearner):
    """Training of SUM-FCN on batches of videos brought to one length."""

    network: Chooser

    def make_network(self) -> nn.Module:
        """Return the network, with what restores features."""
        return Chooser(self.videos.dimension, self.settings)

    def make_optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return gradient descent with momentum."""
        settings = self.settings
        descent = torch.optim.SGD(
            self.network.parameters(),
            lr=settings.learning_rate,
            momentum=settings.momentum,
            weight_decay=settings.weight_decay,
        )
        return {"": descent}

    def model(self) -> nn.Module:
        """Return the network without what restores features."""
        return self.network.fcn

    def steps_of_epoch(self) -> int:
        """Return the number of batches."""
        return -(-len(self.videos) // self.settings.batch)

    def losses(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[dict[str, Tensor]]:
        """Yield the terms of each batch's loss, in random order."""
        rng = epoch_generator(self.seed, epoch)
        plan = shuffled_batches(
            len(self.videos), batch=self.settings.batch, drop_last=False, rng=rng
        )
        for chosen in plan:
            features = resampled(self.videos, chosen, self.settings, fabric.device)
            chances, restored = network(features)
            terms = choice_terms(chances, features, restored, self.settings)
            yield {**terms, "total": torch.stack([*terms.values()]).sum()}
