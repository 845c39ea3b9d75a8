"""The network of CSTA by torch, its training and its scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from vidgist.models.layers import NORM_EPSILON
from vidgist.training.rivals.csta import (
    POOLS_BEFORE,
    STEM,
    CstaSettings,
    inceptions,
)
from vidgist.training.whole_videos import RegressionLearner
from vidgist.types import Floats

LEAST_ROWS = 32
"""Rows of the smallest picture that all pools can halve; shorter videos repeat their last row."""

_EPSILON = 1e-3


class Convolution(nn.Module):
    """A convolution without bias, a batch normalization and ReLU."""

    def __init__(self, before: int, behind: int, kernel: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, behind, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(behind, eps=_EPSILON)

    def forward(self, values: Tensor) -> Tensor:
        """Return (B, behind, H, W)."""
        normalized: Tensor = self.norm(self.conv(values))
        return normalized.relu()


class Inception(nn.Module):
    """Four ways side by side: 1 x 1, 3 x 3, a narrower 3 x 3, and a pool."""

    def __init__(self, entering: int, *sizes: int) -> None:
        super().__init__()
        one, before, three, less, five, pooled = sizes
        self.one = Convolution(entering, one, 1)
        self.reduce = Convolution(entering, before, 1)
        self.three = Convolution(before, three, 3)
        self.reduce_more = Convolution(entering, less, 1)
        self.five = Convolution(less, five, 3)
        self.pooled = Convolution(entering, pooled, 1)

    def forward(self, values: Tensor) -> Tensor:
        """Return the channels of all ways."""
        around = F.max_pool2d(values, 3, stride=1, padding=1)
        ways = (
            self.one(values),
            self.three(self.reduce(values)),
            self.five(self.reduce_more(values)),
            self.pooled(around),
        )
        return torch.cat(ways, dim=1)


class Csta(nn.Module):
    """Features (T, D) to logits (T,).

    Args:
        dimension: D.
        settings: of the method.
    """

    def __init__(self, dimension: int, settings: CstaSettings) -> None:
        super().__init__()
        width = settings.width
        self.settings = settings
        self.first = nn.Parameter(torch.zeros(3, 1, width))
        self.narrow = nn.Linear(dimension, width, bias=False) if dimension != width else None
        self.key, self.value = nn.Linear(width, width), nn.Linear(width, width)
        divided = settings.narrow
        self.stem = nn.ModuleList(
            [
                Convolution(
                    before if i == 0 else before // divided,
                    behind // divided,
                    kernel,
                    stride=2 if i == 0 else 1,
                )
                for i, (before, behind, kernel) in enumerate(STEM)
            ]
        )
        self.inceptions = nn.ModuleList([Inception(*sizes) for sizes in inceptions(settings)])
        self.map_norm = nn.BatchNorm2d(1)
        self.hidden = nn.Linear(width, width)
        self.last_norm = nn.LayerNorm(width, eps=NORM_EPSILON)
        self.out = nn.Linear(width, 1)
        for layer in (self.hidden, self.out):
            nn.init.xavier_uniform_(layer.weight, gain=2**0.5)
            nn.init.constant_(layer.bias, 0.1)

    def trunk(self, picture: Tensor) -> Tensor:
        """Return the channels (C, h, w) of a picture (3, H, W)."""
        values = self.stem[0](picture[None])
        values = F.max_pool2d(values, 3, stride=2, ceil_mode=True)
        values = self.stem[2](self.stem[1](values))
        values = F.max_pool2d(values, 3, stride=2, ceil_mode=True)
        for i, inception in enumerate(self.inceptions):
            if i in POOLS_BEFORE:
                values = F.max_pool2d(values, POOLS_BEFORE[i], stride=2, ceil_mode=True)
            values = inception(values)
        return values[0]

    def attentions(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return values (T + 1, W), and their weights over time and over their numbers."""
        repeated = features[None].expand(3, -1, -1)
        together = torch.cat([self.first, repeated], dim=1)
        keys = self.key(together)
        rows = keys.shape[1]
        missing = max(0, LEAST_ROWS - rows)
        picture = torch.cat([keys, keys[:, -1:].expand(-1, missing, -1)], dim=1)
        seen = F.adaptive_avg_pool2d(self.trunk(picture)[None], (rows, 1))[0, :, :, 0].T
        seen = self.map_norm((seen + keys[0])[None, None])[0, 0]
        seen = seen + place_code(rows, seen.shape[1], device=seen.device)
        share = self.settings.attention_dropout
        over_time, over_numbers = (
            F.dropout(seen.softmax(dim=dim), share, self.training) for dim in (0, 1)
        )
        return self.value(together[0]), over_time, over_numbers

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits (T,)."""
        if self.settings.unit_input:
            features = F.normalize(features, dim=1)
        if self.narrow is not None:
            features = self.narrow(features)
        values, over_time, over_numbers = self.attentions(features)
        mixed = values * over_time + values * over_numbers
        pooled = neighbors_mean(mixed)
        hidden = F.dropout(self.hidden(pooled).relu(), self.settings.dropout, self.training)
        logits: Tensor = self.out(self.last_norm(hidden))[:, 0]
        return logits


def neighbors_mean(rows: Tensor) -> Tensor:
    """Return the mean of each row (T + 1, W) and the next, (T, W)."""
    return (rows[:-1] + rows[1:]) / 2


def place_code(count: int, width: int, *, device: torch.device) -> Tensor:
    """Return sines and cosines (count, width) of the places, of wavelengths up to 10000."""
    places = np.arange(count)[:, None]
    angles = places / 10000.0 ** (np.arange(0, width, 2)[None] / width)
    code = np.zeros((count, width), dtype=np.float32)
    code[:, 0::2], code[:, 1::2] = np.sin(angles), np.cos(angles)[:, : width // 2]
    return torch.from_numpy(code).to(device)


class CstaLearner(RegressionLearner):
    """Training of CSTA, one video a step."""

    def make_network(self) -> nn.Module:
        """Return the network with its first weights."""
        return Csta(self.videos.dimension, self.settings)


def scores_of(weights: Mapping[str, Any], features: Floats, settings: CstaSettings) -> Floats:
    """Return the scores (T,) of a video, by torch."""
    with torch.random.fork_rng(devices=[]):
        network = Csta(features.shape[1], settings)
    network.load_state_dict({name: torch.as_tensor(values) for name, values in weights.items()})
    network.eval()
    with torch.no_grad():
        logits = network(torch.from_numpy(np.ascontiguousarray(features, dtype=np.float32)))
    return np.asarray(logits.double().sigmoid().numpy())
