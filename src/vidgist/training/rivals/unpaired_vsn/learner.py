r"""Training of UnpairedVSN.

The videos are halved at random: of one half only the features are used, of the other only the
keyframes that people chose. With S the discriminator, r such a summary, and :math:`p \hat f` the
restored features of a video weighted by their probabilities,

.. math::
   \text{selector:} \quad & -\log S(p \hat f) + a L_{rec} + b L_{div} + L_{share} \\
   \text{discriminator:} \quad & -\log S(r) - \log(1 - S(p \hat f))

with the terms of `vidgist.training.rivals.sum_fcn.learner`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vidgist.errors import DataError
from vidgist.training.learner import NetworkLearner, Update, adam_of_parts
from vidgist.training.rivals.sum_fcn import FcnSettings, nearest
from vidgist.training.rivals.sum_fcn.learner import Chooser, Trunk, choice_terms, resampled
from vidgist.training.rivals.sum_gan.networks import log_chance
from vidgist.training.rivals.unpaired_vsn import UnpairedVsnSettings
from vidgist.training.sampling import epoch_generator
from vidgist.training.videos import TrainingVideos


class SummaryDiscriminator(nn.Module):
    """SUM-FCN's trunk, the mean over time, and a linear map.

    Args:
        dimension: D.
        settings: widths, and the length that a sequence is brought to.
    """

    def __init__(self, dimension: int, settings: FcnSettings) -> None:
        super().__init__()
        self.samples = settings.samples
        self.trunk = Trunk(dimension, settings)
        self.out = nn.Linear(settings.outer, 1)

    def forward(self, sequence: Tensor) -> Tensor:
        """Return the probability (1,) that people made a sequence (T, D), of any length."""
        places = torch.from_numpy(nearest(len(sequence), self.samples)).to(sequence.device)
        _, top = self.trunk(sequence[places].T[None])
        return self.out(top.mean(dim=2))[:, 0].sigmoid()


class UnpairedNetwork(nn.Module):
    """Selector and discriminator.

    Args:
        dimension: D.
        settings: widths.
    """

    def __init__(self, dimension: int, settings: FcnSettings) -> None:
        super().__init__()
        self.chooser = Chooser(dimension, settings)
        self.discriminator = SummaryDiscriminator(dimension, settings)


class UnpairedVsnLearner(NetworkLearner):
    """Training in two steps a video, one video after the other.

    Args:
        videos: training data, with keyframes.
        settings: of the method.
        seed: of the first weights, the halves and the order.

    Raises:
        DataError: there is no video, or no summary, to learn from.
    """

    def __init__(self, videos: TrainingVideos, *, settings: UnpairedVsnSettings, seed: int) -> None:
        self.plain, self.summarized = halves(videos, seed=seed)
        super().__init__(videos, settings=settings, seed=seed)

    def make_network(self) -> nn.Module:
        """Return chooser and discriminator."""
        return UnpairedNetwork(self.videos.dimension, self.settings)

    def make_optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return those of the chooser and of the discriminator."""
        parts = {name: part.parameters() for name, part in self.network.named_children()}
        return adam_of_parts(parts, self.settings)

    def model(self) -> nn.Module:
        """Return the network that chooses, without what restores features."""
        return self.network.chooser.fcn

    def rate(self, epoch: int) -> float:
        """Return the factor of the learning rates, which fall once in so many epochs."""
        return float(self.settings.step_factor ** (epoch // self.settings.step_epochs))

    def steps_of_epoch(self) -> int:
        """Return two steps for each video of the first half."""
        return 2 * len(self.plain)

    def updates(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[Update]:
        """Yield the two steps of each video, in random order."""
        rng = epoch_generator(self.seed, epoch)
        for video in rng.permutation(self.plain):
            features = resampled(self.videos, [video], self.settings, fabric.device)
            summary = self._summary(int(rng.choice(self.summarized)), fabric)
            yield Update(losses=self._choose(features), optimizers=("chooser",))
            losses = self._discriminate(features, summary)
            yield Update(losses=losses, optimizers=("discriminator",))

    def _summary(self, video: int, fabric: Any) -> Tensor:
        features = self.features(video, fabric)
        return features[torch.from_numpy(keyframes_of(self.videos, video)).to(features.device)]

    def _made(self, features: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Return the terms of the choice, and the summary (T, D) of features (1, T, D)."""
        chances, restored = self.network.chooser(features)
        terms = choice_terms(chances, features, restored, self.settings)
        return terms, chances[0, :, None] * restored[0]

    def _choose(self, features: Tensor) -> Iterator[dict[str, Tensor]]:
        terms, made = self._made(features)
        terms["reconstruction"] = self.settings.reconstruction_weight * terms["reconstruction"]
        terms["likeness"] = self.settings.likeness_weight * terms["likeness"]
        terms["chooser"] = -log_chance(self.network.discriminator(made))[0]
        yield {**terms, "total": torch.stack([*terms.values()]).sum()}

    def _discriminate(self, features: Tensor, summary: Tensor) -> Iterator[dict[str, Tensor]]:
        with torch.no_grad():
            _, made = self._made(features)
        discriminator = self.network.discriminator
        loss = -(log_chance(discriminator(summary)) + log_chance(1 - discriminator(made)))[0]
        yield {"discriminator": loss, "total": loss}


def keyframes_of(videos: TrainingVideos, index: int) -> npt.NDArray[np.int64]:
    """Return which samples of a video people chose."""
    return np.flatnonzero(videos.targets_of(index).keyframes)


def halves(
    videos: TrainingVideos, *, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the videos whose features are used, and those whose summaries are.

    Raises:
        DataError: one of the halves would be empty.
    """
    order = np.random.default_rng(seed).permutation(len(videos))
    plain, rest = np.split(order, [(len(videos) + 1) // 2])
    summarized = np.array([i for i in rest if len(keyframes_of(videos, int(i)))], dtype=np.int64)
    if not len(summarized):
        raise DataError(
            "training data: has no summary of another video to learn from; give at least two "
            "videos with annotations"
        )
    return plain, summarized
