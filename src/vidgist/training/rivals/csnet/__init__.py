"""CSNet: two streams over pieces of a video (Jung et al., AAAI 2019).

The chunk stream reads the video in runs, the stride stream every fourth sample; both see short
sequences, so that an LSTM does not forget. What changes between samples is added to both. The text
leaves the joining of the streams open: here a weighted sum, which fits every length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt

from vidgist.models.layers import linear, lstm_shapes, sigmoid, stacked_lstm, unit_length
from vidgist.models.methods import Method
from vidgist.models.parts import linear_shapes
from vidgist.models.ranges import Factor, NonNegative, Positive, at_least, between
from vidgist.training.rivals.sum_gan import LAYERS, AdversarialSettings
from vidgist.types import Floats

__all__ = ["GAPS", "METHOD", "CsnetSettings", "pieces", "score", "stream_scores", "stream_shapes"]

GAPS = (1, 2, 4)
"""Distances in samples of the differences that are looked at."""


@dataclass(frozen=True, kw_only=True)
class CsnetSettings(AdversarialSettings):
    """How CSNet learns.

    Attributes:
        streams: M, pieces of each stream.
        variance_weight: of the loss that keeps scores apart.
        variance_epsilon: added to their variance.
        step_epochs: epochs after which the learning rates fall.
        step_factor: what they are multiplied by.
    """

    method: ClassVar[str] = "csnet"
    uniform: ClassVar[bool] = True

    hidden: int = 256
    share: float = 0.3
    streams: Annotated[int, between(1, 1000)] = 4
    variance_weight: NonNegative = 1.0
    variance_epsilon: Positive = 1e-4
    discriminator_rate: float = 1e-4
    step_epochs: Annotated[int, at_least(1)] = 10
    step_factor: Factor = 0.1
    epochs: int = 20


def pieces(length: int, count: int) -> tuple[list[npt.NDArray[np.int64]], ...]:
    """Return the samples of each run and of each stride, leaving out what is empty.

    >>> [piece.tolist() for piece in pieces(10, 4)[1]]
    [[0, 4, 8], [1, 5, 9], [2, 6], [3, 7]]

    Args:
        length: T.
        count: M, of the runs and of the strides.
    """
    every = np.arange(length)
    run = -(-length // count)
    runs = [every[start : start + run] for start in range(0, length, run)]
    return runs, [every[first::count] for first in range(min(count, length))]


def stream_shapes(dimension: int, settings: CsnetSettings) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor of the selector for (T, dimension) features."""
    hidden = settings.hidden
    shapes: dict[str, tuple[int, ...]] = {
        **linear_shapes("compress", dimension, hidden),
        **lstm_shapes(hidden, hidden, layers=LAYERS),
        **linear_shapes("out", 2 * hidden, 1),
        **linear_shapes("join", 2, 1),
    }
    for i in range(len(GAPS)):
        shapes |= linear_shapes(f"changes.{i}", dimension, 1)
    return shapes


def stream_scores(
    weights: Mapping[str, Floats], features: Floats, settings: CsnetSettings
) -> Floats:
    """Return the scores (T,) of what enters the selector, (T, D)."""
    values = linear(features, weights["compress.weight"], weights["compress.bias"])
    streams = np.empty((len(features), 2), np.float32)
    for stream, parts in enumerate(pieces(len(features), settings.streams)):
        for part in parts:
            states = stacked_lstm(weights, values[part], layers=LAYERS)
            streams[part, stream] = linear(states, weights["out.weight"], weights["out.bias"])[:, 0]
    logits = linear(streams, weights["join.weight"], weights["join.bias"])[:, 0]
    for i, gap in enumerate(GAPS):
        if gap < len(features):
            change = np.abs(features[gap:] - features[:-gap])
            weight, bias = weights[f"changes.{i}.weight"], weights[f"changes.{i}.bias"]
            logits[:-gap] += linear(change, weight, bias)[:, 0]
    return sigmoid(logits)


def score(weights: Mapping[str, Floats], features: Floats, settings: CsnetSettings) -> Floats:
    """Return the scores (T,) of features (T, D)."""
    entering = unit_length(features) if settings.unit_input else features
    return stream_scores(weights, entering, settings)


METHOD = Method(
    title="CSNet",
    summary="reads a video in runs and in strides, and learns as SUM-GAN does",
    settings=CsnetSettings,
    shapes=stream_shapes,
    learner="vidgist.training.rivals.csnet.learner:CsnetLearner",
    score=score,
    source="Jung, Cho, Kim, Woo and Kweon, AAAI 2019, arXiv 1811.09791",
    cost=200.0,
    order=65,
)
