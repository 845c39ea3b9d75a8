r"""Rank correlation of scores with many annotators at once: Kendall's tau-b and Spearman's rho.

.. math::
   \tau_b = \frac{C - D}{\sqrt{(n_0 - n_1)(n_0 - n_2)}}, \qquad
   \rho = \mathrm{corr}(\mathrm{rank}(a), \mathrm{rank}(b))

C and D are the pairs of frames that both orders rank alike and oppositely, n_0 all pairs, n_1 and
n_2 those tied in the one and in the other. Equal values share the mean of their ranks.

A constant vector ranks nothing: its correlation with anything is NaN here, as in SciPy; see
`vidgist.evaluation.judge` for what an evaluation makes of that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau, rankdata

Floats = npt.NDArray[np.floating[Any]]
Counts = npt.NDArray[np.integer[Any]]

MAX_CELLS = 2**23
"""Largest table of counts (samples x annotators x levels); beyond it SciPy's sorting is used."""


def kendall_tau(scores: npt.ArrayLike, annotations: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Kendall's tau-b of the scores (T,) with each annotator's row of (U, T), as (U,).

    Raises:
        ValueError: the shapes do not fit, or a value is not finite.

    >>> kendall_tau([0.1, 0.5, 0.9], [[1, 2, 3], [3, 2, 1]])
    array([ 1., -1.])
    """
    return np.asarray(Annotators(annotations).tau(np.asarray(scores)[None])[0])


def spearman_rho(scores: npt.ArrayLike, annotations: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Spearman's rho of the scores (T,) with each annotator's row of (U, T), as (U,).

    Raises:
        ValueError: the shapes do not fit, or a value is not finite.

    >>> spearman_rho([0.1, 0.5, 0.9], [[1, 2, 3], [2, 3, 1]]).round(2)
    array([ 1. , -0.5])
    """
    return np.asarray(Annotators(annotations).rho(np.asarray(scores)[None])[0])


class Annotators:
    """Ranks of U annotators, computed once for many score vectors.

    Args:
        annotations: (U, N) one value a frame, or a sample.
        steps: (T,) frames for which each sample's score stands, N together; by default one each.
            The scores are then (T,) a vector, and correlated as if spread over the frames.
    """

    def __init__(self, annotations: npt.ArrayLike, *, steps: npt.ArrayLike | None = None) -> None:
        values = np.asarray(annotations, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] == 0:
            raise ValueError(f"annotations: expected (U, N) with N > 0, got {values.shape}")
        if not np.isfinite(values).all():
            raise ValueError("annotations: expected finite numbers, got NaN or infinity")
        self.steps = np.ones(values.shape[1], int) if steps is None else np.asarray(steps, int)
        if self.steps.sum() != values.shape[1] or (self.steps < 1).any():
            raise ValueError(
                f"steps: expected whole numbers from 1 that make {values.shape[1]}, "
                f"got {self.steps.sum()} together"
            )
        self.values = values
        self._unit = _centered_ranks(values)
        # Dense ranks 0, 1, ... of each annotator, and how many there are at most.
        ranks = [np.unique(row, return_inverse=True)[1].reshape(-1) for row in values]
        self._ranks = np.array(ranks, dtype=np.int64).reshape(values.shape)
        self._levels = int(self._ranks.max(initial=0)) + 1
        self._untied = np.array([_untied_pairs(np.bincount(row)) for row in self._ranks], float)
        self._counts: Counts | None = None
        if len(self.steps) * len(values) * self._levels <= MAX_CELLS:
            self._counts = self._count()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def constant(self) -> npt.NDArray[np.bool_]:
        """(U,) True for an annotator who gave every frame the same value."""
        return np.asarray((self._ranks == 0).all(axis=1))

    def _count(self) -> Counts:
        """Return how many frames of each sample each annotator put on each level, (T, U, L)."""
        users, levels = len(self), self._levels
        sample = np.repeat(np.arange(len(self.steps)), self.steps)
        cells = (sample * users + np.arange(users)[:, None]) * levels + self._ranks
        table = np.bincount(cells.reshape(-1), minlength=len(self.steps) * users * levels)
        # The sums of products below stay under N^2 / 2: int32 halves the memory where that fits.
        dtype = np.int32 if self.values.shape[1] < 2**15 else np.int64
        return table.reshape(len(self.steps), users, levels).astype(dtype)

    def _check(self, scores: Floats) -> None:
        if scores.ndim != 2 or scores.shape[1] != len(self.steps):
            raise ValueError(
                f"scores: expected (R, {len(self.steps)}), got {scores.shape}: one score a sample"
            )
        if not np.isfinite(scores).all():
            raise ValueError("scores: expected finite numbers, got NaN or infinity")

    def rho(self, scores: Floats) -> npt.NDArray[np.float64]:
        """Return Spearman's rho of R score vectors (R, T) with each annotator, as (R, U)."""
        self._check(scores)
        spread = np.repeat(np.asarray(scores, dtype=np.float64), self.steps, axis=1)
        return np.asarray(np.clip(_centered_ranks(spread) @ self._unit.T, -1.0, 1.0))

    def tau(self, scores: Floats) -> npt.NDArray[np.float64]:
        """Return Kendall's tau-b of R score vectors (R, T) with each annotator, as (R, U)."""
        self._check(scores)
        return np.array([self._tau(row) for row in scores]).reshape(len(scores), len(self))

    def _tau(self, scores: Floats) -> npt.NDArray[np.float64]:
        if self._counts is None:
            spread = np.repeat(scores, self.steps)
            return np.array([kendalltau(spread, row).statistic for row in self._ranks])
        order = np.argsort(scores, kind="stable")
        first = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
        table, sizes = self._counts[order], self.steps[order]
        if len(first) < len(order):  # samples of equal score share a row
            table = np.add.reduceat(table, first, axis=0)
            sizes = np.add.reduceat(sizes, first)
        root = np.sqrt(float(_untied_pairs(sizes))) * np.sqrt(self._untied)
        with np.errstate(invalid="ignore"):
            ratio = np.where(root > 0, _alike_less_opposite(table) / root, np.nan)
        return np.asarray(np.clip(ratio, -1.0, 1.0))


def _untied_pairs(sizes: npt.NDArray[np.integer[Any]]) -> int:
    """Return how many pairs of frames lie in different groups of the given sizes."""
    n = int(sizes.sum())
    return (n * n - int((sizes.astype(np.int64) ** 2).sum())) // 2


def _alike_less_opposite(table: Counts) -> npt.NDArray[np.int64]:
    """Return C - D (U,) from how often levels meet: (levels of scores, U, levels)."""
    if table.shape[1] == 0:
        return np.empty(0, dtype=np.int64)
    # Pairs of frames: the second of them in the row at hand, the first in a row before; alike if on
    # a lower level, opposite if on a higher.
    before = np.cumsum(table, axis=0, dtype=table.dtype)
    before -= table
    up_to = np.cumsum(before, axis=2, dtype=table.dtype)
    lower_less_higher = 2 * up_to
    lower_less_higher -= before
    lower_less_higher -= up_to[:, :, -1:]
    return np.asarray(np.einsum("ruc,ruc->u", table, lower_less_higher), dtype=np.int64)


def _centered_ranks(values: Floats) -> npt.NDArray[np.float64]:
    """Return (R, N) mean ranks less their mean, scaled to length 1; NaN rows where constant."""
    ranks = rankdata(values, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    length = np.sqrt((ranks**2).sum(axis=1, keepdims=True))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(length > 0, ranks / length, np.nan))
