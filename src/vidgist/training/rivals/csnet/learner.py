r"""Training of CSNet: SUM-GAN's losses, and one that keeps the scores apart.

.. math:: L_{var} = \frac{1}{V + \epsilon}, \qquad V = \frac{1}{T} \sum_t (s_t - \tilde s)^2

with :math:`\tilde s` the median of the scores. Its gradient is 0 where all scores are equal.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from vidgist.training.rivals.csnet import GAPS, CsnetSettings, pieces
from vidgist.training.rivals.sum_gan.learner import AdversarialLearner
from vidgist.training.rivals.sum_gan.networks import Selector


class StreamSelector(Selector):
    """The selector of SUM-GAN on the pieces of two streams, which share its weights.

    Args:
        dimension: D.
        settings: widths and number of pieces.
    """

    def __init__(self, dimension: int, *, settings: CsnetSettings) -> None:
        super().__init__(dimension, hidden=settings.hidden)
        self.count = settings.streams
        self.join = nn.Linear(2, 1)
        self.changes = nn.ModuleList([nn.Linear(dimension, 1) for _ in GAPS])

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return z (T, H) and the logits (T,) of the scores of features (T, D)."""
        values = self.compress(features)
        runs, strides = pieces(len(features), self.count)
        packed = pack_sequence([values[part] for part in (*runs, *strides)], enforce_sorted=False)
        states, lengths = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        valid = torch.arange(states.shape[1]) < lengths[:, None]
        logits = self.out(states[valid.to(states.device)])[:, 0]
        runs_logits, strides_logits = logits.split(len(features))
        back = torch.from_numpy(np.argsort(np.concatenate(strides))).to(logits.device)
        joined = self.join(torch.stack([runs_logits, strides_logits[back]], dim=1))[:, 0]
        return values, joined + self.change(features)

    def change(self, features: Tensor) -> Tensor:
        """Return what the differences to later samples add to each logit, (T,)."""
        added = features.new_zeros(len(features))
        for gap, weigh in zip(GAPS, self.changes, strict=True):
            if gap < len(features):
                apart = weigh((features[gap:] - features[:-gap]).abs())[:, 0]
                added = added + nn.functional.pad(apart, (0, gap))
        return added


def variance_loss(scores: Tensor, *, epsilon: float) -> Tensor:
    """Return 1 / (V + epsilon), V the mean squared distance of scores (T,) to their median."""
    return 1.0 / ((scores - scores.median()).square().mean() + epsilon)


class CsnetLearner(AdversarialLearner):
    """Training of CSNet in SUM-GAN's three steps a video."""

    settings: CsnetSettings

    def make_selector(self) -> nn.Module:
        """Return the network of two streams."""
        return StreamSelector(self.videos.dimension, settings=self.settings)

    def rate(self, epoch: int) -> float:
        """Return the factor of the learning rates, which fall once in so many epochs."""
        return float(self.settings.step_factor ** (epoch // self.settings.step_epochs))

    def select(self, scores: Tensor) -> dict[str, Tensor]:
        """Return the terms of the selector's own loss, of scores (T,) in (0, 1)."""
        apart = variance_loss(scores, epsilon=self.settings.variance_epsilon)
        return {**super().select(scores), "variance": self.settings.variance_weight * apart}
