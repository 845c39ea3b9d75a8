"""DR-DSN: summaries by reinforcement learning (Zhou, Qiao and Xiang, AAAI 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from vidgist.models.layers import linear, lstm_shapes, sigmoid, stacked_lstm, unit_length
from vidgist.models.methods import Method
from vidgist.models.parts import linear_shapes
from vidgist.models.ranges import NonNegative, Positive, ShareBelowOne, Size, at_least, between
from vidgist.models.settings import TrainingSettings
from vidgist.types import Floats

__all__ = ["METHOD", "DsnSettings", "dsn_shapes"]


@dataclass(frozen=True, kw_only=True)
class DsnSettings(TrainingSettings):
    """How DR-DSN learns: the defaults are those of the paper and its released settings.

    Attributes:
        hidden: width of the LSTM in each direction.
        episodes: summaries drawn from each video in a step.
        far: samples more than this apart count as wholly different in the diversity.
        length_weight: beta, weight of the deviation of the mean probability from one half.
        baseline_keep: share of the moving average of a video's rewards that a step keeps.
        clip: largest length of the gradient.
    """

    method: ClassVar[str] = "dr_dsn"

    hidden: Size = 256
    episodes: Annotated[int, between(1, 1000)] = 5
    far: Annotated[int, at_least(0)] = 20
    length_weight: NonNegative = 0.01
    baseline_keep: ShareBelowOne = 0.9
    clip: Positive = 5.0
    learning_rate: float = 1e-5
    weight_decay: float = 1e-5
    epochs: int = 60


def dsn_shapes(dimension: int, settings: DsnSettings) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    hidden = settings.hidden
    shapes = lstm_shapes(dimension, hidden)
    return shapes | linear_shapes("out", 2 * hidden, 1)


def _score(weights: Mapping[str, Floats], features: Floats, settings: DsnSettings) -> Floats:
    entering = unit_length(features) if settings.unit_input else features
    states = stacked_lstm(weights, entering)
    return sigmoid(linear(states, weights["out.weight"], weights["out.bias"])[:, 0])


METHOD = Method(
    title="DR-DSN",
    summary="learns by reinforcement to pick diverse and representative samples",
    settings=DsnSettings,
    shapes=dsn_shapes,
    learner="vidgist.training.rivals.dr_dsn.learner:DsnLearner",
    score=_score,
    source="Zhou, Qiao and Xiang, AAAI 2018, arXiv 1801.00054",
    published="DR-DSN, 60 epochs",
    code="KaiyangZhou/pytorch-vsumm-reinforce @ 041606f",
    cost=8.0,
    order=1,
)
