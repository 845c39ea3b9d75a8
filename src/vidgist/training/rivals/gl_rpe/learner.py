"""Training of CSNet with GL and RPE: that of CSNet, with another selector."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vidgist.training.rivals.csnet import pieces
from vidgist.training.rivals.csnet.learner import CsnetLearner, StreamSelector
from vidgist.training.rivals.gl_rpe import GlRpeSettings, relative_positions


class GlRpeSelector(StreamSelector):
    """An LSTM and attention to runs and strides, in front of CSNet's selector.

    Args:
        dimension: D.
        settings: widths and number of pieces.
    """

    def __init__(self, dimension: int, *, settings: GlRpeSettings) -> None:
        width = settings.width
        super().__init__(width, settings=settings)
        self.blocks = settings.blocks
        self.read = nn.LSTM(dimension, width // 2, bidirectional=True, batch_first=True)
        self.query, self.key, self.value, self.mix = (
            nn.Linear(width, width, bias=False) for _ in range(4)
        )

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return z (T, H) and the logits (T,) of the scores of features (T, D)."""
        return super().forward(self.attend(features))

    def attend(self, features: Tensor) -> Tensor:
        """Return the sum (T, width) of local and global attention."""
        values = self.read(features[None])[0][0]
        sums = torch.zeros_like(values)
        for parts in pieces(len(values), self.blocks):
            for part in parts:
                index = torch.from_numpy(part).to(values.device)
                some = values[index]
                positions = torch.from_numpy(relative_positions(len(part))).to(values.device)
                shares = (self.query(some) @ self.key(some).T + positions).softmax(dim=1)
                sums = sums.index_add(0, index, some + self.mix(shares @ self.value(some)))
        return sums


class GlRpeLearner(CsnetLearner):
    """Training of CSNet with GL and RPE."""

    settings: GlRpeSettings

    def make_selector(self) -> nn.Module:
        """Return the selector with attention."""
        return GlRpeSelector(self.videos.dimension, settings=self.settings)
