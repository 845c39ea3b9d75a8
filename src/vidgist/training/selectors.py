"""Training of vsLSTM and dppLSTM: squared errors, and the likelihood of the keyframes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vidgist.models.methods import METHODS
from vidgist.training.layers import Network, first_weights
from vidgist.training.learner import Update
from vidgist.training.rivals.dpplstm import qualities
from vidgist.training.rivals.vslstm import quality
from vidgist.training.whole_videos import WholeVideoLearner

LEAST = 1e-6
"""Added to the diagonal of L_Y, whose determinant may be 0."""


class VslstmLearner(WholeVideoLearner):
    """Training of vsLSTM by squared errors of its qualities."""

    mean = True
    run: Any = staticmethod(quality)

    def make_network(self) -> nn.Module:
        """Return the network, its first weights in (-0.02, 0.02) and its biases 0."""
        shapes = METHODS[self.settings.method].shapes(self.videos.dimension, self.settings)
        weights = first_weights(shapes, seed=self.seed, rule="small")
        generator = torch.Generator().manual_seed(self.seed + 1)
        for name in [n for n in shapes if n.startswith("lstm") and n.endswith("bias")]:
            weights[name] = 0.02 * (2 * torch.rand(shapes[name], generator=generator) - 1)
        return Network(self.run, weights, self.settings)

    def terms(self, video: int, found: Any) -> dict[str, Tensor]:
        """Return the mean squared error of qualities (T,) against the importance."""
        importance = torch.from_numpy(self.videos.targets_of(video).importance)
        return {"total": (found - importance.to(found.device)).square().mean()}


class DpplstmLearner(VslstmLearner):
    """Training of dppLSTM: as vsLSTM at first, then with the process of its keyframes."""

    run = staticmethod(qualities)
    epoch = 0

    def updates(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[Update]:
        """Yield a step for every batch of videos."""
        self.epoch = epoch
        yield from super().updates(network, epoch=epoch, fabric=fabric)

    def terms(self, video: int, found: Any) -> dict[str, Tensor]:
        """Return the terms of the loss of one video."""
        quality, similar = found
        if self.epoch < self.settings.epochs // 2:
            return super().terms(video, quality)
        keyframes = self.videos.targets_of(video).keyframes
        wanted = torch.from_numpy(keyframes.astype(np.float32)).to(quality.device)
        errors = (quality - wanted).square().mean()
        process = unlikeliness(quality, similar, np.flatnonzero(keyframes))
        return {"errors": errors, "process": process, "total": errors + process}


def unlikeliness(quality: Tensor, similar: Tensor, keyframes: Any) -> Tensor:
    r"""Return :math:`\log\det(L + I) - \log\det L_Y` in float64, L as in dppLSTM.

    Args:
        quality: q (T,).
        similar: k (T, n).
        keyframes: Y, indices of samples; only the first n count, because more have no volume.
    """
    rows = quality.double()[:, None] * similar.double()
    # det(B B^T + I) = det(B^T B + I): n x n where the video is longer than n.
    small = rows.T @ rows if len(rows) > rows.shape[1] else rows @ rows.T
    eye = torch.eye(len(small), dtype=torch.float64, device=rows.device)
    total = torch.linalg.slogdet(small + eye).logabsdet
    chosen = rows[torch.as_tensor(keyframes[: rows.shape[1]], device=rows.device)]
    kernel = chosen @ chosen.T
    noise = LEAST * torch.eye(len(kernel), dtype=torch.float64, device=rows.device)
    return total - torch.linalg.slogdet(kernel + noise).logabsdet
