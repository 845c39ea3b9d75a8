r"""Network G that refines features, and uniqueness filter H, in torch.

G is a linear map to ``width``, a LayerNorm, and Transformer encoder layers without positions: what
a sample becomes depends on which samples there are, not on their order. One encoder layer of H is

.. math::
   a = \mathrm{LN}(x + W_o \, \mathrm{softmax}(Q K^T / \sqrt{d_{head}}) V), \qquad
   y = \mathrm{LN}(a + W_2 \max(0, W_1 a + b_1) + b_2)

where `reference` leaves out the second LN. `vidgist.models.refiner` runs trained networks without
torch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from vidgist.models.layers import NORM_EPSILON
from vidgist.models.settings import NetworkSettings

_KEPT_NUMBERS = 2**23
"""Most queries of a batch that are kept for the gradient, and as many keys and values. More, as in
a batch of 128 videos with 8 heads, are computed again: kept, they would take 1 GB of 3."""


class EncoderLayer(nn.Module):
    """One post-norm encoder layer: self-attention, then a feed-forward part."""

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.heads = settings.heads
        self.dropout = settings.attention_dropout
        width, all_heads = settings.width, settings.heads * settings.head_width
        self.query = nn.Linear(width, all_heads, bias=False)
        self.key = nn.Linear(width, all_heads, bias=False)
        self.value = nn.Linear(width, all_heads, bias=False)
        self.out = nn.Linear(all_heads, width, bias=False)
        self.norm = nn.LayerNorm(width, eps=NORM_EPSILON)
        self.widen = nn.Linear(width, settings.inner)
        self.narrow = nn.Linear(settings.inner, width)
        self.last_norm: nn.Module = nn.Identity()
        if settings.norm_after_feedforward:
            self.last_norm = nn.LayerNorm(width, eps=NORM_EPSILON)

    def _split(self, values: Tensor) -> Tensor:
        batch, length, width = values.shape
        return values.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

    def _attend(self, values: Tensor) -> Tensor:
        mixed = F.scaled_dot_product_attention(
            self._split(self.query(values)),
            self._split(self.key(values)),
            self._split(self.value(values)),
            dropout_p=self.dropout if self.training else 0.0,
        )
        attended: Tensor = self.out(mixed.transpose(1, 2).flatten(2))
        return attended

    def forward(self, values: Tensor) -> Tensor:
        """Return (B, T, width) of (B, T, width)."""
        numbers = values.shape[0] * values.shape[1] * self.query.out_features
        if self.training and numbers > _KEPT_NUMBERS:
            mixed = checkpoint(self._attend, values, use_reentrant=False)
        else:
            mixed = self._attend(values)
        attended = self.norm(values + mixed)
        fed = self.narrow(F.relu(self.widen(attended), inplace=True))
        result: Tensor = self.last_norm(attended + fed)
        return result


class Refiner(nn.Module):
    """G and H together.

    Args:
        dimension: D, length of a backbone feature.
        settings: the shape.
        unit_input: bring features to length 1 before they enter.
    """

    def __init__(
        self, dimension: int, *, settings: NetworkSettings, unit_input: bool = True
    ) -> None:
        super().__init__()
        self.unit_input = unit_input
        self.filter_sees_unit = settings.filter_sees_unit
        self.project = nn.Linear(dimension, settings.width)
        self.norm = nn.LayerNorm(settings.width, eps=NORM_EPSILON)
        self.layers = nn.ModuleList(EncoderLayer(settings) for _ in range(settings.layers))
        self.filter_layer = EncoderLayer(settings)
        self.filter_hidden = nn.Linear(settings.width, settings.width)
        self.filter_out = nn.Linear(settings.width, 1)

    def refine(self, features: Tensor) -> Tensor:
        """Return G's output (B, T, width), not normalized, of backbone features (B, T, D)."""
        if self.unit_input:
            features = F.normalize(features, dim=-1)
        refined: Tensor = self.norm(self.project(features))
        for layer in self.layers:
            refined = layer(refined)
        return refined

    def filter_logits(self, refined: Tensor) -> Tensor:
        """Return H's output before the sigmoid, (B, T); no gradient flows back into G."""
        seen = refined.detach()
        if self.filter_sees_unit:
            seen = F.normalize(seen, dim=-1)
        hidden = F.relu(self.filter_hidden(self.filter_layer(seen)), inplace=True)
        logits: Tensor = self.filter_out(hidden).squeeze(-1)
        return logits

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return G's output (B, T, width) and H's logits (B, T)."""
        refined = self.refine(features)
        return refined, self.filter_logits(refined)


def seed_network(
    dimension: int, *, settings: NetworkSettings, unit_input: bool, seed: int
) -> Refiner:
    """Return a network with the weights that this seed gives, whatever was drawn before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Refiner(dimension, settings=settings, unit_input=unit_input)
