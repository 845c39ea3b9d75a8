"""Criterion records: the name of a criterion, its function, and plain words about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vidgist.criteria.samples import Samples
from vidgist.types import Floats


@dataclass(frozen=True, kw_only=True)
class Words:
    """Plain words about a criterion.

    Attributes:
        title: its name on the page.
        about: what it measures, one sentence.
        high: what the page says of a sample with a scaled value of 0.6 or more, after "it".
        middle: the same from 0.3 on.
        low: the same below.
    """

    title: str
    about: str
    high: str
    middle: str
    low: str


def words_for(name: str) -> Words:
    """Return words made from the name of a criterion that declares none."""
    title = name.rpartition(":")[2].replace("_", " ").strip() or "criterion"
    return Words(
        title=title[0].upper() + title[1:],
        about=f"The criterion {title}.",
        high=f"is high in {title}",
        middle=f"is medium in {title}",
        low=f"is low in {title}",
    )


def criterion_of(name: str, measure: Callable[[Samples], Floats]) -> Criterion:
    """Return the criterion of a function, which is multiplied with others and tells neighbors."""
    return Criterion(name=name, measure=measure, local=True)


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """A criterion of importance.

    Either ``measure`` or ``transform`` is given.

    Attributes:
        name: for users.
        equation: its number in the paper, or "".
        words: plain words about it; by default they are made from the name.
        measure: function to the raw values (T,) of the samples, higher for more important.
        transform: function from the samples and the product (T,) of the other criteria to the
            values (T,) that replace the product.
        local: whether it distinguishes neighbors; a score without such a criterion repeats itself.
        needs_bank: whether it compares with other videos.
        needs_model: whether it requires a trained model.
        refinable: whether a trained model refines it.
        settings: names of the settings of a score that it depends on.
        order: its place in the product and in lists.

    Example:
        >>> import numpy as np
        >>> def total(samples):
        ...     return samples.features.sum(axis=1)
        >>> strength = Criterion(name="strength", measure=total)
        >>> strength.measure(Samples(features=np.array([[1.0, 2.0], [3.0, 4.0]])))
        array([3., 7.])
        >>> strength.text.high
        'is high in strength'
    """

    name: str
    equation: str = ""
    words: Words | None = None
    measure: Callable[[Samples], Floats] | None = None
    transform: Callable[[Samples, Floats], Floats] | None = None
    local: bool = False
    needs_bank: bool = False
    needs_model: bool = False
    refinable: bool = False
    settings: tuple[str, ...] = ()
    order: float = 100.0

    def __post_init__(self) -> None:
        if (self.measure is None) == (self.transform is None):
            raise ValueError(f"criterion {self.name}: expected either measure or transform")
        if self.words is None:
            object.__setattr__(self, "words", words_for(self.name))

    @property
    def text(self) -> Words:
        """Plain words about it."""
        assert self.words is not None
        return self.words
