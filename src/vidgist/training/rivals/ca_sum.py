r"""CA-SUM: concentrated attention, whose only loss is the mean score, without annotations.

Attention :math:`A = \mathrm{softmax}(Q K^T)` is kept within blocks of samples; what it hands to
samples outside a sample's block becomes its share of diversity r, and its entropy e how unique its
attention is. With d the cosine dissimilarities of the features,

.. math::
   r_t = \frac{\sum_{u \notin B_t} d_{tu} A_{tu}}{\sum_{u \notin B_t} d_{tu}}, \qquad
   y_t = \sum_{u \in B_t} (A_{tu} + r_u) v_u, \qquad
   L = \left| \frac{1}{T} \sum_t s_t - \sigma \right|

Nothing in the loss says which frames matter: seeds may differ in the sign of their correlation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from vidgist.models import parts
from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights
from vidgist.models.ranges import Positive, Rate, ShareBelowOne, Size, between
from vidgist.models.settings import TrainingSettings

__all__ = ["METHOD", "CaSumSettings"]


@dataclass(frozen=True, kw_only=True)
class CaSumSettings(TrainingSettings):
    """Settings of CA-SUM; the defaults are the released code's, the mean score in its middle.

    Attributes:
        mean_score: sigma, which the mean score shall have; 0.5 to 0.9 were published.
        block: samples in a block of the attention.
        dropout: share dropped while training.
        norm_shift: what the shifts of LayerNorms begin with.
        batch: videos whose gradients are added up in a step; 40 are all of TVSum's training part.
        clip: largest length of the gradient.
    """

    method: ClassVar[str] = "ca_sum"

    mean_score: Rate = 0.7
    block: Size = 60
    dropout: ShareBelowOne = 0.5
    norm_shift: Annotated[float, between(-100, 100)] = 0.1
    batch: Size = 40
    clip: Positive = 5.0
    learning_rate: float = 5e-4
    weight_decay: float = 1e-5
    epochs: int = 400


def ca_sum_shapes(dimension: int, settings: CaSumSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    shapes: Shapes = {}
    for name in ("query", "key", "value"):
        shapes |= parts.linear_shapes(name, dimension, dimension, bias=False)
    shapes |= parts.linear_shapes("joined", dimension + 2, dimension, bias=False)
    return shapes | parts.norm_shapes("norm", dimension) | parts.head_shapes(dimension, dimension)


def ca_sum(weights: Weights, features: Array, settings: CaSumSettings, layers: Layers) -> Array:
    """Return the logits (T,) of the samples' scores."""
    entering = layers.unit_length(features) if settings.unit_input else features
    mixed, entropy, diversity = concentrated(weights, entering, settings, layers)
    beside = [layers.detach(entropy)[:, None], layers.detach(diversity)[:, None]]
    joined = parts.apply(layers, weights, "joined", layers.concat([mixed, *beside], axis=1))
    how: Any = {"norm": layers.layer_norm, "dropout": settings.dropout}
    attended = parts.residual(layers, weights, joined, entering, **how)
    return parts.score_head(layers, weights, attended, **how)


def concentrated(
    weights: Weights, entering: Array, settings: CaSumSettings, layers: Layers
) -> tuple[Array, Array, Array]:
    """Return y (T, D), the entropies e (T,), of length 1 by sums, and the diversities r (T,)."""
    queries, keys, values = (
        parts.apply(layers, weights, n, entering) for n in ("query", "key", "value")
    )
    count, size = len(entering), settings.block
    unit = layers.unit_length(entering)
    blocks = [slice(start, min(start + size, count)) for start in range(0, count, size)]
    entropies, diversities, kept = [], [], []
    for block in blocks:
        shares = layers.softmax(queries[block] @ keys.T)
        # A share of 0 has no entropy, and its logarithm no value.
        entropies.append(-(shares * layers.log(shares + 1e-30)).sum(axis=1))
        outside = np.ones((1, count), dtype=np.float32)
        outside[:, block] = 0
        # Less than the rounding of equal samples, whose dissimilarity is 0.
        apart = layers.relu(1 - unit[block] @ unit.T - 1e-6) * layers.constant(outside)
        total = apart.sum(axis=1)
        diversities.append((apart * shares).sum(axis=1) / (total + 1.0 * (total <= 0)))
        kept.append(shares[:, block])
    diversity = layers.concat(diversities)
    mixed = [
        (shares + diversity[block][None]) @ values[block]
        for block, shares in zip(blocks, kept, strict=True)
    ]
    entropy = layers.concat(entropies) / (math.log(count) if count > 1 else 1.0)
    return layers.concat(mixed), entropy / (abs(entropy).sum() + 1e-12), diversity


METHOD = Method(
    title="CA-SUM",
    summary="learns concentrated attention from the mean score alone",
    settings=CaSumSettings,
    shapes=ca_sum_shapes,
    learner="vidgist.training.whole_videos:MeanScoreLearner",
    network=ca_sum,
    source="Apostolidis et al., ACM ICMR 2022",
    code="e-apostolidis/CA-SUM @ 43eee5d",
    cost=14.0,
    order=20,
)
