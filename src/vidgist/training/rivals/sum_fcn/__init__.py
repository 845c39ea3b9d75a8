"""SUM-FCN without labels: a fully convolutional network over time (Rochan et al., ECCV 2018).

There is no code of the authors. Layers are the text's; the choice of keyframes is soft, as in a
public version, and a term keeps the mean score near a share, without which nothing is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt

from vidgist.models.convolutions import (
    NORM_PARTS,
    convolve,
    max_pool,
    norm_shapes,
    normalize,
    transposed,
)
from vidgist.models.layers import sigmoid, unit_length
from vidgist.models.methods import Method
from vidgist.models.ranges import NonNegative, Range, Share, ShareBelowOne, Size
from vidgist.models.settings import TrainingSettings
from vidgist.types import Floats

__all__ = [
    "METHOD",
    "NORM_PARTS",
    "REDUCTION",
    "FcnSettings",
    "SumFcnSettings",
    "block_sizes",
    "fcn_shapes",
    "nearest",
    "score",
]

REDUCTION = 32
"""Factor by which the five pools shorten a video."""

# Two places are left behind the pools: those of one video alone must have a spread.
_POOLED = Range(
    f"a multiple of {REDUCTION} from {2 * REDUCTION} to 100000",
    lambda samples: samples in range(2 * REDUCTION, 100_001, REDUCTION),
)


@dataclass(frozen=True, kw_only=True)
class FcnSettings(TrainingSettings):
    """Settings of what is built on the fully convolutional network.

    Attributes:
        samples: length that every video is brought to.
        inner: width of the last two groups of convolutions.
        outer: width of the two maps behind them.
        share: what the mean score is drawn to.
        share_weight: of that term.
    """

    samples: Annotated[int, _POOLED] = 320
    inner: Size = 2048
    outer: Size = 4096
    share: Share = 0.3
    share_weight: NonNegative = 1.0


@dataclass(frozen=True, kw_only=True)
class SumFcnSettings(FcnSettings):
    """How SUM-FCN learns, by gradient descent with momentum.

    Attributes:
        momentum: of the gradient.
        batch: videos in a step.
    """

    method: ClassVar[str] = "sum_fcn"

    momentum: ShareBelowOne = 0.9
    batch: Size = 5
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    epochs: int = 100


def block_sizes(dimension: int, settings: FcnSettings) -> list[tuple[int, int]]:
    """Return the widths before and behind each group of convolutions, and their number."""
    inner = settings.inner
    groups = [(dimension, dimension, 2)] * 2 + [(dimension, dimension, 3)]
    groups += [(dimension, inner, 3), (inner, inner, 3)]
    return [
        (group[0] if not i else group[1], group[1]) for group in groups for i in range(group[2])
    ]


POOLS_AFTER = (1, 3, 6, 9, 12)
"""Convolutions that a pool follows, counted from 0."""

SKIP_AFTER = 9
"""Convolution behind whose pool the short cut to the decoder begins."""


def fcn_shapes(dimension: int, settings: FcnSettings) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor of trunk and decoder, for (T, dimension)."""
    shapes: dict[str, tuple[int, ...]] = {}

    def block(name: str, before: int, behind: int, kernel: int) -> None:
        shapes[f"{name}.conv.weight"] = (behind, before, kernel)
        shapes[f"{name}.conv.bias"] = (behind,)
        shapes.update(norm_shapes(f"{name}.norm", behind))

    for i, (before, behind) in enumerate(block_sizes(dimension, settings)):
        block(f"trunk.blocks.{i}", before, behind, 3)
    block("trunk.widen", settings.inner, settings.outer, 1)
    block("trunk.top", settings.outer, settings.outer, 1)
    block("classify", settings.outer, 2, 1)
    block("skip", settings.inner, 2, 1)
    return shapes | {"twice.weight": (2, 2, 4), "restore.weight": (2, 2, 16)}


def nearest(length: int, count: int) -> npt.NDArray[np.int64]:
    """Return which of ``length`` samples stand for ``count`` equal parts of a video.

    >>> nearest(4, 8)
    array([0, 0, 1, 1, 2, 2, 3, 3])
    """
    return np.asarray((2 * np.arange(count) + 1) * length // (2 * count))


def score(weights: Mapping[str, Floats], features: Floats, settings: FcnSettings) -> Floats:
    """Return the probabilities (T,) that samples are chosen."""

    def block(name: str, values: Floats) -> Floats:
        convolved = convolve(values, weights[f"{name}.conv.weight"], weights[f"{name}.conv.bias"])
        return normalize(convolved, *(weights[f"{name}.norm.{part}"] for part in NORM_PARTS))

    entering = unit_length(features) if settings.unit_input else features
    values = entering[nearest(len(features), settings.samples)]
    short_cut = values
    for i in range(len(block_sizes(features.shape[1], settings))):
        values = np.maximum(block(f"trunk.blocks.{i}", values), 0)
        if i in POOLS_AFTER:
            values = max_pool(values)
        if i == SKIP_AFTER:
            short_cut = values
    for name in ("trunk.widen", "trunk.top", "classify"):
        values = np.maximum(block(name, values), 0)
    values = transposed(values, weights["twice.weight"], stride=2, padding=1)
    values += block("skip", short_cut)
    values = transposed(values, weights["restore.weight"], stride=16)
    chances = sigmoid(values[:, 1] - values[:, 0])  # the softmax over two
    return chances[nearest(settings.samples, len(features))]


METHOD = Method(
    title="SUM-FCN",
    summary="chooses samples by convolutions over time, and restores the others from them",
    settings=SumFcnSettings,
    shapes=fcn_shapes,
    learner="vidgist.training.rivals.sum_fcn.learner:SumFcnLearner",
    score=score,
    source="Rochan, Ye and Wang, ECCV 2018, arXiv 1805.10538",
    published="SUM-FCN, unsupervised",
    cost=67.0,
    order=50,
)
