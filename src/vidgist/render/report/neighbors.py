"""Nearest neighbors of each sample on the page (figure 3 of the paper)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidgist.criteria.alignment import neighbor_count
from vidgist.criteria.gram import product_blocks, unit_rows
from vidgist.types import Floats, Integers

CLOSEST = 5
"""Number of nearest samples that are all shown, as in the figure of the paper."""

BLOCK_BYTES = 8 * 2**20
"""Size of a block of similarities; the indices that sort it take twice as much again."""


@dataclass(frozen=True, kw_only=True)
class Neighbors:
    """Some of the nearest neighbors of each of P samples.

    Attributes:
        count: number K of neighbors.
        ranks: (R,) ranks of those listed, from 1: the nearest, one in the middle, the last.
        samples: (P, R) indices among the P samples.
        similarity: (P, R) cosine similarities.
    """

    count: int
    ranks: tuple[int, ...]
    samples: Integers
    similarity: Floats


def nearest(features: Floats, *, neighbors: float = 0.1) -> Neighbors:
    """Return the nearest neighbors by cosine similarity, without the sample itself.

    Args:
        features: (P, D).
        neighbors: share of the samples that are neighbors, in (0, 1].
    """
    unit = unit_rows(features)
    count = neighbor_count(len(unit), neighbors=neighbors)
    ranks = tuple(sorted({*range(1, min(CLOSEST, count) + 1), max(count // 2, 1), count} - {0}))
    if count == 0:
        ranks = ()
    samples = np.zeros((len(unit), len(ranks)), dtype=np.int64)
    similarity = np.zeros((len(unit), len(ranks)))
    columns = np.array(ranks, dtype=np.int64) - 1
    for rows, products in product_blocks(unit, without_self=True, block_bytes=BLOCK_BYTES):
        if not ranks:
            break
        nearest_k = np.argpartition(products, len(unit) - count, axis=1)[:, len(unit) - count :]
        close = np.take_along_axis(products, nearest_k, axis=1)
        order = np.argsort(-close, axis=1, kind="stable")[:, columns]
        samples[rows] = np.take_along_axis(nearest_k, order, axis=1)
        similarity[rows] = np.take_along_axis(close, order, axis=1)
    return Neighbors(count=count, ranks=ranks, samples=samples, similarity=similarity)
