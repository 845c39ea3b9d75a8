"""SUM-GAN and its descendants: adversarial LSTM networks (Mahasseni et al., CVPR 2017).

A selector weighs the samples so that an autoencoder can write the video again from few of them, and
a discriminator cannot tell that from the original. ``sum_gan`` has the losses of the first paper on
the network of its descendants, ``sum_gan_sl`` (Apostolidis et al., 2019) trains in steps with least
squares, and ``sum_gan_aae`` (2020) decodes with attention in the place of a variational state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from vidgist.models.layers import linear, lstm_shapes, sigmoid, stacked_lstm, unit_length
from vidgist.models.methods import Method
from vidgist.models.parts import linear_shapes
from vidgist.models.ranges import Positive, Rate, Share, Size, at_least
from vidgist.models.settings import TrainingSettings
from vidgist.types import Floats

__all__ = ["METHOD", "AdversarialSettings", "score", "selector_shapes"]

LAYERS = 2
"""Layers of every LSTM of these methods."""


@dataclass(frozen=True, kw_only=True)
class AdversarialSettings(TrainingSettings):
    """Settings that the adversarial methods share; the defaults are those of SUM-GAN-sl's code.

    Attributes:
        hidden: H, width that features are compressed to, and of every LSTM.
        share: what the mean score is drawn to.
        discriminator_rate: learning rate of the discriminator; the other is that of the rest.
        clip: largest length of the gradient.
    """

    attention: ClassVar[bool] = False
    """Whether the decoder has attention, in the place of a variational state."""
    uniform: ClassVar[bool] = False
    """Whether a video with equal scores enters too, and losses are logarithms, not squares."""

    hidden: Size = 500
    share: Share = 0.1
    discriminator_rate: Rate = 1e-5
    clip: Positive = 5.0
    learning_rate: float = 1e-4
    weight_decay: float = 0.0
    epochs: int = 100


@dataclass(frozen=True, kw_only=True)
class SumGanSettings(AdversarialSettings):
    """How SUM-GAN learns: the text leaves rates and epochs open, so those of a public version.

    Attributes:
        slow_start: first videos of each epoch that the discriminator does not learn from.
    """

    method: ClassVar[str] = "sum_gan"
    uniform: ClassVar[bool] = True

    share: float = 0.3
    slow_start: Annotated[int, at_least(0)] = 16
    epochs: int = 50


@dataclass(frozen=True, kw_only=True)
class SumGanSlSettings(AdversarialSettings):
    """How SUM-GAN-sl learns: as its released code."""

    method: ClassVar[str] = "sum_gan_sl"


@dataclass(frozen=True, kw_only=True)
class SumGanAaeSettings(AdversarialSettings):
    """How SUM-GAN-AAE learns: as its released code."""

    method: ClassVar[str] = "sum_gan_aae"
    attention: ClassVar[bool] = True

    share: float = 0.15


def selector_shapes(dimension: int, settings: AdversarialSettings) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor that scoring needs, for (T, dimension) features."""
    hidden = settings.hidden
    return {
        **linear_shapes("compress", dimension, hidden),
        **lstm_shapes(hidden, hidden, layers=LAYERS),
        **linear_shapes("out", 2 * hidden, 1),
    }


def score(weights: Mapping[str, Floats], features: Floats, settings: AdversarialSettings) -> Floats:
    """Return the scores (T,) of features (T, D): those of the selector alone."""
    entering = unit_length(features) if settings.unit_input else features
    values = linear(entering, weights["compress.weight"], weights["compress.bias"])
    states = stacked_lstm(weights, values, layers=LAYERS)
    return sigmoid(linear(states, weights["out.weight"], weights["out.bias"])[:, 0])


def _method(settings: type[AdversarialSettings], **about: Any) -> Method:
    return Method(
        settings=settings,
        shapes=selector_shapes,
        learner="vidgist.training.rivals.sum_gan.learner:AdversarialLearner",
        score=score,
        **about,
    )


METHOD = (
    _method(
        SumGanSettings,
        title="SUM-GAN",
        summary="weighs samples so that a GAN can write the video again",
        source="Mahasseni, Lam and Todorovic, CVPR 2017",
        cost=420.0,
        order=60,
    ),
    _method(
        SumGanSlSettings,
        title="SUM-GAN-sl",
        summary="the same in steps, with least squares",
        source="Apostolidis, Metsai, Adamantidou, Mezaris and Patras, AI4TV 2019",
        code="e-apostolidis/SUM-GAN-sl @ 015fb04",
        cost=400.0,
        order=61,
    ),
    _method(
        SumGanAaeSettings,
        title="SUM-GAN-AAE",
        summary="the same with an attention decoder",
        source="Apostolidis, Adamantidou, Metsai, Mezaris and Patras, MMM 2020",
        code="e-apostolidis/SUM-GAN-AAE @ 3bced18",
        cost=430.0,
        order=62,
    ),
)
