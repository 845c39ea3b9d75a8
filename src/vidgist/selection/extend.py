"""Extension of pieces within their runs, at the better side first."""

from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np

from vidgist.selection.cells import EPS, Cells
from vidgist.selection.looks import Looks


def extend(
    cells: Cells,
    looks: Looks,
    pieces: list[tuple[float, float]],
    seconds: float,
    *,
    bound: float = np.inf,
    most: float = np.inf,
) -> tuple[list[tuple[float, float]], float]:
    """Lengthen pieces cell by cell, the most important cell next to a piece first.

    Args:
        cells: of the video.
        looks: samples that the pieces show, in their order.
        pieces: starts and ends in seconds, without overlap.
        seconds: time that may be added.
        bound: cosine to another piece from which on a cell is not added.
        most: seconds that a lengthened piece may last.

    Returns:
        The pieces, in the same order, and the seconds added. A piece ends where its run or the
        next piece does.
    """
    spans = [list(piece) for piece in pieces]
    order = sorted(range(len(spans)), key=lambda i: spans[i])
    neighbor = {(b, -1): a for a, b in pairwise(order)} | {(a, 1): b for a, b in pairwise(order)}
    left = seconds

    def room(piece: int, side: int) -> tuple[int, float]:
        """Return the next cell on a side, and how much of it is free."""
        start, end = spans[piece]
        run = cells.run[cells.at(start)]
        other = neighbor.get((piece, side))
        if side > 0:
            cell = int(cells.at(end))
            stop = min(cells.end[cell], np.inf if other is None else spans[other][0])
            free = stop - end
        else:
            cell = int(cells.before(start))
            stop = max(cells.start[cell], -np.inf if other is None else spans[other][1])
            free = start - stop
        return (cell, float(free)) if cell >= 0 and cells.run[cell] == run else (-1, 0.0)

    heap: list[tuple[float, int, int]] = []

    def offer(piece: int, side: int) -> None:
        cell, free = room(piece, side)
        if free <= EPS:
            return
        if bound < np.inf:
            row = np.array([looks.span(cell, cell + 1).start])
            if looks.nearest(row, without=piece)[0][0] >= bound:
                return
        heapq.heappush(heap, (-float(cells.importance[cell]), piece, side))

    for piece in range(len(spans)):
        offer(piece, -1)
        offer(piece, 1)
    while heap and left > EPS:
        _, piece, side = heapq.heappop(heap)
        _, free = room(piece, side)  # another piece may have come closer meanwhile
        added = min(free, left, most - (spans[piece][1] - spans[piece][0]))
        if added <= EPS:
            continue
        spans[piece][1 if side > 0 else 0] += side * added
        left -= added
        offer(piece, side)
    return [(start, end) for start, end in spans], seconds - left
