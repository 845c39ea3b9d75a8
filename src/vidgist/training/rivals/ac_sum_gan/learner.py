r"""Training of AC-SUM-GAN: four steps a batch, with fresh episodes in each.

Encoder, decoder, and discriminator with the compression learn as in SUM-GAN-sl, from scores that an
episode has multiplied. In the fourth step, every new fragment of an episode is rewarded by 1 less
the error of reconstruction, one taken before by 0. With returns R_i, the critic's values V_i and
the actor's chances pi_i,

.. math::
   L = -\frac{1}{N} \sum_i \log \pi_i (R_i - V_i) - \frac{\beta}{N} \sum_i H_i
     + \frac{1}{N} \sum_i (R_i - V_i)^2 + |\bar s - \sigma|

where the first V is a constant. States have no gradient: the selector learns from the last term
alone, and through the compression.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from vidgist.training.learner import Update, adam_of_parts
from vidgist.training.rivals.ac_sum_gan import (
    ACTOR,
    AcSumGanSettings,
    Choice,
    fragment_lengths,
)
from vidgist.training.rivals.sum_gan.learner import AdversarialLearner, AdversarialNetwork
from vidgist.training.sampling import epoch_generator, shuffled_batches

CRITIC = (512, 1024, 512, 256)
"""Widths of the hidden layers of the critic."""


def layers(*widths: int) -> nn.Sequential:
    """Return linear maps of these widths with ReLU between them."""
    maps = [nn.Linear(*pair) for pair in pairwise(widths)]
    return nn.Sequential(*[part for one in maps for part in (one, nn.ReLU())][:-1])


class ScoringPart(nn.Module):
    """Selector and actor, which score a video.

    Args:
        selector: gives z and the logits of the scores.
        fragments: M.
    """

    def __init__(self, selector: nn.Module, fragments: int) -> None:
        super().__init__()
        self.selector = selector
        self.actor = layers(fragments, *ACTOR, fragments)


class AcSumGanNetwork(nn.Module):
    """All that AC-SUM-GAN trains.

    Args:
        base: selector and autoencoder.
        fragments: M.
    """

    def __init__(self, base: AdversarialNetwork, fragments: int) -> None:
        super().__init__()
        self.scoring = ScoringPart(base.selector, fragments)
        self.autoencoder = base.autoencoder
        self.critic = layers(fragments, *CRITIC, 1)

    @property
    def selector(self) -> nn.Module:
        """The network that gives z and the logits of the scores."""
        return self.scoring.selector


class AcSumGanLearner(AdversarialLearner):
    """Training of AC-SUM-GAN, with the gradients of a batch averaged."""

    settings: AcSumGanSettings

    def make_network(self) -> nn.Module:
        """Return the networks of SUM-GAN, an actor and a critic."""
        adversarial = super().make_network()
        torch.manual_seed(self.seed + 1)
        return AcSumGanNetwork(adversarial, self.settings.fragments)

    def make_optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return the optimizers of the four steps."""
        parts, scoring = self.network.autoencoder, self.network.scoring
        compress = [*scoring.selector.compress.parameters()]
        owned = {
            "encoder": parts.encoder.parameters(),
            "decoder": parts.decoder.parameters(),
            "discriminator": [*parts.discriminator.parameters(), *compress],
            "actor": scoring.parameters(),
            "critic": self.network.critic.parameters(),
        }
        rate = self.settings.discriminator_rate
        return adam_of_parts(owned, self.settings, discriminator=rate)

    def model(self) -> nn.Module:
        """Return selector and actor."""
        scoring: nn.Module = self.network.scoring
        return scoring

    def steps_of_epoch(self) -> int:
        """Return four steps a batch."""
        return 4 * -(-len(self.videos) // self.settings.batch)

    def updates(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[Update]:
        """Yield the four steps of each batch, in random order."""
        batch, rng = self.settings.batch, epoch_generator(self.seed, epoch)
        plan = shuffled_batches(len(self.videos), batch=batch, drop_last=False, rng=rng)
        steps = {
            ("encoder",): self._select,
            ("decoder",): self._decode,
            ("discriminator",): self._discriminate,
            ("actor", "critic"): self._act,
        }
        for chosen in plan:
            for optimizers, losses in steps.items():
                each = (
                    terms for video in chosen for terms in losses(self.features(int(video), fabric))
                )
                yield Update(losses=each, optimizers=optimizers, scale=1 / len(chosen))

    def select(self, scores: Tensor) -> dict[str, Tensor]:
        """Return no terms: in the encoder's step the selector has no loss of its own."""
        return {}

    def _choose(self, scores: Tensor) -> Iterator[tuple[bool, Choice, Tensor, Tensor]]:
        """Yield of each step of an episode: whether new, the choice, log chances, and state."""
        lengths = fragment_lengths(len(scores), self.settings.fragments)
        choice = Choice(lengths)
        with torch.no_grad():
            means = torch.stack([part.mean() for part in scores.split(lengths.tolist())])
            start = nn.functional.pad(means, (0, self.settings.fragments - len(means)))
        for _ in range(choice.most):
            left = torch.from_numpy(choice.left).to(scores.device)
            state = start * nn.functional.pad(left, (0, len(start) - len(left)))
            chances = self.network.scoring.actor(state)[: choice.count].log_softmax(dim=0)
            # NaN must reach the check of the loss, which names the step, so it is replaced here.
            drawn = chances.detach().exp().nan_to_num(1.0)
            fragment = int(torch.multinomial(drawn, 1))
            new = choice.take(fragment)
            entropy = -(chances.exp() * chances).sum()
            yield new, choice, torch.stack([chances[fragment], entropy]), state

    def _forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return what the base does, with the scores that an episode has multiplied."""
        values, logits = self.network.selector(features)
        scores = logits.sigmoid()
        with torch.no_grad():
            *_, (_, choice, _, _) = self._choose(scores)
        factors = torch.from_numpy(choice.factors).to(scores.device)
        weighted = (factors * scores)[:, None] * values
        decoded, apart = self.network.autoencoder(weighted[None])
        return values[None], scores, decoded, apart[0]

    def _act(self, features: Tensor) -> Iterator[dict[str, Tensor]]:
        values, logits = self.network.selector(features)
        scores = logits.sigmoid()
        rewards, chances, states = [], [], []
        for new, choice, chance, state in self._choose(scores):
            rewards.append(self._reward(values, scores, choice) if new else 0.0)
            chances.append(chance)
            states.append(state)
        returns = torch.tensor(discounted(rewards, self.settings.discount), device=scores.device)
        advantage = returns - self.network.critic(torch.stack(states))[:, 0]
        log_chance, entropy = torch.stack(chances).T
        terms = {
            "actor": -(log_chance * advantage.detach()).mean()
            - self.settings.entropy_weight * entropy.mean(),
            "critic": advantage.square().mean(),
            "length": (scores.mean() - self.settings.share).abs(),
        }
        yield {
            "reward": returns.new_tensor(sum(rewards) / len(rewards)),
            **terms,
            "total": torch.stack([*terms.values()]).sum(),
        }

    def _reward(self, values: Tensor, scores: Tensor, choice: Choice) -> float:
        with torch.no_grad():
            factors = torch.from_numpy(choice.factors).to(scores.device)
            decoded, _ = self.network.autoencoder(((factors * scores)[:, None] * values)[None])
            return 1.0 - float(self._judge(values[None], decoded)[0])


def discounted(rewards: list[float], discount: float) -> list[float]:
    """Return R_i = r_i + discount R_(i + 1), 0 behind the last."""
    returns = [0.0]
    for reward in reversed(rewards):
        returns.append(reward + discount * returns[-1])
    return returns[:0:-1]
