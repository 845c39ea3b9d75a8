r"""PGL-SUM: attention over the whole video and within four pieces of it, with coded positions.

Each head has logits :math:`E = Q K^T + P`, without a scale, where P codes the places of the
queries. In each piece, the samples' outputs of both attentions, each of length 1, are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from vidgist.errors import SettingError
from vidgist.models import parts
from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights
from vidgist.models.ranges import Positive, ShareBelowOne, Size, between
from vidgist.models.settings import TrainingSettings

__all__ = ["METHOD", "PglSumSettings"]


@dataclass(frozen=True, kw_only=True)
class PglSumSettings(TrainingSettings):
    """Settings of PGL-SUM; the defaults are the released code's.

    Attributes:
        heads: of the attention over the whole video.
        pieces: equal parts of the video.
        piece_heads: heads of the attention within each piece.
        dropout: share dropped while training, of the attention weights and twice after them.
        norm_shift: what the shifts of LayerNorms begin with.
        scaled: whether targets are scaled to [0, 1] in each video.
        batch: videos whose gradients are added up in a step; 40 are all of TVSum's training part.
        clip: largest length of the gradient.
    """

    method: ClassVar[str] = "pgl_sum"

    heads: Size = 8
    pieces: Size = 4
    piece_heads: Size = 4
    dropout: ShareBelowOne = 0.5
    norm_shift: Annotated[float, between(-100, 100)] = 0.1
    scaled: bool = False
    batch: Size = 40
    clip: Positive = 5.0
    learning_rate: float = 5e-5
    weight_decay: float = 1e-5
    epochs: int = 200


def pgl_sum_shapes(dimension: int, settings: PglSumSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features.

    Raises:
        SettingError: the dimension cannot be divided among heads and pieces.
    """
    within = settings.pieces * settings.piece_heads
    for name, part in (("heads", settings.heads), ("pieces and piece_heads", within)):
        if dimension % part:
            raise SettingError(
                f"{name}: expected features whose width is a multiple of {part}, got {dimension}; "
                "choose others"
            )
    shapes = parts.attention_shapes("whole.", dimension, heads=settings.heads)
    for piece in range(settings.pieces):
        shapes |= parts.attention_shapes(
            f"piece.{piece}.",
            dimension,
            heads=settings.piece_heads,
            inner=dimension // settings.pieces,
        )
    return shapes | parts.norm_shapes("norm", dimension) | parts.head_shapes(dimension, dimension)


def pgl_sum(weights: Weights, features: Array, settings: PglSumSettings, layers: Layers) -> Array:
    """Return the logits (T,) of the samples' scores."""
    entering = layers.unit_length(features) if settings.unit_input else features
    context = attended_samples(weights, entering, settings, layers)
    how: Any = {"norm": layers.layer_norm, "dropout": settings.dropout}
    attended = parts.residual(layers, weights, context, entering, **how)
    return parts.score_head(layers, weights, attended, **how)


def attended_samples(
    weights: Weights, entering: Array, settings: PglSumSettings, layers: Layers
) -> Array:
    """Return the sum (T, D) of both attentions' outputs, each of length 1."""
    count, width = entering.shape
    whole = parts.attend(
        layers,
        weights,
        entering,
        prefix="whole.",
        heads=settings.heads,
        dropout=settings.dropout,
        positions=width,
    )
    step = -(-count // settings.pieces)
    joined = []
    for piece in range(settings.pieces):
        inside = slice(piece * step, min((piece + 1) * step, count))
        if inside.start >= count:
            break  # of 5 samples, three pieces of 2 are all
        own = parts.attend(
            layers,
            weights,
            entering[inside],
            prefix=f"piece.{piece}.",
            heads=settings.piece_heads,
            dropout=settings.dropout,
            positions=width,
        )
        joined.append(layers.unit_length(whole[inside]) + layers.unit_length(own))
    return layers.concat(joined)


METHOD = Method(
    title="PGL-SUM",
    summary="learns importance by attention over the whole and over its parts",
    settings=PglSumSettings,
    shapes=pgl_sum_shapes,
    learner="vidgist.training.whole_videos:RegressionLearner",
    network=pgl_sum,
    labels=True,
    source="Apostolidis et al., IEEE ISM 2021",
    code="e-apostolidis/PGL-SUM @ 81d0d6d",
    cost=25.0,
    order=11,
)
