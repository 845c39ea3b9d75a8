"""DSNet: segments of interest are detected in time, anchor-based or anchor-free.

Attention over the whole video feeds a detector, whose targets are the segments of the keyshot
summary of the annotations. Detections that overlap a stronger one are dropped, and a sample's score
is the largest confidence of those that cover it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from vidgist.errors import SettingError
from vidgist.models import layers as numpy_layers
from vidgist.models import parts
from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights
from vidgist.models.ranges import Factor, NonNegative, Rate, ShareBelowOne, Size, between, check
from vidgist.models.settings import TrainingSettings
from vidgist.training.rivals.dsnet.boxes import decode_anchors, decode_distances, segment_scores
from vidgist.types import Floats

__all__ = ["METHOD", "AnchorFreeSettings", "DsnetSettings", "anchor_based", "anchor_free"]

ANCHORS = (4, 8, 16, 32)
"""Widths of the anchors at each sample."""

_SOURCE = "Zhu et al., IEEE TIP 30, 2021"
_CODE = "li-plus/DSNet @ 1804176"


@dataclass(frozen=True, kw_only=True)
class DsnetSettings(TrainingSettings):
    """Settings of the anchor-based detector; the defaults are the released code's.

    Attributes:
        heads: of the attention.
        hidden: width of the layer before the detector.
        dropout: share dropped while training.
        overlap: intersection over union from which on a weaker detection is dropped.
        location_weight: weight of the loss of borders.
        positive: intersection over union above which an anchor shows a segment.
        incomplete: the same, up to which an anchor that meets a segment is a negative example.
        negatives: negative examples that meet no segment, for each positive one.
    """

    method: ClassVar[str] = "dsnet"

    heads: Size = 8
    hidden: Size = 128
    dropout: ShareBelowOne = 0.5
    overlap: Factor = 0.5
    location_weight: NonNegative = 1.0
    positive: Rate = 0.6
    incomplete: float = 0.3
    negatives: Annotated[float, between(0, 1000)] = 2.0
    learning_rate: float = 5e-5
    weight_decay: float = 1e-5
    epochs: int = 300

    def __post_init__(self) -> None:
        super().__post_init__()
        fine = 0 <= self.incomplete <= self.positive
        check("incomplete", self.incomplete, fine, "a share up to positive")


@dataclass(frozen=True, kw_only=True)
class AnchorFreeSettings(DsnetSettings):
    """Settings of the anchor-free detector; the defaults are the released code's."""

    method: ClassVar[str] = "dsnet_af"

    overlap: float = 0.4


def _attention_shapes(dimension: int, settings: DsnetSettings) -> Shapes:
    if dimension % settings.heads:
        raise SettingError(
            f"heads: expected as many as divide the {dimension} numbers of a feature, got "
            f"{settings.heads}"
        )
    shapes = parts.attention_shapes("", dimension) | parts.norm_shapes("norm", dimension)
    shapes |= parts.linear_shapes("hidden", dimension, settings.hidden)
    return shapes | parts.norm_shapes("last_norm", settings.hidden)


def _attended(weights: Weights, features: Array, settings: DsnetSettings, layers: Layers) -> Array:
    entering = layers.unit_length(features) if settings.unit_input else features
    size = features.shape[1] // settings.heads
    context = parts.attend(
        layers,
        weights,
        entering,
        heads=settings.heads,
        scale=size**-0.5,
        dropout=settings.dropout,
    )
    attended = layers.dropout(context, settings.dropout) + entering
    return parts.normed(weights, "norm", attended, norm=layers.layer_norm)


def anchor_based_shapes(dimension: int, settings: DsnetSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    shapes = _attention_shapes(dimension, settings) | parts.linear_shapes(
        "shown", settings.hidden, 1
    )
    return shapes | parts.linear_shapes("borders", settings.hidden, 2)


def anchor_based(
    weights: Weights, features: Array, settings: DsnetSettings, layers: Layers
) -> tuple[Array, Array]:
    """Return logits (T, 4) of what each anchor shows, and offsets (T, 4, 2) of its place."""
    attended = _attended(weights, features, settings, layers)
    shown, borders = [], []
    for width in ANCHORS:
        hidden = layers.tanh(
            parts.apply(layers, weights, "hidden", layers.window_mean(attended, width))
        )
        hidden = layers.dropout(hidden, settings.dropout)
        hidden = parts.normed(weights, "last_norm", hidden, norm=layers.layer_norm)
        shown.append(parts.apply(layers, weights, "shown", hidden))
        borders.append(parts.apply(layers, weights, "borders", hidden)[:, None])
    return layers.concat(shown, axis=1), layers.concat(borders, axis=1)


def anchor_free_shapes(dimension: int, settings: DsnetSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    shapes = anchor_based_shapes(dimension, settings)
    return shapes | parts.linear_shapes("center", settings.hidden, 1)


def anchor_free(
    weights: Weights, features: Array, settings: DsnetSettings, layers: Layers
) -> tuple[Array, Array, Array]:
    """Return, of each sample, logits (T,) of being shown and (T,) of being a segment's center.

    Between them, the logarithms (T, 2) of its distances to the segment's borders.
    """
    attended = _attended(weights, features, settings, layers)
    hidden = layers.relu(parts.apply(layers, weights, "hidden", attended))
    hidden = layers.dropout(hidden, settings.dropout)
    hidden = parts.normed(weights, "last_norm", hidden, norm=layers.layer_norm)
    shown, borders, center = (
        parts.apply(layers, weights, name, hidden) for name in ("shown", "borders", "center")
    )
    return shown[:, 0], borders, center[:, 0]


def _score_anchors(
    weights: Mapping[str, Floats], features: Floats, settings: DsnetSettings
) -> Floats:
    shown, borders = anchor_based(weights, features, settings, numpy_layers)
    boxes = decode_anchors(borders, ANCHORS)
    confidence = numpy_layers.sigmoid(np.asarray(shown, dtype=np.float64))
    return segment_scores(boxes, confidence.reshape(-1), len(features), overlap=settings.overlap)


def _score_free(weights: Mapping[str, Floats], features: Floats, settings: DsnetSettings) -> Floats:
    shown, borders, center = anchor_free(weights, features, settings, numpy_layers)
    confidence = np.prod([numpy_layers.sigmoid(np.float64(part)) for part in (shown, center)], 0)
    confidence = confidence / (confidence.max() + 1e-8)
    boxes = decode_distances(borders)
    return segment_scores(boxes, confidence, len(features), overlap=settings.overlap)


METHOD = (
    Method(
        title="DSNet, anchor-based",
        summary="learns to detect the segments of interest around anchors",
        settings=DsnetSettings,
        shapes=anchor_based_shapes,
        learner="vidgist.training.rivals.dsnet.learner:AnchorBasedLearner",
        score=_score_anchors,
        labels=True,
        source=_SOURCE,
        code=_CODE,
        cost=14.0,
        order=15,
    ),
    Method(
        title="DSNet, anchor-free",
        summary="learns to detect the segments of interest by the distances to their borders",
        settings=AnchorFreeSettings,
        shapes=anchor_free_shapes,
        learner="vidgist.training.rivals.dsnet.learner:AnchorFreeLearner",
        score=_score_free,
        labels=True,
        source=_SOURCE,
        code=_CODE,
        cost=14.0,
        order=16,
    ),
)
