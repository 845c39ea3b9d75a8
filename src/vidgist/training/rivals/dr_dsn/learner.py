r"""Training of DR-DSN by policy gradients.

A bidirectional LSTM gives each sample the probability p_t of being picked. Summaries a are drawn
from these, rewarded for being diverse and representative, and the probabilities follow the reward:

.. math::
   L = \beta (\bar p - 0.5)^2 - \sum_e (R_e - b) \frac{1}{T} \sum_t \log P(a_{e,t})

with b the moving average of the video's rewards. One video a step; its episodes at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from vidgist.training.learner import NetworkLearner
from vidgist.training.rivals.dr_dsn import DsnSettings
from vidgist.training.videos import TrainingVideos


class Dsn(nn.Module):
    """One bidirectional LSTM layer and a linear map: features (T, D) to logits (T,).

    Args:
        dimension: D.
        hidden: width of the LSTM in each direction.
    """

    def __init__(self, dimension: int, *, hidden: int = 256) -> None:
        super().__init__()
        self.lstm = nn.LSTM(dimension, hidden, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * hidden, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits (T,) of the probabilities of being picked."""
        states, _ = self.lstm(features[None])
        logits: Tensor = self.out(states)[0, :, 0]
        return logits


def dissimilarities(unit: Tensor, *, far: int) -> Tensor:
    """Return (T, T) cosine dissimilarities of features of length 1, 0 on the diagonal.

    Samples more than ``far`` apart count as wholly different: what returns much later belongs to
    the story and is not a repetition.
    """
    values = 1.0 - unit @ unit.T
    times = torch.arange(len(unit), device=unit.device)
    values[(times[:, None] - times[None]).abs() > far] = 1.0
    values.fill_diagonal_(0.0)
    return values


def diversity(picks: Tensor, dissimilar: Tensor) -> Tensor:
    """Return the mean pairwise dissimilarity of each episode's picks, (E,); 0 for one or none.

    Args:
        picks: (E, T) 1.0 where a sample is picked, else 0.0.
        dissimilar: (T, T), of `dissimilarities`.
    """
    count = picks.sum(dim=1)
    sums = ((picks @ dissimilar) * picks).sum(dim=1)
    return torch.where(count > 1, sums / (count * (count - 1)).clamp_min(1.0), 0.0)


def representativeness(picks: Tensor, distances: Tensor) -> Tensor:
    """Return exp(-mean squared distance of the samples to their nearest pick), (E,).

    Args:
        picks: (E, T) 1.0 where a sample is picked, else 0.0.
        distances: (T, T) squared distances.
    """
    absent = torch.where(picks > 0, 0.0, torch.inf)
    nearest = [(distances + row).amin(dim=1).mean() for row in absent]  # E turns over (T, T)
    return torch.exp(-torch.stack(nearest))


def rewards(picks: Tensor, unit: Tensor, *, far: int) -> Tensor:
    """Return the reward of each episode, (E,): mean of the two; 0 where nothing is picked."""
    distances = (2.0 - 2.0 * (unit @ unit.T)).clamp_min(0.0)
    diverse = diversity(picks, dissimilarities(unit, far=far))
    values = 0.5 * (diverse + representativeness(picks, distances))
    return torch.where(picks.sum(dim=1) > 0, values, 0.0)


class DsnLearner(NetworkLearner):
    """Training of DR-DSN, one video of full length a step."""

    def __init__(self, videos: TrainingVideos, *, settings: DsnSettings, seed: int) -> None:
        super().__init__(videos, settings=settings, seed=seed)
        self.baseline = np.zeros(len(videos))

    def make_network(self) -> nn.Module:
        """Return the LSTM and its map."""
        return Dsn(self.videos.dimension, hidden=self.settings.hidden)

    def losses(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[dict[str, Tensor]]:
        """Yield the terms of each video's loss, in random order."""
        for video in self.order(epoch):
            features = self.features(video, fabric)
            yield self._terms(video, features, network(features))

    def _terms(self, video: int, features: Tensor, logits: Tensor) -> dict[str, Tensor]:
        settings = self.settings
        logits = logits.float()
        chances = logits.sigmoid()
        with torch.no_grad():
            # NaN must reach the check of the loss, which names the step, so it is replaced here.
            drawn_from = chances.nan_to_num(0.5).expand(settings.episodes, -1)
            picks = torch.bernoulli(drawn_from)
            reward = rewards(picks, F.normalize(features, dim=-1), far=settings.far)
        loss = F.binary_cross_entropy_with_logits(
            logits.expand(settings.episodes, -1), picks, reduction="none"
        ).mean(dim=1)
        advantage = reward - float(self.baseline[video])
        policy = (loss * advantage).sum()
        length = settings.length_weight * (chances.mean() - 0.5) ** 2
        keep = settings.baseline_keep
        self.baseline[video] = keep * self.baseline[video] + (1 - keep) * float(reward.mean())
        return {
            "reward": reward.mean(),
            "length": length,
            "policy": policy,
            "total": policy + length,
        }

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return the moving average of each video's rewards."""
        return {"baseline": self.baseline.copy()}

    def set_state(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Restore it."""
        self.baseline = np.array(state["baseline"], dtype=np.float64)
