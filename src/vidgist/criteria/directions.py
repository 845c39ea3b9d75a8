"""Samples on the unit sphere and directions in feature space, in bounded memory.

The criteria that compare a sample with a *direction* need no Gram matrix: one pass over blocks of
samples is enough. Blocks are in float64, because a projection is a small difference of large sums.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from vidgist.criteria.gram import check_features
from vidgist.types import Floats

_BLOCK_NUMBERS = 2**21
"""Numbers in one block: 16 MB."""


def unit_blocks(features: Floats) -> Iterator[tuple[slice, npt.NDArray[np.float64]]]:
    """Visit the features (T, D), every row scaled to length 1; a row of zeros stays zero.

    Yields:
        A slice of the rows, and these rows (B, D).

    Raises:
        ValueError: they are not (T, D) with T, D > 0, or hold NaN or infinity.
    """
    features = check_features(features)
    step = max(1, _BLOCK_NUMBERS // features.shape[1])
    for start in range(0, len(features), step):
        rows = slice(start, min(start + step, len(features)))
        block = features[rows].astype(np.float64)
        lengths = np.sqrt(np.einsum("td,td->t", block, block))
        block *= np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)[:, None]
        yield rows, block


def weighted_sum(features: Floats, weights: Floats) -> Floats:
    """Return the sum (D,) of the unit rows of (T, D), each multiplied by its weight (T,)."""
    return np.asarray(sum(weights[rows] @ block for rows, block in unit_blocks(features)))


def along(features: Floats, direction: Floats) -> Floats:
    """Return the inner product (T,) of each unit row of (T, D) with a direction (D,)."""
    return np.concatenate([block @ direction for _, block in unit_blocks(features)])
