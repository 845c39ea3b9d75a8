"""UnpairedVSN: videos, and summaries of other videos (Rochan and Wang, CVPR 2019).

A selector, SUM-FCN's network, makes summaries that a discriminator cannot tell from those that
people made of other videos. There is no code of the authors; the choice is soft, as in SUM-FCN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vidgist.models.methods import Method
from vidgist.models.settings import check_ranges
from vidgist.training.rivals.sum_fcn import FcnSettings, fcn_shapes, score

__all__ = ["METHOD", "UnpairedVsnSettings"]


@dataclass(frozen=True, kw_only=True)
class UnpairedVsnSettings(FcnSettings):
    """How UnpairedVSN learns; the text leaves rates and epochs open.

    Attributes:
        reconstruction_weight: of the distance to the restored features.
        likeness_weight: of the mean cosine of what is chosen.
        step_epochs: epochs after which the learning rates fall.
        step_factor: what they are multiplied by.
    """

    method: ClassVar[str] = "unpaired_vsn"

    name: str = "unpaired_vsn"
    reconstruction_weight: float = 1.0
    likeness_weight: float = 1.0
    step_epochs: int = 20
    step_factor: float = 0.8
    learning_rate: float = 1e-5
    weight_decay: float = 0.0
    epochs: int = 50

    def __post_init__(self) -> None:
        super().__post_init__()
        checks = {
            "reconstruction_weight": (self.reconstruction_weight >= 0, "at least 0"),
            "likeness_weight": (self.likeness_weight >= 0, "at least 0"),
            "step_epochs": (self.step_epochs >= 1, "at least 1"),
            "step_factor": (0 < self.step_factor <= 1, "a number in (0, 1]"),
        }
        check_ranges(self, checks)

    def shortfall(self, n_videos: int) -> str | None:
        """Return a sentence where one half of the videos cannot teach what a summary is."""
        if n_videos >= 4:
            return None
        return "half of so few videos gives hardly any summaries to learn from; give more videos"


METHOD = Method(
    name=UnpairedVsnSettings.method,
    title="UnpairedVSN",
    summary="learns summaries from those that people made of other videos",
    settings=UnpairedVsnSettings,
    shapes=fcn_shapes,
    learner="vidgist.training.rivals.unpaired_vsn.learner:UnpairedVsnLearner",
    score=score,
    labels="unpaired",
    alone=True,
    source="Rochan and Wang, CVPR 2019, arXiv 1805.12174",
    cost=230.0,
    order=55,
)
