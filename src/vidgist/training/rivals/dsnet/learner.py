"""Training of DSNet's two detectors on the segments of keyshot summaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from vidgist.errors import DataError
from vidgist.models.methods import METHODS
from vidgist.training.layers import Network, first_weights
from vidgist.training.learner import Update
from vidgist.training.rivals.dsnet import ANCHORS, anchor_based, anchor_free
from vidgist.training.rivals.dsnet.boxes import (
    anchor_boxes,
    encode_anchors,
    overlaps,
    segments_of,
)
from vidgist.training.sampling import epoch_generator
from vidgist.training.videos import TrainingVideos
from vidgist.training.whole_videos import WholeVideoLearner
from vidgist.types import Floats

TINY = 1e-8


class AnchorBasedLearner(WholeVideoLearner):
    """Training of the anchor-based detector; videos without segments are left out."""

    def __init__(self, videos: TrainingVideos, *, settings: Any, seed: int) -> None:
        if videos.targets is not None:
            shown = [
                key for i, key in enumerate(videos.keys) if videos.targets_of(i).keyshots.any()
            ]
            if not shown:
                raise DataError("training data: no video has a keyshot to learn from")
            videos = videos.subset(shown)
        super().__init__(videos, settings=settings, seed=seed)
        self.draws = np.random.default_rng(seed)

    def make_network(self) -> nn.Module:
        """Return the network with its first weights: matrices by Xavier, biases 0.1."""
        return self._network(anchor_based, rule="xavier")

    def _network(self, run: Any, *, rule: Any) -> Network:
        shapes = METHODS[self.settings.method].shapes(self.videos.dimension, self.settings)
        return Network(run, first_weights(shapes, seed=self.seed, rule=rule), self.settings)

    def updates(self, network: nn.Module, *, epoch: int, fabric: Any) -> Iterator[Update]:
        """Yield a step for every video."""
        # Negative examples of an epoch, which depend on nothing else.
        self.draws = epoch_generator(self.seed + 2**31, epoch)
        yield from super().updates(network, epoch=epoch, fabric=fabric)

    def terms(self, video: int, found: Any) -> dict[str, Tensor]:
        """Return the terms of the loss of one video."""
        segments = segments_of(self.videos.targets_of(video).keyshots)
        shown, borders = found
        positive, negative, offsets = self.examples(segments, len(shown))
        logits = shown.reshape(-1)
        nothing = 0.0 * logits.sum()
        classes = nothing
        if len(positive):
            classes = classes - 0.5 * F.logsigmoid(logits[positive]).mean()
        if len(negative):
            classes = classes - 0.5 * F.logsigmoid(-logits[negative]).mean()
        places = nothing
        if len(positive):
            wanted = torch.from_numpy(offsets.astype(np.float32)).to(logits.device)
            places = F.smooth_l1_loss(borders.reshape(-1, 2)[positive], wanted)
        total = classes + self.settings.location_weight * places
        return {"classes": classes, "borders": places, "total": total}

    def examples(self, segments: Floats, count: int) -> tuple[Any, Any, Floats]:
        """Return positive and negative anchors, and the offsets of the positive ones.

        Args:
            segments: (S, 2).
            count: T samples.
        """
        anchors = anchor_boxes(count, ANCHORS)
        shared = overlaps(anchors, segments)
        best, own = shared.max(axis=1), shared.argmax(axis=1)
        positive = np.flatnonzero(best > self.settings.positive)
        apart = np.flatnonzero(best == 0)
        partly = np.flatnonzero((best > 0) & (best <= self.settings.incomplete))
        wanted = round(self.settings.negatives * len(positive))
        drawn = [
            self.draws.permutation(some)[:most]
            for some, most in ((apart, wanted), (partly, len(positive)))
        ]
        offsets = encode_anchors(segments[own[positive]], anchors[positive])
        return positive, np.concatenate(drawn), offsets


class AnchorFreeLearner(AnchorBasedLearner):
    """Training of the anchor-free detector; videos without segments are left out."""

    def make_network(self) -> nn.Module:
        """Return the network with torch's first weights."""
        return self._network(anchor_free, rule="torch")

    def terms(self, video: int, found: Any) -> dict[str, Tensor]:
        """Return the terms of the loss of one video."""
        shown, borders, center = found
        keyshots = self.videos.targets_of(video).keyshots
        distances, centerness = border_targets(segments_of(keyshots), len(keyshots))
        inside = torch.from_numpy(keyshots).to(shown.device)
        count = inside.sum()
        classes = focal_loss(shown, inside) / count
        far = torch.from_numpy(distances.astype(np.float32)).to(shown.device)[inside]
        near = borders[inside].exp()
        shared = torch.minimum(near, far).sum(dim=1) / torch.maximum(near, far).sum(dim=1)
        places = -(shared + TINY).log().mean()
        wanted = torch.from_numpy(centerness.astype(np.float32)).to(shown.device)[inside]
        middle = F.binary_cross_entropy_with_logits(center[inside], wanted)
        total = classes + self.settings.location_weight * places + middle
        return {"classes": classes, "borders": places, "center": middle, "total": total}


def focal_loss(logits: Tensor, shown: Tensor) -> Tensor:
    r"""Return the focal loss of T samples, summed.

    .. math:: -(1 - p)^2 \log p \text{ where shown, } -p^2 \log(1 - p) \text{ elsewhere}
    """
    right = torch.where(shown, logits, -logits)
    return -((1 - right.sigmoid()) ** 2 * F.logsigmoid(right)).sum()


def border_targets(segments: Floats, count: int) -> tuple[Floats, Floats]:
    """Return of T samples the distances (T, 2) to their segment's borders, and centerness (T,).

    Samples outside all segments have zeros.

    >>> distances, centerness = border_targets(np.array([[2.0, 5.0]]), 6)
    >>> distances[2:5].tolist(), centerness[2:5].round(3).tolist()
    ([[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]], [0.0, 1.0, 0.0])
    """
    distances, centerness = np.zeros((count, 2)), np.zeros(count)
    for first, stop in segments.astype(int):
        places = np.arange(first, stop)
        both = np.stack([places - first, stop - 1 - places], axis=1).astype(float)
        distances[places] = both
        centerness[places] = both.min(axis=1) / (both.max(axis=1) + TINY)
    return distances, centerness
