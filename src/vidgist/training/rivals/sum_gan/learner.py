r"""Training of SUM-GAN, SUM-GAN-sl and SUM-GAN-AAE.

Each video takes three steps, each with a forward pass of its own: z the compressed features, g the
sequence decoded from s z, phi the discriminator's last state and P its probability,

.. math::
   \text{selector, encoder:} \quad & |\phi(z) - \phi(g)| + KL + |\bar s - \sigma| \\
   \text{decoder:} \quad & |\phi(z) - \phi(g)| + (P(g) - 1)^2 \\
   \text{discriminator:} \quad & (P(z) - 1)^2 + P(g)^2

where ``sum_gan`` has :math:`\log P(z) + \log(1 - P(g)) + \log(1 - P(u))` for the squares, u decoded
from scores of 1; the decoder minimizes it and the discriminator its negative. The compression
belongs to all three steps, and the gradient of all weights is clipped in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from vidgist.training.learner import NetworkLearner, Update, adam_of_parts
from vidgist.training.rivals.sum_gan import AdversarialSettings, SumGanSettings
from vidgist.training.rivals.sum_gan.networks import Autoencoder, Selector, log_chance


class AdversarialNetwork(nn.Module):
    """Selector and autoencoder.

    Args:
        selector: gives z and the logits of the scores.
        autoencoder: of the same width.
    """

    def __init__(self, selector: nn.Module, autoencoder: Autoencoder) -> None:
        super().__init__()
        self.selector = selector
        self.autoencoder = autoencoder


def three_optimizers(
    network: AdversarialNetwork, settings: AdversarialSettings
) -> dict[str, torch.optim.Optimizer]:
    """Return Adam of the three steps, by the step's name; the compression is in each."""
    compress = list(network.selector.compress.parameters())
    parts = network.autoencoder
    owned = {
        "selector": [*network.selector.parameters(), *parts.encoder.parameters()],
        "decoder": [*parts.decoder.parameters(), *compress],
        "discriminator": [*parts.discriminator.parameters(), *compress],
    }
    return adam_of_parts(owned, settings, discriminator=settings.discriminator_rate)


class AdversarialLearner(NetworkLearner):
    """Training in three steps a video, one video of full length after the other."""

    network: AdversarialNetwork

    def make_network(self) -> nn.Module:
        """Return selector and autoencoder."""
        settings = self.settings
        autoencoder = Autoencoder(settings.hidden, attention=settings.attention)
        return AdversarialNetwork(self.make_selector(), autoencoder)

    def make_optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return the optimizers of the three steps."""
        return three_optimizers(self.network, self.settings)

    def make_selector(self) -> nn.Module:
        """Return the network that gives z and the logits of the scores."""
        return Selector(self.videos.dimension, hidden=self.settings.hidden)

    def model(self) -> nn.Module:
        """Return the selector, which scores alone."""
        return self.network.selector

    def steps_of_epoch(self) -> int:
        """Return three steps a video, less those that the discriminator leaves out."""
        return 3 * len(self.videos) - min(self._slow_start, len(self.videos))

    @property
    def _slow_start(self) -> int:
        settings = self.settings
        return settings.slow_start if isinstance(settings, SumGanSettings) else 0

    def updates(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[Update]:
        """Yield the three steps of each video, in random order."""
        for place, video in enumerate(self.order(epoch)):
            features = self.features(video, fabric)
            yield Update(losses=self._select(features), optimizers=("selector",))
            yield Update(losses=self._decode(features), optimizers=("decoder",))
            if place >= self._slow_start:
                yield Update(losses=self._discriminate(features), optimizers=("discriminator",))

    def select(self, scores: Tensor) -> dict[str, Tensor]:
        """Return the terms of the selector's own loss, of scores (T,) in (0, 1)."""
        return {"length": (scores.mean() - self.settings.share).abs()}

    def _forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return z (1, T, H), the scores (T,), the decoded (1 or 2, T, H), and the divergence."""
        values, logits = self.network.selector(features)
        scores = logits.sigmoid()
        entering = [scores[:, None] * values, *([values] if self.settings.uniform else [])]
        decoded, apart = self.network.autoencoder(torch.stack(entering))
        return values[None], scores, decoded, apart[0]

    def _judge(self, original: Tensor, decoded: Tensor) -> tuple[Tensor, Tensor]:
        """Return the distance of g's last state to z's, and the probabilities of z, g (and u)."""
        states, chances = self.network.autoencoder.discriminator(torch.cat([original, decoded]))
        return (states[0] - states[1]).norm(), chances

    def _select(self, features: Tensor) -> Iterator[dict[str, Tensor]]:
        original, scores, decoded, apart = self._forward(features)
        reconstruction, _ = self._judge(original, decoded)
        terms = {"reconstruction": reconstruction, **self.select(scores)}
        if not self.settings.attention:
            terms["divergence"] = apart
        yield {**terms, "total": torch.stack([*terms.values()]).sum()}

    def _decode(self, features: Tensor) -> Iterator[dict[str, Tensor]]:
        original, _, decoded, _ = self._forward(features)
        reconstruction, chances = self._judge(original, decoded)
        fooling = likelihood(chances) if self.settings.uniform else (chances[1] - 1).square()
        yield {"decoder": fooling, "total": reconstruction + fooling}

    def _discriminate(self, features: Tensor) -> Iterator[dict[str, Tensor]]:
        original, _, decoded, _ = self._forward(features)
        _, chances = self._judge(original, decoded.detach())
        if self.settings.uniform:
            loss = -likelihood(chances)
        else:
            loss = (chances[0] - 1).square() + chances[1].square()
        yield {"discriminator": loss, "total": loss}


def likelihood(chances: Tensor) -> Tensor:
    """Return log P(z) + the sum of log(1 - P) of the decoded, of probabilities (1 + n,)."""
    return log_chance(chances[0]) + log_chance(1 - chances[1:]).sum()
