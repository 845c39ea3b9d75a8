r"""vsLSTM: a bidirectional LSTM whose state begins with the mean of the video, and a score.

.. math::
   h_0 = \tanh(A \bar x), \quad c_0 = \tanh(B \bar x), \quad u_t = [x_t, h_t, h'_t], \quad
   q_t = w \cdot \sigma(C u_t)

Both directions share their weights, as in the released code of dppLSTM, of which this is the part
without the determinantal point process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vidgist.models import layers as numpy_layers
from vidgist.models.layers import Array, Layers
from vidgist.models.methods import Method
from vidgist.models.parts import Shapes, Weights, apply, linear_shapes
from vidgist.models.ranges import Size
from vidgist.models.settings import TrainingSettings
from vidgist.types import Floats

__all__ = ["METHOD", "VslstmSettings", "quality", "selector_shapes", "states"]


@dataclass(frozen=True, kw_only=True)
class VslstmSettings(TrainingSettings):
    """Settings of vsLSTM; the defaults are those of the released code of dppLSTM.

    Attributes:
        hidden: width of the LSTM in each direction, and of the maps around it.
        shared: whether both directions have the same weights.
        batch: videos whose gradients are averaged in a step.
        epochs: passes over the videos; 25 over 40 videos are the published 100 steps.
    """

    method: ClassVar[str] = "vslstm"

    hidden: Size = 256
    shared: bool = True
    batch: Size = 10
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    epochs: int = 25


def selector_shapes(dimension: int, settings: VslstmSettings) -> Shapes:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    hidden = settings.hidden
    shapes = linear_shapes("first_state", dimension, hidden)
    shapes |= linear_shapes("first_cell", dimension, hidden)
    for way in ("lstm",) if settings.shared else ("lstm", "lstm_reverse"):
        shapes |= {
            f"{way}.weight": (4 * hidden, dimension),
            f"{way}.recurrent.weight": (4 * hidden, hidden),
            f"{way}.bias": (4 * hidden,),
        }
    shapes |= linear_shapes("quality_hidden", dimension + 2 * hidden, hidden)
    return shapes | linear_shapes("quality", hidden, 1)


def states(weights: Weights, features: Array, settings: VslstmSettings, layers: Layers) -> Array:
    """Return u (T, D + 2 hidden): the features, and the states of both directions."""
    entering = layers.unit_length(features) if settings.unit_input else features
    mean = entering.mean(axis=0)[None]
    first, cell = (
        layers.tanh(apply(layers, weights, name, mean))[0] for name in ("first_state", "first_cell")
    )
    ways = ("lstm", "lstm" if settings.shared else "lstm_reverse")
    inputs, recurrent, biases = (
        layers.concat([weights[f"{way}.{name}"][None] for way in ways])
        for name in ("weight", "recurrent.weight", "bias")
    )
    found = layers.bidirectional_lstm(entering, inputs, recurrent, biases, (first, cell))
    return layers.concat([entering, found], axis=1)


def quality(weights: Weights, features: Array, settings: VslstmSettings, layers: Layers) -> Array:
    """Return the quality q (T,) of the samples, which may have any sign."""
    seen = states(weights, features, settings, layers)
    hidden = layers.sigmoid(apply(layers, weights, "quality_hidden", seen))
    return apply(layers, weights, "quality", hidden)[:, 0]


def _score(weights: Mapping[str, Floats], features: Floats, settings: VslstmSettings) -> Floats:
    found = np.asarray(quality(weights, features, settings, numpy_layers), dtype=np.float64)
    return found - min(0.0, float(found.min()))  # a score is not negative


METHOD = Method(
    title="vsLSTM",
    summary="learns importance by a bidirectional LSTM",
    settings=VslstmSettings,
    shapes=selector_shapes,
    learner="vidgist.training.selectors:VslstmLearner",
    network=quality,
    score=_score,
    labels=True,
    source="Zhang et al., ECCV 2016, arXiv 1605.08110",
    cost=10.0,
    order=13,
)
