"""DR-DSN: summaries by reinforcement learning (Zhou, Qiao and Xiang, AAAI 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from vidgist.models.layers import linear, lstm_shapes, sigmoid, stacked_lstm, unit_length
from vidgist.models.methods import Method
from vidgist.models.settings import TrainingSettings, check_ranges
from vidgist.types import Floats

__all__ = ["METHOD", "DsnSettings", "dsn_shapes"]


@dataclass(frozen=True, kw_only=True)
class DsnSettings(TrainingSettings):
    """How DR-DSN learns: the defaults are those of the paper and its released settings.

    Attributes:
        name: always `dr_dsn`.
        hidden: width of the LSTM in each direction.
        episodes: summaries drawn from each video in a step.
        far: samples more than this apart count as wholly different in the diversity.
        length_weight: beta, weight of the deviation of the mean probability from one half.
        baseline_keep: share of the moving average of a video's rewards that a step keeps.
        clip: largest length of the gradient.
        unit_input: bring features to length 1, for the network and for the rewards.
    """

    method: ClassVar[str] = "dr_dsn"

    name: str = "dr_dsn"
    hidden: int = 256
    episodes: int = 5
    far: int = 20
    length_weight: float = 0.01
    baseline_keep: float = 0.9
    clip: float = 5.0
    unit_input: bool = True
    learning_rate: float = 1e-5
    weight_decay: float = 1e-5
    epochs: int = 60

    def __post_init__(self) -> None:
        super().__post_init__()
        checks = {
            "hidden": (1 <= self.hidden <= 65536, "1 to 65536"),
            "episodes": (1 <= self.episodes <= 1000, "1 to 1000"),
            "far": (self.far >= 0, "at least 0"),
            "length_weight": (self.length_weight >= 0, "at least 0"),
            "baseline_keep": (0 <= self.baseline_keep < 1, "a share in [0, 1)"),
            "clip": (self.clip > 0, "a number above 0"),
        }
        check_ranges(self, checks)


def dsn_shapes(dimension: int, settings: DsnSettings) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor of the network for (T, dimension) features."""
    hidden = settings.hidden
    shapes = lstm_shapes(dimension, hidden)
    return shapes | {"out.weight": (1, 2 * hidden), "out.bias": (1,)}


def _score(weights: Mapping[str, Floats], features: Floats, settings: DsnSettings) -> Floats:
    entering = unit_length(features) if settings.unit_input else features
    states = stacked_lstm(weights, entering)
    return sigmoid(linear(states, weights["out.weight"], weights["out.bias"])[:, 0])


METHOD = Method(
    name=DsnSettings.method,
    title="DR-DSN",
    summary="learns by reinforcement to pick diverse and representative samples",
    settings=DsnSettings,
    shapes=dsn_shapes,
    learner="vidgist.training.rivals.dr_dsn.learner:DsnLearner",
    score=_score,
    alone=True,
    source="Zhou, Qiao and Xiang, AAAI 2018, arXiv 1801.00054",
    published="DR-DSN, 60 epochs",
    code="KaiyangZhou/pytorch-vsumm-reinforce @ 041606f",
    cost=8.0,
    order=1,
)
