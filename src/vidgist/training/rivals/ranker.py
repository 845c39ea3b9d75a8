r"""The standard ranker of Saquil et al.: a linear map that orders pairs of samples.

.. math:: L = \mathrm{BCE}(\sigma(s_i - s_j), [y_i > y_j]), \qquad s_t = w \cdot x_t + b

over pairs of a video's samples, drawn once; pairs of equal importance have the target 1/2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights, apply, linear_shapes
from vidgist.models.ranges import ShareBelowOne, Size, between
from vidgist.models.settings import TrainingSettings

__all__ = ["METHOD", "RankerSettings"]


@dataclass(frozen=True, kw_only=True)
class RankerSettings(TrainingSettings):
    """Settings of the ranker; the defaults are the released code's.

    Attributes:
        pairs: pairs of samples drawn from each video.
        batch: pairs in a step; a last batch that is not full is left out.
        beta1: decay of Adam's first moment.
    """

    method: ClassVar[str] = "ranker"

    pairs: Annotated[int, between(1, 10_000_000)] = 2000
    batch: Size = 128
    beta1: ShareBelowOne = 0.5
    learning_rate: float = 2e-4
    weight_decay: float = 0.0
    epochs: int = 1


def ranker_shapes(dimension: int, settings: RankerSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    return linear_shapes("out", dimension, 1)


def ranker(weights: Weights, features: Array, settings: RankerSettings, layers: Layers) -> Array:
    """Return the logits (T,) of the samples' scores."""
    entering = layers.unit_length(features) if settings.unit_input else features
    return apply(layers, weights, "out", entering)[:, 0]


METHOD = Method(
    title="standard ranker",
    summary="learns a linear map that orders pairs of samples",
    settings=RankerSettings,
    shapes=ranker_shapes,
    learner="vidgist.training.pairs:RankerLearner",
    network=ranker,
    labels=True,
    source="Saquil et al., ICCV 2021, arXiv 2108.10744",
    code="saquil/Multi-ranker @ 776edd7",
    published="Multi-ranker",
    cost=1.0,
    order=8,
)
