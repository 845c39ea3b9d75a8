"""DSNet: segments of interest are detected in time, anchor-based or anchor-free.

Attention over the whole video feeds a detector, whose targets are the segments of the keyshot
summary of the annotations. Detections that overlap a stronger one are dropped, and a sample's score
is the largest confidence of those that cover it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vidgist.errors import SettingError
from vidgist.models import layers as numpy_layers
from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import (
    Shapes,
    Weights,
    apply,
    attend,
    attention_shapes,
    linear_shapes,
    norm_shapes,
    normed,
)
from vidgist.models.settings import TrainingSettings, check_ranges
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
        name: always that of the method.
        heads: of the attention.
        hidden: width of the layer before the detector.
        dropout: share dropped while training.
        overlap: intersection over union from which on a weaker detection is dropped.
        location_weight: weight of the loss of borders.
        positive: intersection over union above which an anchor shows a segment.
        incomplete: the same, up to which an anchor that meets a segment is a negative example.
        negatives: negative examples that meet no segment, for each positive one.
        unit_input: whether features are brought to length 1 first.
    """

    method: ClassVar[str] = "dsnet"

    name: str = "dsnet"
    heads: int = 8
    hidden: int = 128
    dropout: float = 0.5
    overlap: float = 0.5
    location_weight: float = 1.0
    positive: float = 0.6
    incomplete: float = 0.3
    negatives: float = 2.0
    unit_input: bool = True
    learning_rate: float = 5e-5
    weight_decay: float = 1e-5
    epochs: int = 300

    def __post_init__(self) -> None:
        super().__post_init__()
        checks = {
            "heads": (1 <= self.heads <= 1024, "1 to 1024"),
            "hidden": (1 <= self.hidden <= 65536, "1 to 65536"),
            "dropout": (0 <= self.dropout < 1, "a share in [0, 1)"),
            "overlap": (0 < self.overlap <= 1, "a share in (0, 1]"),
            "positive": (0 < self.positive < 1, "a share in (0, 1)"),
            "incomplete": (0 <= self.incomplete <= self.positive, "a share up to positive"),
            "negatives": (0 <= self.negatives <= 1000, "0 to 1000"),
        }
        check_ranges(self, checks)


@dataclass(frozen=True, kw_only=True)
class AnchorFreeSettings(DsnetSettings):
    """Settings of the anchor-free detector; the defaults are the released code's."""

    method: ClassVar[str] = "dsnet_af"

    name: str = "dsnet_af"
    overlap: float = 0.4


def _attention_shapes(dimension: int, settings: DsnetSettings) -> Shapes:
    if dimension % settings.heads:
        raise SettingError(
            f"heads: expected as many as divide the {dimension} numbers of a feature, got "
            f"{settings.heads}"
        )
    shapes = attention_shapes("", dimension) | norm_shapes("norm", dimension)
    shapes |= linear_shapes("hidden", dimension, settings.hidden)
    return shapes | norm_shapes("last_norm", settings.hidden)


def _attended(weights: Weights, features: Array, settings: DsnetSettings, layers: Layers) -> Array:
    entering = layers.unit_length(features) if settings.unit_input else features
    size = features.shape[1] // settings.heads
    context = attend(
        layers,
        weights,
        entering,
        heads=settings.heads,
        scale=size**-0.5,
        dropout=settings.dropout,
    )
    attended = layers.dropout(context, settings.dropout) + entering
    return normed(weights, "norm", attended, norm=layers.layer_norm)


def anchor_based_shapes(dimension: int, settings: DsnetSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    shapes = _attention_shapes(dimension, settings) | linear_shapes("shown", settings.hidden, 1)
    return shapes | linear_shapes("borders", settings.hidden, 2)


def anchor_based(
    weights: Weights, features: Array, settings: DsnetSettings, layers: Layers
) -> tuple[Array, Array]:
    """Return logits (T, 4) of what each anchor shows, and offsets (T, 4, 2) of its place."""
    attended = _attended(weights, features, settings, layers)
    shown, borders = [], []
    for width in ANCHORS:
        hidden = layers.tanh(apply(layers, weights, "hidden", layers.window_mean(attended, width)))
        hidden = layers.dropout(hidden, settings.dropout)
        hidden = normed(weights, "last_norm", hidden, norm=layers.layer_norm)
        shown.append(apply(layers, weights, "shown", hidden))
        borders.append(apply(layers, weights, "borders", hidden)[:, None])
    return layers.concat(shown, axis=1), layers.concat(borders, axis=1)


def anchor_free_shapes(dimension: int, settings: DsnetSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    shapes = anchor_based_shapes(dimension, settings)
    return shapes | linear_shapes("center", settings.hidden, 1)


def anchor_free(
    weights: Weights, features: Array, settings: DsnetSettings, layers: Layers
) -> tuple[Array, Array, Array]:
    """Return, of each sample, logits (T,) of being shown and (T,) of being a segment's center.

    Between them, the logarithms (T, 2) of its distances to the segment's borders.
    """
    attended = _attended(weights, features, settings, layers)
    hidden = layers.relu(apply(layers, weights, "hidden", attended))
    hidden = layers.dropout(hidden, settings.dropout)
    hidden = normed(weights, "last_norm", hidden, norm=layers.layer_norm)
    shown, borders, center = (
        apply(layers, weights, name, hidden) for name in ("shown", "borders", "center")
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
        name=DsnetSettings.method,
        title="DSNet, anchor-based",
        summary="learns to detect the segments of interest around anchors",
        settings=DsnetSettings,
        shapes=anchor_based_shapes,
        learner="vidgist.training.rivals.dsnet.learner:AnchorBasedLearner",
        score=_score_anchors,
        labels=True,
        alone=True,
        source=_SOURCE,
        code=_CODE,
        cost=14.0,
        order=15,
    ),
    Method(
        name=AnchorFreeSettings.method,
        title="DSNet, anchor-free",
        summary="learns to detect the segments of interest by the distances to their borders",
        settings=AnchorFreeSettings,
        shapes=anchor_free_shapes,
        learner="vidgist.training.rivals.dsnet.learner:AnchorFreeLearner",
        score=_score_free,
        labels=True,
        alone=True,
        source=_SOURCE,
        code=_CODE,
        cost=14.0,
        order=16,
    ),
)
