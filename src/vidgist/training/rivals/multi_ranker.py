r"""Multi-ranker: one linear map a preference, and their maximum, ordered by pairs of samples.

Preferences are clusters of samples. A pair is seen once a preference p:

.. math::
   L = (1 - \lambda) \, \mathrm{BCE}(\sigma(s^p_i - s^p_j), l^p_{ij})
   + \lambda \, \mathrm{BCE}(\sigma(m_i - m_j), l_{ij}), \qquad m = \max_p s^p

where the local target l^p compares the importance of samples in cluster p, 0 for all others. The
released code clusters samples of all videos, those of the test too; here they are the training's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights, apply, linear_shapes
from vidgist.models.ranges import Share, Size, between
from vidgist.training.rivals.ranker import RankerSettings

__all__ = ["METHOD", "MultiRankerSettings"]


@dataclass(frozen=True, kw_only=True)
class MultiRankerSettings(RankerSettings):
    """Settings of Multi-ranker; the defaults are the released code's.

    Attributes:
        preferences: number of linear maps P.
        global_weight: lambda, weight of the order by the maximum.
        clustered: samples that are drawn to find the preferences.
    """

    method: ClassVar[str] = "multi_ranker"

    preferences: Size = 4
    global_weight: Share = 0.5
    clustered: Annotated[int, between(1, 10_000_000)] = 6400


def multi_ranker_shapes(dimension: int, settings: MultiRankerSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    return linear_shapes("out", dimension, settings.preferences)


def multi_ranker(
    weights: Weights, features: Array, settings: MultiRankerSettings, layers: Layers
) -> Array:
    """Return the logits (T,) of the samples' scores: the largest of all preferences."""
    entering = layers.unit_length(features) if settings.unit_input else features
    scores = apply(layers, weights, "out", entering)
    return layers.largest(scores)


METHOD = Method(
    title="Multi-ranker",
    summary="learns one linear order a preference, and their maximum",
    settings=MultiRankerSettings,
    shapes=multi_ranker_shapes,
    learner="vidgist.training.pairs:RankerLearner",
    network=multi_ranker,
    labels=True,
    source="Saquil et al., ICCV 2021, arXiv 2108.10744",
    code="saquil/Multi-ranker @ 776edd7",
    published="Multi-ranker, global",
    cost=3.0,
    order=9,
)
