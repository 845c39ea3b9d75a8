"""Inner products of a video's samples, visited in blocks of rows.

On the unit sphere ||a - b||^2 = 2 - 2 a.b, so that every criterion needs only the Gram matrix.
T = 100,000 samples would make a matrix of 40 GB; a block of its rows at a time fits anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vidgist.types import Floats

__all__ = ["BLOCK_BYTES", "check_features", "product_blocks", "unit_rows"]

BLOCK_BYTES = 64 * 2**20
"""Memory that one block of inner products may take."""


def check_features(features: Floats) -> Floats:
    """Return the features as float32 or float64, or say what is wrong with them.

    Raises:
        ValueError: they are not (T, D) with T, D > 0, or hold NaN or infinity.
    """
    features = np.asarray(features)
    if features.ndim != 2 or 0 in features.shape:
        raise ValueError(f"features: expected (T, D) with T, D > 0, came {features.shape}")
    if features.dtype != np.float64:
        features = features.astype(np.float32, copy=False)
    if not np.isfinite(features).all():
        raise ValueError("features: expected finite numbers, came NaN or infinity")
    return features


def unit_rows(features: Floats) -> Floats:
    """Return the features (T, D) with every row of length 1; a row of zeros stays zero."""
    features = check_features(features)
    lengths = np.sqrt(np.einsum("td,td->t", features, features, dtype=np.float64))
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return np.asarray(features * scale.astype(features.dtype)[:, None])


def product_blocks(
    rows: Floats,
    columns: Floats | None = None,
    *,
    without_self: bool = False,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[tuple[slice, Floats]]:
    """Visit the inner products of ``rows`` (T, D) with ``columns`` (M, D), or with themselves.

    Args:
        rows: (T, D).
        columns: (M, D), by default the rows.
        without_self: put -inf, farther than any other, for the product of a row with itself.
        block_bytes: memory that one block may take.

    Yields:
        A slice of the rows and their products (B, M). The products are scratch space: what is
        done to them is forgotten with the next block.
    """
    columns = rows if columns is None else columns
    step = max(1, block_bytes // (columns.itemsize * len(columns)))
    buffer = np.empty((min(step, len(rows)), len(columns)), dtype=columns.dtype)
    for start in range(0, len(rows), step):
        block = slice(start, min(start + step, len(rows)))
        products = buffer[: block.stop - block.start]
        np.matmul(rows[block], columns.T, out=products)
        if without_self:
            np.fill_diagonal(products[:, block], -np.inf)
        yield block, products
