"""Input of the criteria: features of one video, settings, and statistics of other videos."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from vidgist.progress import Progress, silent
from vidgist.types import Floats


class BankStatistics(Protocol):
    """Statistics of the features of other videos, (D,) each; see `vidgist.scoring.bank.Bank`."""

    @property
    def mean(self) -> Floats: ...  # noqa: D102
    @property
    def deviation(self) -> Floats: ...  # noqa: D102
    @property
    def common(self) -> Floats: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The samples of one video, with everything that a criterion may use.

    Attributes:
        features: (T, D) of the backbone, not normalized.
        neighbors: share of the samples that are a sample's neighbors, in (0, 1].
        count_self: whether a sample counts among its own neighbors and in its own mean.
        round_neighbors: how a T becomes a whole number.
        bank: statistics of other videos, or None.
        refined: (T, D') features of a trained model, not normalized, or None.
        uniqueness: (T,) in [0, 1] of a trained model, or None.
        weights: (T,) time that each sample stands for, or None where it is the same for all.
        progress: called as the work goes on.
        shared: values that one criterion computes and another one uses.

    Example:
        >>> len(Samples(features=np.ones((40, 8)), neighbors=0.2))
        40
    """

    features: Floats
    neighbors: float = 0.1
    count_self: bool = False
    round_neighbors: Literal["round", "floor"] = "round"
    bank: BankStatistics | None = None
    refined: Floats | None = None
    uniqueness: Floats | None = None
    weights: Floats | None = None
    progress: Progress = silent
    shared: dict[str, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.features)

    @property
    def model_uniqueness(self) -> Floats:
        """(T,) float64 uniqueness of each sample, predicted by the model."""
        if self.uniqueness is None:
            raise ValueError("uniqueness: expected the values of a trained model, got none")
        return np.asarray(self.uniqueness, dtype=np.float64)
