"""CSTA: a convolutional network looks at the features of a video as at one picture.

The picture is as high as the video has samples and as wide as a feature is long. What GoogLeNet
makes of it weighs the features over time and over their numbers. The published method starts from
GoogLeNet as trained on ImageNet; here the network begins untrained, and its rows say so.

A convolution over a whole video is too slow in NumPy: scoring needs torch, unlike other methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Annotated, ClassVar

from vidgist.models.convolutions import norm_shapes
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, head_shapes, linear_shapes
from vidgist.models.ranges import ShareBelowOne, one_of
from vidgist.models.settings import TrainingSettings
from vidgist.training import require_torch
from vidgist.types import Floats

__all__ = ["METHOD", "CstaSettings", "convolutions", "inceptions"]

STEM = ((3, 64, 7), (64, 64, 1), (64, 192, 3))
"""Channels that enter, channels that leave and kernel of the first convolutions."""

INCEPTIONS = (
    (64, 96, 128, 16, 32, 32),
    (128, 128, 192, 32, 96, 64),
    (192, 96, 208, 16, 48, 64),
    (160, 112, 224, 24, 64, 64),
    (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64),
    (256, 160, 320, 32, 128, 128),
    (256, 160, 320, 32, 128, 128),
    (384, 192, 384, 48, 128, 128),
)
"""Channels of each inception: 1 x 1; before and after 3 x 3, twice; after the pool."""

POOLS_BEFORE = {2: 3, 7: 2}
"""Number of an inception -> size of the pool before it."""


@dataclass(frozen=True, kw_only=True)
class CstaSettings(TrainingSettings):
    """Settings of CSTA; the defaults are the released code's.

    Attributes:
        narrow: divisor of all channels of the published network, 1 for that network.
        attention_dropout: share of both attentions dropped while training.
        dropout: the same, of the layer before the score.
        scaled: whether targets are scaled to [0, 1] in each video.
    """

    method: ClassVar[str] = "csta"

    narrow: Annotated[int, one_of(1, 2, 4, 8, 16)] = 1
    attention_dropout: ShareBelowOne = 0.6
    dropout: ShareBelowOne = 0.5
    scaled: bool = False
    learning_rate: float = 1e-3
    weight_decay: float = 1e-7
    epochs: int = 100

    @property
    def width(self) -> int:
        """Channels that leave the network of convolutions, and width of all maps after it."""
        return 1024 // self.narrow


def inceptions(settings: CstaSettings) -> list[tuple[int, ...]]:
    """Return of each inception the channels that enter, and its own six numbers."""
    found, entering = [], STEM[-1][1] // settings.narrow
    for row in INCEPTIONS:
        sizes = tuple(size // settings.narrow for size in row)
        found.append((entering, *sizes))
        entering = sizes[0] + sizes[2] + sizes[4] + sizes[5]
    return found


def convolutions(settings: CstaSettings) -> dict[str, tuple[int, int, int]]:
    """Return the channels that enter and leave, and the kernel, of every convolution by name."""
    narrow = settings.narrow
    found = {
        f"stem.{i}": (before if i == 0 else before // narrow, behind // narrow, kernel)
        for i, (before, behind, kernel) in enumerate(STEM)
    }
    for i, (entering, one, before, three, less, five, pooled) in enumerate(inceptions(settings)):
        # torchvision's, whose "5 x 5" is 3 x 3 too.
        found |= {
            f"inceptions.{i}.one": (entering, one, 1),
            f"inceptions.{i}.reduce": (entering, before, 1),
            f"inceptions.{i}.three": (before, three, 3),
            f"inceptions.{i}.reduce_more": (entering, less, 1),
            f"inceptions.{i}.five": (less, five, 3),
            f"inceptions.{i}.pooled": (entering, pooled, 1),
        }
    return found


def csta_shapes(dimension: int, settings: CstaSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    width = settings.width
    shapes: Shapes = {"first": (3, 1, width)}
    if dimension != width:
        shapes |= linear_shapes("narrow", dimension, width, bias=False)
    shapes |= linear_shapes("key", width, width) | linear_shapes("value", width, width)
    shapes |= norm_shapes("map_norm", 1)
    for name, (before, behind, kernel) in convolutions(settings).items():
        shapes[f"{name}.conv.weight"] = (behind, before, kernel, kernel)
        shapes |= norm_shapes(f"{name}.norm", behind)
    return shapes | head_shapes(width, width)


def _score(weights: Mapping[str, Floats], features: Floats, settings: CstaSettings) -> Floats:
    require_torch("a model of CSTA")
    scores: Floats = resolve_name(f"{__name__}.network:scores_of")(weights, features, settings)
    return scores


METHOD = Method(
    title="CSTA, untrained trunk",
    summary="learns importance by convolutions over the features as a picture (scores by torch)",
    settings=CstaSettings,
    shapes=csta_shapes,
    learner="vidgist.training.rivals.csta.network:CstaLearner",
    score=_score,
    labels=True,
    source="Son, Park and Kim, CVPR 2024, arXiv 2405.11905",
    code="thswodnjs3/CSTA @ b070f7d, without ImageNet weights",
    cost=160.0,
    order=18,
)
