"""AC-SUM-GAN: an actor chooses fragments, a critic values its choices (Apostolidis et al., 2021).

The video is cut into 60 fragments, whose mean scores an actor sees. It takes nine of them, one
after the other; what is taken weighs more in the autoencoder of SUM-GAN-sl, and the actor is
rewarded for a small error of reconstruction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt

from vidgist.models.layers import linear
from vidgist.models.methods import Method
from vidgist.models.parts import linear_shapes
from vidgist.models.ranges import NonNegative, Share, Size, between
from vidgist.training.rivals.sum_gan import AdversarialSettings, selector_shapes
from vidgist.training.rivals.sum_gan import score as selector_score
from vidgist.types import Floats

__all__ = ["ACTOR", "METHOD", "AcSumGanSettings", "Choice", "fragment_lengths"]

ACTOR = (512, 1024, 512)
"""Widths of the hidden layers of the actor."""

_BUDGET = 15
"""Percent of the fragments that are taken."""


@dataclass(frozen=True, kw_only=True)
class AcSumGanSettings(AdversarialSettings):
    """How AC-SUM-GAN learns, as its released code.

    Attributes:
        fragments: M, into which a video is cut; a shorter one has fragments of one sample.
        batch: videos whose gradients are averaged in a step.
        entropy_weight: of the entropy of the actor's choices.
        discount: of rewards to come.
        episodes: choices that the score is averaged over.
    """

    method: ClassVar[str] = "ac_sum_gan"

    hidden: int = 512
    share: float = 0.5
    fragments: Size = 60
    batch: Size = 40
    entropy_weight: NonNegative = 0.1
    discount: Share = 0.99
    episodes: Annotated[int, between(1, 10_000)] = 20


def fragment_lengths(length: int, count: int) -> npt.NDArray[np.int64]:
    """Return the samples of each fragment, the longer ones in the middle.

    >>> fragment_lengths(14, 4)
    array([3, 4, 4, 3])

    Args:
        length: T.
        count: most fragments; there are no more than T.
    """
    count = min(count, length)
    short, longer = divmod(length, count)
    lengths = np.repeat([short, short + 1], [count - longer, longer])
    return np.roll(lengths, -((count - longer) // 2))


class Choice:
    """Fragments taken so far, and the factors of all samples.

    Args:
        lengths: (M,) samples of each fragment.
    """

    def __init__(self, lengths: npt.NDArray[np.int64]) -> None:
        self.count = len(lengths)
        self.most = max(1, self.count * _BUDGET // 100)
        self.taken: list[int] = []
        self._lengths = lengths
        self._factors = np.full(self.count, 1 - self.most / self.count)

    def take(self, fragment: int) -> bool:
        """Take a fragment; return whether it is a new one.

        The c-th new one, counted from 0, weighs 1 + (N - c) / (M - c), all others 1 - N / M.
        """
        if fragment in self.taken:
            return False
        c = len(self.taken)
        self._factors[fragment] = 1 + (self.most - c) / (self.count - c)
        self.taken.append(fragment)
        return True

    @property
    def left(self) -> npt.NDArray[np.float32]:
        """(M,) 1 for the fragments that are not taken, else 0."""
        left = np.ones(self.count, np.float32)
        left[self.taken] = 0
        return left

    @property
    def factors(self) -> npt.NDArray[np.float32]:
        """(T,) factor of each sample's score."""
        return np.repeat(self._factors, self._lengths).astype(np.float32)


def _shapes(dimension: int, settings: AcSumGanSettings) -> dict[str, tuple[int, ...]]:
    widths = (settings.fragments, *ACTOR, settings.fragments)
    shapes = {
        f"selector.{name}": shape for name, shape in selector_shapes(dimension, settings).items()
    }
    for i, (before, behind) in enumerate(pairwise(widths)):
        shapes |= linear_shapes(f"actor.{2 * i}", before, behind)
    return shapes


def score(weights: Mapping[str, Floats], features: Floats, settings: AcSumGanSettings) -> Floats:
    """Return the scores (T,), means over episodes, of features (T, D).

    The released code scores by one episode that is drawn, so that the same video gets another score
    each time. Scores are divided by the largest factor, so that they are at most 1.
    """
    parts = {name.removeprefix("selector."): values for name, values in weights.items()}
    scores = selector_score(parts, features, settings)
    lengths = fragment_lengths(len(features), settings.fragments)
    state = np.add.reduceat(scores, np.cumsum(lengths) - lengths) / lengths
    rng = np.random.default_rng(0)
    factors = np.zeros(len(scores))
    for _ in range(settings.episodes):
        choice = Choice(lengths)
        for _ in range(choice.most):
            chances = _act(weights, state * choice.left, settings.fragments)
            choice.take(int(rng.choice(choice.count, p=chances)))
        factors += choice.factors
    return np.asarray(scores * factors / (settings.episodes * (1 + choice.most / choice.count)))


def _act(weights: Mapping[str, Floats], state: Floats, fragments: int) -> npt.NDArray[np.float64]:
    """Return the probability (M,) of each fragment that the video has."""
    values = np.pad(state, (0, fragments - len(state))).astype(np.float32)
    for i in range(len(ACTOR) + 1):
        values = linear(values, weights[f"actor.{2 * i}.weight"], weights[f"actor.{2 * i}.bias"])
        if i < len(ACTOR):
            values = np.maximum(values, 0)
    exponents = values[: len(state)].astype(np.float64)
    chances = np.exp(exponents - exponents.max())
    return np.asarray(chances / chances.sum())


METHOD = Method(
    title="AC-SUM-GAN",
    summary="chooses fragments as an actor whom a critic values, and learns as SUM-GAN-sl does",
    settings=AcSumGanSettings,
    shapes=_shapes,
    learner="vidgist.training.rivals.ac_sum_gan.learner:AcSumGanLearner",
    score=score,
    source="Apostolidis, Adamantidou, Metsai, Mezaris and Patras, IEEE TCSVT 31(8), 2021",
    code="e-apostolidis/AC-SUM-GAN @ 61571eb",
    cost=770.0,
    order=70,
)
