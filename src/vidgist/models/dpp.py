r"""Likely subsets of determinantal point processes whose kernel is :math:`L = B B^T`.

:math:`P(S) \propto \det L_S`: long rows of B that point into different directions.
"""

from __future__ import annotations

import numpy as np

from vidgist.types import Floats, Integers


def greedy_subset(rows: Floats, *, size: int | None = None, least: float = 1.0) -> Integers:
    """Return samples that make det L_S large, taken one after the other (Chen et al. 2018).

    The next sample is the one that multiplies the determinant most. Memory is that of a row for
    each sample taken; L itself is never made.

    Args:
        rows: B (T, n).
        size: how many at most; default as many as there are.
        least: stop where no sample multiplies the determinant by more than this.

    Returns:
        The samples, in the order in which they are taken.

    >>> greedy_subset(np.array([[2.0, 0.0], [0.0, 3.0], [1.9, 0.0]])).tolist()
    [1, 0]
    """
    rows = np.asarray(rows, dtype=np.float64)
    count = len(rows) if size is None else min(size, len(rows))
    gains = np.einsum("tn,tn->t", rows, rows)
    found: list[int] = []
    basis = np.empty((0, len(rows)))
    for _ in range(count):
        best = int(np.argmax(gains))
        if gains[best] <= max(least, 1e-9):
            break
        along = (rows @ rows[best] - basis.T @ basis[:, best]) / np.sqrt(gains[best])
        basis = np.vstack([basis, along])
        gains = gains - along**2
        gains[best] = -np.inf
        found.append(best)
    return np.array(found, dtype=np.int64)


def one_pass_subset(rows: Floats) -> Integers:
    """Return samples by one pass in time, as dppLSTM was released; its cost grows as T^4.

    A sample is taken if that multiplies the determinant of those taken by more than leaving it out
    multiplies that of all that may still be taken.
    """
    kernel = np.asarray(rows, dtype=np.float64) @ np.asarray(rows, dtype=np.float64).T

    def volume(samples: list[int]) -> float:
        if not samples:
            return 0.0
        sign, value = np.linalg.slogdet(kernel[np.ix_(samples, samples)])
        return float(value) if sign > 0 else -np.inf

    taken: list[int] = []
    for sample in range(len(kernel)):
        later = list(range(sample + 1, len(kernel)))
        adding = volume([*taken, sample]) - volume(taken)
        without, with_it = volume([*taken, *later]), volume([*taken, sample, *later])
        # Where both are 0, as they are beyond the rank of the kernel, neither choice is better.
        leaving = 0.0 if without == with_it == -np.inf else without - with_it
        if adding > leaving:
            taken.append(sample)
    return np.array(taken, dtype=np.int64)
