"""UnpairedVSN: videos, and summaries of other videos (Rochan and Wang, CVPR 2019).

A selector, SUM-FCN's network, makes summaries that a discriminator cannot tell from those that
people made of other videos. There is no code of the authors; the choice is soft, as in SUM-FCN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from vidgist.models.methods import Method
from vidgist.models.ranges import Factor, NonNegative, at_least
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

    reconstruction_weight: NonNegative = 1.0
    likeness_weight: NonNegative = 1.0
    step_epochs: Annotated[int, at_least(1)] = 20
    step_factor: Factor = 0.8
    learning_rate: float = 1e-5
    weight_decay: float = 0.0
    epochs: int = 50

    def shortfall(self, n_videos: int) -> str | None:
        """Return a sentence where one half of the videos cannot teach what a summary is."""
        if n_videos >= 4:
            return None
        return "half of so few videos gives hardly any summaries to learn from; give more videos"


METHOD = Method(
    title="UnpairedVSN",
    summary="learns summaries from those that people made of other videos",
    settings=UnpairedVsnSettings,
    shapes=fcn_shapes,
    learner="vidgist.training.rivals.unpaired_vsn.learner:UnpairedVsnLearner",
    score=score,
    labels="unpaired",
    source="Rochan and Wang, CVPR 2019, arXiv 1805.12174",
    cost=230.0,
    order=55,
)
