"""CSNet behind global and local attention with relative positions (Jung et al., ECCV 2020).

There is no public code, and the text leaves much open: the sizes are the text's, the encoding of
positions and the joining of both attentions are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from vidgist.models.layers import linear, lstm_shapes, stacked_lstm, unit_length
from vidgist.models.methods import Method
from vidgist.models.ranges import Range, between
from vidgist.training.rivals.csnet import CsnetSettings, pieces, stream_scores, stream_shapes
from vidgist.types import Floats

__all__ = ["METHOD", "GlRpeSettings", "relative_positions"]

_ROWS = 512
"""Rows of the attention that are in memory at once."""

_EVEN = Range("an even number from 2 to 65536", lambda width: width in range(2, 65537, 2))


@dataclass(frozen=True, kw_only=True)
class GlRpeSettings(CsnetSettings):
    """How CSNet with GL and RPE learns.

    Attributes:
        width: of queries, keys and values; half of it that of the first LSTM in each direction.
        blocks: runs of the local attention, and strides of the global one.
    """

    method: ClassVar[str] = "gl_rpe"

    width: Annotated[int, _EVEN] = 512
    blocks: Annotated[int, between(1, 1000)] = 8


def relative_positions(length: int, rows: slice = slice(None)) -> Floats:
    """Return what positions add to the logits of attention, (L, L) or some of its rows.

    With r = j - i, entry (i, j) is sin(r / 10000^(j / L)) for even j, cos(r / 10000^((j - 1) / L))
    for odd j.
    """
    columns = np.arange(length)
    even = columns - columns % 2
    angles = (columns - columns[rows, None]) / 10000.0 ** (even / length)
    return np.where(columns % 2, np.cos(angles), np.sin(angles)).astype(np.float32)


def _shapes(dimension: int, settings: GlRpeSettings) -> dict[str, tuple[int, ...]]:
    width = settings.width
    shapes = lstm_shapes(dimension, width // 2, prefix="read")
    shapes |= {f"{name}.weight": (width, width) for name in ("query", "key", "value", "mix")}
    return shapes | stream_shapes(width, settings)


def attended(weights: Mapping[str, Floats], features: Floats, settings: GlRpeSettings) -> Floats:
    """Return what enters the selector, (T, width), of features (T, D)."""
    values = stacked_lstm(weights, features, prefix="read")
    sums = np.zeros_like(values)
    for parts in pieces(len(values), settings.blocks):
        for part in parts:
            some = values[part]
            query, key, value = (
                linear(some, weights[f"{name}.weight"]) for name in ("query", "key", "value")
            )
            mixed = np.empty_like(some)
            for start in range(0, len(some), _ROWS):
                rows = slice(start, start + _ROWS)
                logits = query[rows] @ key.T + relative_positions(len(some), rows)
                logits = np.exp(logits - logits.max(axis=1, keepdims=True))
                mixed[rows] = logits @ value / logits.sum(axis=1, keepdims=True)
            sums[part] += some + linear(mixed, weights["mix.weight"])
    return sums


def score(weights: Mapping[str, Floats], features: Floats, settings: GlRpeSettings) -> Floats:
    """Return the scores (T,) of features (T, D)."""
    entering = unit_length(features) if settings.unit_input else features
    return stream_scores(weights, attended(weights, entering, settings), settings)


METHOD = Method(
    title="CSNet + GL + RPE",
    summary="CSNet behind attention to runs and strides, with relative positions",
    settings=GlRpeSettings,
    shapes=_shapes,
    learner="vidgist.training.rivals.gl_rpe.learner:GlRpeLearner",
    score=score,
    source="Jung, Cho, Woo and Kweon, ECCV 2020",
    published="CSNet+GL+RPE",
    cost=220.0,
    order=66,
)
