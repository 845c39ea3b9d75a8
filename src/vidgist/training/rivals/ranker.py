r"""The standard ranker of Saquil et al.: a linear map that orders pairs of samples.

.. math:: L = \mathrm{BCE}(\sigma(s_i - s_j), [y_i > y_j]), \qquad s_t = w \cdot x_t + b

over pairs of a video's samples, drawn once; pairs of equal importance have the target 1/2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights, apply, linear_shapes
from vidgist.models.settings import TrainingSettings, check_ranges

__all__ = ["METHOD", "RankerSettings"]


@dataclass(frozen=True, kw_only=True)
class RankerSettings(TrainingSettings):
    """Settings of the ranker; the defaults are the released code's.

    Attributes:
        name: always that of the method.
        pairs: pairs of samples drawn from each video.
        batch: pairs in a step; a last batch that is not full is left out.
        beta1: decay of Adam's first moment.
        unit_input: whether features are brought to length 1 first.
    """

    method: ClassVar[str] = "ranker"

    name: str = "ranker"
    pairs: int = 2000
    batch: int = 128
    beta1: float = 0.5
    unit_input: bool = True
    learning_rate: float = 2e-4
    weight_decay: float = 0.0
    epochs: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        checks = {
            "pairs": (1 <= self.pairs <= 10**7, "1 to 10000000"),
            "batch": (1 <= self.batch <= 65536, "1 to 65536"),
            "beta1": (0 <= self.beta1 < 1, "a share in [0, 1)"),
        }
        check_ranges(self, checks)


def ranker_shapes(dimension: int, settings: RankerSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    return linear_shapes("out", dimension, 1)


def ranker(weights: Weights, features: Array, settings: RankerSettings, layers: Layers) -> Array:
    """Return the logits (T,) of the samples' scores."""
    entering = layers.unit_length(features) if settings.unit_input else features
    return apply(layers, weights, "out", entering)[:, 0]


METHOD = Method(
    name=RankerSettings.method,
    title="standard ranker",
    summary="learns a linear map that orders pairs of samples",
    settings=RankerSettings,
    shapes=ranker_shapes,
    learner="vidgist.training.pairs:RankerLearner",
    network=ranker,
    labels=True,
    alone=True,
    source="Saquil et al., ICCV 2021, arXiv 2108.10744",
    code="saquil/Multi-ranker @ 776edd7",
    published="Multi-ranker",
    cost=1.0,
    order=8,
)
