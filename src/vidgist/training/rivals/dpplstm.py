r"""dppLSTM: vsLSTM with a determinantal point process over qualities and similarities.

.. math::
   L_{tu} = q_t q_u \, k_t \cdot k_u, \qquad
   \mathrm{loss} = \frac{1}{T} \sum_t (q_t - y_t)^2 + \log \det(L + I) - \log \det L_Y

with Y the keyframes. Training first has the squared errors alone, for the first half of the epochs,
and then both, with y 1 for keyframes. At test, samples of a likely subset rank before all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vidgist.models import layers as numpy_layers
from vidgist.models.dpp import greedy_subset, one_pass_subset
from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights, apply, linear_shapes
from vidgist.models.ranges import Size
from vidgist.training.rivals.vslstm import VslstmSettings, selector_shapes, states
from vidgist.types import Floats

__all__ = ["METHOD", "DpplstmSettings", "qualities"]

PASS_SAMPLES = 60
"""Samples up to which the published pass over the video is run; its cost grows as T^4."""


@dataclass(frozen=True, kw_only=True)
class DpplstmSettings(VslstmSettings):
    """Settings of dppLSTM; the defaults are those of the released code.

    Attributes:
        similar: width n of the vectors k; at most so many samples can be likely together.
        epochs: passes over the videos, of which the second half has the loss of the process.
    """

    method: ClassVar[str] = "dpplstm"

    similar: Size = 256
    epochs: int = 50


def dpplstm_shapes(dimension: int, settings: DpplstmSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    hidden = settings.hidden
    shapes = selector_shapes(dimension, settings)
    shapes |= linear_shapes("similar_hidden", dimension + 2 * hidden, hidden)
    return shapes | linear_shapes("similar", hidden, settings.similar)


def qualities(
    weights: Weights, features: Array, settings: DpplstmSettings, layers: Layers
) -> tuple[Array, Array]:
    """Return the qualities q (T,) and the vectors k (T, n) of similarity."""
    seen = states(weights, features, settings, layers)
    hidden = layers.sigmoid(apply(layers, weights, "quality_hidden", seen))
    alike = layers.sigmoid(apply(layers, weights, "similar_hidden", seen))
    return (
        apply(layers, weights, "quality", hidden)[:, 0],
        apply(layers, weights, "similar", alike),
    )


def _score(weights: Mapping[str, Floats], features: Floats, settings: DpplstmSettings) -> Floats:
    """Return L_tt, plus the largest quality for samples of the likely subset, scaled to [0, 1]."""
    found = qualities(weights, features, settings, numpy_layers)
    quality, similar = (np.asarray(part, dtype=np.float64) for part in found)
    rows = quality[:, None] * similar
    subset = one_pass_subset if len(rows) <= PASS_SAMPLES else greedy_subset
    scores = (rows**2).sum(axis=1)
    scores[subset(rows)] += max(0.0, float(quality.max()))
    largest = float(scores.max())
    return scores / largest if largest > 0 else scores


METHOD = Method(
    title="dppLSTM",
    summary="learns importance and diversity by an LSTM and a determinantal point process",
    settings=DpplstmSettings,
    shapes=dpplstm_shapes,
    learner="vidgist.training.selectors:DpplstmLearner",
    score=_score,
    labels=True,
    source="Zhang et al., ECCV 2016, arXiv 1605.08110",
    code="kezhang-cs/Video-Summarization-with-LSTM @ 0ee0a09",
    cost=12.0,
    order=14,
)
