"""Inner products of a video's samples, visited in blocks of rows.

On the unit sphere ||a - b||^2 = 2 - 2 a.b, so that every criterion needs only the Gram matrix.
T = 100,000 samples would make a matrix of 40 GB; one block of rows at a time fits into any memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np

from vidgist.types import Floats

BLOCK_BYTES = 32 * 2**20
"""Memory that one block of inner products may take."""

AT_ONCE = 2
"""Blocks that are computed at the same time: products of one, sorting of another."""


def check_features(features: Floats) -> Floats:
    """Return the features as float32 or float64, checked.

    Raises:
        ValueError: they are not (T, D) with T, D > 0, or hold NaN or infinity.
    """
    features = np.asarray(features)
    if features.ndim != 2 or 0 in features.shape:
        raise ValueError(f"features: expected (T, D) with T, D > 0, got {features.shape}")
    if features.dtype != np.float64:
        features = features.astype(np.float32, copy=False)
    if not np.isfinite(features).all():
        raise ValueError("features: expected finite numbers, got NaN or infinity")
    return features


def unit_scale(features: Floats) -> Floats:
    """Return the factors (T,), float64, that scale the rows of features (T, D) to length 1.

    A row of zeros stays zero.
    """
    lengths = np.sqrt(np.einsum("td,td->t", features, features, dtype=np.float64))
    return np.asarray(np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0))


def unit_rows(features: Floats) -> Floats:
    """Return the features (T, D) with every row of length 1; a row of zeros stays zero."""
    features = check_features(features)
    return np.asarray(features * unit_scale(features).astype(features.dtype)[:, None])


def product_blocks(
    rows: Floats,
    columns: Floats | None = None,
    *,
    without_self: bool = False,
    block_bytes: int | None = None,
) -> Iterator[tuple[slice, Floats]]:
    """Visit the inner products of ``rows`` (T, D) with ``columns`` (M, D), or with themselves.

    Args:
        rows: (T, D).
        columns: (M, D), by default the rows.
        without_self: set the product of a row with itself to -inf, farther than any other.
        block_bytes: memory that one block may take, by default `BLOCK_BYTES`.

    Yields:
        A slice of the rows and their products (B, M). The products are scratch space:
        the next block overwrites them.
    """
    columns = rows if columns is None else columns
    step = _rows_of_block(columns, block_bytes or BLOCK_BYTES)
    buffer = _buffer(rows, columns, step)
    for block in _blocks(len(rows), step):
        yield block, _products(rows, columns, block, buffer, without_self)


def work_on_blocks(
    work: Callable[[slice, Floats], None],
    rows: Floats,
    columns: Floats | None = None,
    *,
    without_self: bool = False,
) -> Iterator[int]:
    """Call ``work`` with every block that `product_blocks` visits, several at a time in threads.

    Args:
        work: called with a slice of the rows and their products; it may write values of these rows.
        rows: (T, D).
        columns: (M, D), by default the rows.
        without_self: as in `product_blocks`.

    Yields:
        The number of rows that are done, counted from the first. At most `AT_ONCE` blocks run ahead
        of the iteration.
    """
    columns = rows if columns is None else columns
    step = _rows_of_block(columns, BLOCK_BYTES)
    buffers: SimpleQueue[Floats] = SimpleQueue()
    for _ in range(min(AT_ONCE, -(-len(rows) // step))):
        buffers.put(_buffer(rows, columns, step))

    def one(block: slice) -> int:
        buffer = buffers.get()
        try:
            work(block, _products(rows, columns, block, buffer, without_self))
        finally:
            buffers.put(buffer)
        return int(block.stop)

    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="blocks") as pool:
        for block in _blocks(len(rows), step):
            waiting.append(pool.submit(one, block))
            if len(waiting) == AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _rows_of_block(columns: Floats, size: int) -> int:
    return max(1, size // (columns.itemsize * len(columns)))


def _buffer(rows: Floats, columns: Floats, step: int) -> Floats:
    return np.empty((min(step, len(rows)), len(columns)), dtype=columns.dtype)


def _blocks(n_rows: int, step: int) -> Iterator[slice]:
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def _products(
    rows: Floats, columns: Floats, block: slice, buffer: Floats, without_self: bool
) -> Floats:
    products = buffer[: block.stop - block.start]
    np.matmul(rows[block], columns.T, out=products)
    if without_self:
        np.fill_diagonal(products[:, block], -np.inf)
    return products
