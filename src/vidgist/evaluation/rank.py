r"""Rank correlation of scores with many annotators at once: Kendall's tau-b and Spearman's rho.

.. math::
   \tau_b = \frac{C - D}{\sqrt{(n_0 - n_1)(n_0 - n_2)}}, \qquad
   \rho = \mathrm{corr}(\mathrm{rank}(a), \mathrm{rank}(b))

C and D are the pairs of samples that both orders rank alike and oppositely, n_0 all pairs, n_1 and
n_2 those tied in the one and in the other. Equal values share the mean of their ranks.

A constant vector ranks nothing: its correlation with anything is NaN here, as in SciPy. What an
evaluation makes of that is said in `vidgist.evaluation.judge`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau, rankdata

__all__ = ["Annotators", "kendall_tau", "spearman_rho"]

Floats = npt.NDArray[np.floating[Any]]

MAX_CELLS = 2_000_000
"""Largest contingency table of one pair of vectors; larger ones are left to SciPy's sorting."""


def kendall_tau(scores: npt.ArrayLike, annotations: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return tau-b of the scores (T,) with each annotator's row of (U, T), as (U,).

    Raises:
        ValueError: the shapes do not fit, or a value is not finite.
    """
    return np.asarray(Annotators(annotations).tau(np.asarray(scores)[None])[0])


def spearman_rho(scores: npt.ArrayLike, annotations: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return rho of the scores (T,) with each annotator's row of (U, T), as (U,).

    Raises:
        ValueError: the shapes do not fit, or a value is not finite.
    """
    return np.asarray(Annotators(annotations).rho(np.asarray(scores)[None])[0])


def _dense(values: Floats) -> tuple[npt.NDArray[np.int64], int]:
    """Return ranks 0, 1, ... without gaps, equal for equal values, and how many there are."""
    levels, ranks = np.unique(values, return_inverse=True)
    return ranks.reshape(-1).astype(np.int64), len(levels)


def _centred_ranks(values: Floats) -> npt.NDArray[np.float64]:
    """Return (R, T) mean ranks less their mean, scaled to length 1; NaN rows where constant."""
    ranks = rankdata(values, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    length = np.sqrt((ranks**2).sum(axis=1, keepdims=True))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(length > 0, ranks / length, np.nan))


class Annotators:
    """What does not depend on the scores, computed once for U annotators of T samples."""

    def __init__(self, annotations: npt.ArrayLike) -> None:
        values = np.asarray(annotations, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] == 0:
            raise ValueError(f"annotations: expected (U, T) with T > 0, came {values.shape}")
        if not np.isfinite(values).all():
            raise ValueError("annotations: expected finite numbers, came NaN or infinity")
        self.values = values
        self._unit = _centred_ranks(values)
        dense = [_dense(row) for row in values]
        self._ranks = np.array([ranks for ranks, _ in dense], dtype=np.int64).reshape(values.shape)
        self._levels = max((count for _, count in dense), default=1)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def constant(self) -> npt.NDArray[np.bool_]:
        """(U,) True for an annotator who gave every sample the same score."""
        return np.asarray((self._ranks == 0).all(axis=1))

    def _check(self, scores: Floats) -> None:
        if scores.ndim != 2 or scores.shape[1] != self.values.shape[1]:
            raise ValueError(
                f"scores: expected (R, {self.values.shape[1]}), came {scores.shape}: one score a "
                "sample that was annotated"
            )
        if not np.isfinite(scores).all():
            raise ValueError("scores: expected finite numbers, came NaN or infinity")

    def rho(self, scores: Floats) -> npt.NDArray[np.float64]:
        """Return Spearman's rho of R score vectors (R, T) with each annotator, as (R, U)."""
        self._check(scores)
        products = _centred_ranks(np.asarray(scores, dtype=np.float64)) @ self._unit.T
        return np.asarray(np.clip(products, -1.0, 1.0))

    def tau(self, scores: Floats) -> npt.NDArray[np.float64]:
        """Return Kendall's tau-b of R score vectors (R, T) with each annotator, as (R, U)."""
        self._check(scores)
        return np.array([self._tau(row) for row in scores]).reshape(len(scores), len(self))

    def _tau(self, scores: Floats) -> npt.NDArray[np.float64]:
        if len(self) == 0:
            return np.empty(0)
        ranks, levels = _dense(scores)
        cells = levels * self._levels
        if cells > MAX_CELLS:
            return np.array([kendalltau(ranks, row).statistic for row in self._ranks])
        together = max(1, MAX_CELLS // cells)
        parts = [self._ranks[start : start + together] for start in range(0, len(self), together)]
        return np.concatenate(
            [_tau_of_tables(_tables(ranks, p, levels, self._levels)) for p in parts]
        )


def _tables(
    ranks: npt.NDArray[np.int64], others: npt.NDArray[np.int64], rows: int, columns: int
) -> npt.NDArray[np.int64]:
    """Return how often each rank (T,) meets each rank of U others (U, T), as (rows, U, columns)."""
    count = len(others)
    places = ranks * (count * columns) + others + np.arange(count)[:, None] * columns
    table = np.bincount(places.reshape(-1), minlength=rows * count * columns)
    return table.reshape(rows, count, columns)


def _tau_of_tables(table: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return tau-b (U,) from how often each pair of levels occurs, (rows, U, columns)."""
    # Pairs of samples: the second of them in the row at hand, the first in a row before.
    before = np.cumsum(table, axis=0) - table
    up_to = np.cumsum(before, axis=2)
    alike = np.einsum("ruc,ruc->u", table, up_to - before)
    opposite = np.einsum("ruc,ruc->u", table, up_to[:, :, -1:] - up_to)
    n = int(table[:, 0].sum())
    pairs = n * (n - 1) // 2
    tied_rows, tied_columns = (
        (sums * (sums - 1)).sum(axis=0) // 2 for sums in (table.sum(axis=2), table.sum(axis=0).T)
    )
    untied = np.sqrt((pairs - tied_rows).astype(float)) * np.sqrt(
        (pairs - tied_columns).astype(float)
    )
    with np.errstate(invalid="ignore"):
        return np.clip(np.where(untied > 0, (alike - opposite) / untied, np.nan), -1.0, 1.0)
