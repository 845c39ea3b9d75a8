r"""VASNet: one layer of self-attention over the whole video, then a score for each sample.

With Q, K, V linear maps of the features x (T, D),

.. math::
   W = \mathrm{softmax}(0.06 \, Q K^T), \qquad c_t = \sum_u W_{tu} v_u

the text gives a sample the context c_t. The released code multiplies by the transposed weights,
:math:`c_t = \sum_u W_{ut} v_u`, and the published numbers come from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vidgist.errors import unknown_value
from vidgist.models import parts
from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights
from vidgist.models.ranges import Positive, ShareBelowOne, Size
from vidgist.models.settings import TrainingSettings

__all__ = ["METHOD", "VasnetSettings"]


@dataclass(frozen=True, kw_only=True)
class VasnetSettings(TrainingSettings):
    """Settings of VASNet; the defaults are the released code's.

    Attributes:
        name: `reference`, the released code, or `paper`, the text.
        transposed: whether contexts are mixed with the transposed weights.
        hidden: width of the layer before the score.
        scale: factor of the products of queries and keys.
        dropout: share dropped while training, of the attention weights and twice after them.
        scaled: whether targets are scaled to [0, 1] in each video.
    """

    method: ClassVar[str] = "vasnet"

    name: str = "reference"
    transposed: bool = True
    hidden: Size = 1024
    scale: Positive = 0.06
    dropout: ShareBelowOne = 0.5
    scaled: bool = True
    learning_rate: float = 5e-5
    weight_decay: float = 1e-5
    epochs: int = 300


def vasnet_shapes(dimension: int, settings: VasnetSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    shapes = parts.attention_shapes("", dimension) | parts.norm_shapes("norm", dimension)
    return shapes | parts.head_shapes(dimension, settings.hidden)


def vasnet(weights: Weights, features: Array, settings: VasnetSettings, layers: Layers) -> Array:
    """Return the logits (T,) of the samples' scores."""
    entering = layers.unit_length(features) if settings.unit_input else features
    context = parts.attend(
        layers,
        weights,
        entering,
        scale=settings.scale,
        dropout=settings.dropout,
        transposed=settings.transposed,
    )
    how: Any = {"norm": layers.sample_norm, "dropout": settings.dropout}
    attended = parts.residual(layers, weights, context, entering, **how)
    return parts.score_head(layers, weights, attended, **how)


def vasnet_settings(name: str = "reference", **_: Any) -> VasnetSettings:
    """Return the settings of a preset: `reference`, the released code's, or `paper`, the text's.

    Raises:
        SettingError: the name is unknown.
    """
    if name not in ("paper", "reference"):
        raise unknown_value("preset", name, ("paper", "reference"))
    return VasnetSettings(name=name, transposed=name == "reference")


METHOD = Method(
    title="VASNet",
    summary="learns importance by one layer of self-attention",
    settings=VasnetSettings,
    shapes=vasnet_shapes,
    learner="vidgist.training.whole_videos:RegressionLearner",
    network=vasnet,
    labels=True,
    source="Fajtl et al., ACCV workshops 2018, arXiv 1812.01969",
    code="ok1zjf/VASNet @ c378753",
    preset=vasnet_settings,
    cost=14.0,
    order=10,
)
