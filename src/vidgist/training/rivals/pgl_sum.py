r"""PGL-SUM: attention over the whole video and within four pieces of it, with coded positions.

Each head has logits :math:`E = Q K^T + P`, without a scale, where P codes the places of the
queries. In each piece, the samples' outputs of both attentions, each of length 1, are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vidgist.errors import SettingError
from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import (
    Shapes,
    Weights,
    attend,
    attention_shapes,
    head_shapes,
    norm_shapes,
    normed,
    score_head,
)
from vidgist.models.settings import TrainingSettings, check_ranges

__all__ = ["METHOD", "PglSumSettings"]


@dataclass(frozen=True, kw_only=True)
class PglSumSettings(TrainingSettings):
    """Settings of PGL-SUM; the defaults are the released code's.

    Attributes:
        name: always `pgl_sum`.
        heads: of the attention over the whole video.
        pieces: equal parts of the video.
        piece_heads: heads of the attention within each piece.
        dropout: share dropped while training, of the attention weights and twice after them.
        norm_shift: what the shifts of LayerNorms begin with.
        scaled: whether targets are scaled to [0, 1] in each video.
        batch: videos whose gradients are added up in a step; 40 are all of TVSum's training part.
        clip: largest length of the gradient.
        unit_input: whether features are brought to length 1 first.
    """

    method: ClassVar[str] = "pgl_sum"

    name: str = "pgl_sum"
    heads: int = 8
    pieces: int = 4
    piece_heads: int = 4
    dropout: float = 0.5
    norm_shift: float = 0.1
    scaled: bool = False
    batch: int = 40
    clip: float = 5.0
    unit_input: bool = True
    learning_rate: float = 5e-5
    weight_decay: float = 1e-5
    epochs: int = 200

    def __post_init__(self) -> None:
        super().__post_init__()
        checks = {
            "heads": (1 <= self.heads <= 1024, "1 to 1024"),
            "pieces": (1 <= self.pieces <= 1024, "1 to 1024"),
            "piece_heads": (1 <= self.piece_heads <= 1024, "1 to 1024"),
            "dropout": (0 <= self.dropout < 1, "a share in [0, 1)"),
            "batch": (1 <= self.batch <= 65536, "1 to 65536"),
            "clip": (self.clip > 0, "a number above 0"),
        }
        check_ranges(self, checks)


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
    shapes = attention_shapes("whole.", dimension, heads=settings.heads)
    for piece in range(settings.pieces):
        shapes |= attention_shapes(
            f"piece.{piece}.",
            dimension,
            heads=settings.piece_heads,
            inner=dimension // settings.pieces,
        )
    return shapes | norm_shapes("norm", dimension) | head_shapes(dimension, dimension)


def pgl_sum(weights: Weights, features: Array, settings: PglSumSettings, layers: Layers) -> Array:
    """Return the logits (T,) of the samples' scores."""
    entering = layers.unit_length(features) if settings.unit_input else features
    attended = attended_samples(weights, entering, settings, layers) + entering
    attended = layers.dropout(attended, settings.dropout)
    attended = normed(weights, "norm", attended, norm=layers.layer_norm)
    return score_head(layers, weights, attended, norm=layers.layer_norm, dropout=settings.dropout)


def attended_samples(
    weights: Weights, entering: Array, settings: PglSumSettings, layers: Layers
) -> Array:
    """Return the sum (T, D) of both attentions' outputs, each of length 1."""
    count, width = entering.shape
    whole = attend(
        layers,
        weights,
        entering,
        prefix="whole.",
        heads=settings.heads,
        dropout=settings.dropout,
        positions=width,
    )
    step = -(-count // settings.pieces)
    parts = []
    for piece in range(settings.pieces):
        inside = slice(piece * step, min((piece + 1) * step, count))
        if inside.start >= count:
            break  # of 5 samples, three pieces of 2 are all
        own = attend(
            layers,
            weights,
            entering[inside],
            prefix=f"piece.{piece}.",
            heads=settings.piece_heads,
            dropout=settings.dropout,
            positions=width,
        )
        parts.append(layers.unit_length(whole[inside]) + layers.unit_length(own))
    return layers.concat(parts)


METHOD = Method(
    name=PglSumSettings.method,
    title="PGL-SUM",
    summary="learns importance by attention over the whole and over its parts",
    settings=PglSumSettings,
    shapes=pgl_sum_shapes,
    learner="vidgist.training.whole_videos:RegressionLearner",
    network=pgl_sum,
    labels=True,
    alone=True,
    source="Apostolidis et al., IEEE ISM 2021",
    code="e-apostolidis/PGL-SUM @ 81d0d6d",
    cost=25.0,
    order=11,
)
