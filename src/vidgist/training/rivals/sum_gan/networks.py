r"""Networks that the adversarial methods share: selector, encoder, decoders and discriminator.

A video's features x (T, D) become z = compress(x) (T, H). The selector gives each sample a score
s_t; the encoder reads s_t z_t, a decoder writes the sequence g again from the encoder's last state,
and the discriminator tells z from g.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from vidgist.training.recurrence import RepeatedCell, RepeatedLinear

LAYERS = 2
"""Layers of every LSTM."""

_LEAST = 1e-6


class Selector(nn.Module):
    """Compression, a bidirectional LSTM of two layers, a linear map: features to logits.

    Args:
        dimension: D.
        hidden: H, the width that features are compressed to, and of the LSTM in each direction.
    """

    def __init__(self, dimension: int, *, hidden: int) -> None:
        super().__init__()
        self.compress = nn.Linear(dimension, hidden)
        self.lstm = nn.LSTM(hidden, hidden, LAYERS, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * hidden, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return z (T, H) and the logits (T,) of the scores of features (T, D)."""
        values = self.compress(features)
        states, _ = self.lstm(values[None])
        return values, self.out(states)[0, :, 0]


class Encoder(nn.Module):
    """An LSTM of two layers over weighted samples.

    Args:
        hidden: H.
        variational: whether the last state is drawn anew, as a variational autoencoder does.
    """

    def __init__(self, hidden: int, *, variational: bool) -> None:
        super().__init__()
        self.lstm = nn.LSTM(hidden, hidden, LAYERS, batch_first=True)
        self.mean: nn.Linear | None = nn.Linear(hidden, hidden) if variational else None
        self.spread: nn.Linear | None = nn.Linear(hidden, hidden) if variational else None

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return all states (B, T, H), last state and memory (2, B, H), and divergences (B,).

        Args:
            values: (B, T, H).
        """
        states, (last, memory) = self.lstm(values)
        if self.mean is None or self.spread is None:
            return states, last, memory, last.new_zeros(len(values))
        mean = self.mean(last)
        log_variance = F.softplus(self.spread(last)).clamp_min(1e-30).log()
        drawn = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        return states, drawn, memory, divergence(mean, log_variance)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return Kullback and Leibler's divergence (B,) from the standard normal: (2, B, H) numbers."""
    return 0.5 * (log_variance.exp() + mean.square() - 1.0 - log_variance).sum(dim=(0, 2))


class Decoder(nn.Module):
    """Two LSTM cells that feed their output back, started from the encoder's last state.

    Args:
        hidden: H.
        attention: whether the first cell also gets a mean of the encoder's states, weighted by
            their products with the cells' states.
    """

    def __init__(self, hidden: int, *, attention: bool) -> None:
        super().__init__()
        self.cells = nn.ModuleList(
            [nn.LSTMCell(hidden * (2 if attention else 1), hidden), nn.LSTMCell(hidden, hidden)]
        )
        self.out = nn.Linear(hidden, hidden)
        self.attend = nn.Linear(2 * hidden, hidden) if attention else None

    def forward(self, state: Tensor, memory: Tensor, states: Tensor) -> Tensor:
        """Return the sequence (B, T, H), its last element decoded first."""
        batch, steps, _ = states.shape
        size = {"steps": steps, "batch": batch}
        first, second = (RepeatedCell(cell, **size) for cell in self.cells)
        out = RepeatedLinear(self.out.weight, self.out.bias, **size)
        attend = self.attend and RepeatedLinear(self.attend.weight, self.attend.bias, **size)
        (low, high), (low_memory, high_memory) = state, memory
        entering = torch.zeros_like(high)
        decoded = []
        for _ in range(steps):
            if attend:
                query = attend(torch.cat([low, high], dim=1))
                shares = torch.einsum("bth,bh->bt", states, query).softmax(dim=1)
                context = torch.einsum("bt,bth->bh", shares, states)
                entering = torch.cat([entering, context], dim=1)
            low, low_memory = first(entering, low, low_memory)
            high, high_memory = second(low, high, high_memory)
            decoded.append(high)
            entering = out(high)
        return torch.stack(decoded[::-1], dim=1)


class Discriminator(nn.Module):
    """An LSTM of two layers whose last state says whether a sequence is an original.

    Args:
        hidden: H.
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(hidden, hidden, LAYERS, batch_first=True)
        self.out = nn.Linear(hidden, 1)

    def forward(self, sequences: Tensor) -> tuple[Tensor, Tensor]:
        """Return the last state (B, H) and the probability (B,) of sequences (B, T, H)."""
        _, (last, _) = self.lstm(sequences)
        return last[-1], self.out(last[-1])[:, 0].sigmoid()


def log_chance(probability: Tensor) -> Tensor:
    """Return the logarithm of a probability kept within [1e-6, 1 - 1e-6]."""
    return probability.clamp(_LEAST, 1.0 - _LEAST).log()


class Autoencoder(nn.Module):
    """Encoder, decoder and discriminator, on weighted samples.

    Args:
        hidden: H.
        attention: decode with attention, and without drawing the state anew.
    """

    def __init__(self, hidden: int, *, attention: bool) -> None:
        super().__init__()
        self.encoder = Encoder(hidden, variational=not attention)
        self.decoder = Decoder(hidden, attention=attention)
        self.discriminator = Discriminator(hidden)

    def forward(self, weighted: Tensor) -> tuple[Tensor, Tensor]:
        """Return g (B, T, H) and the divergences (B,) of weighted samples (B, T, H)."""
        states, state, memory, apart = self.encoder(weighted)
        return self.decoder(state, memory, states), apart
