"""Grid of a figure: a column of curves, and rows of pictures beside or under it.

Positions are computed once and handed to Matplotlib's GridSpec: its constrained layout depends on
the order of addresses in memory, so that equal figures would not be equal files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.gridspec import SubplotSpec

NEIGHBORS = 6
"""Pictures of neighbors beside that of a marked moment."""

EDGE = 0.05
LEFT, RIGHT = 0.34, 0.16
"""Inches left of the curves for their numbers, right of them for half of the last time."""

TITLE, UNDER = 0.17, 0.05
"""Inches above and under each curve."""

TIMES = 0.38
"""Inches under the last curve: times, and two lines of text."""

COLUMN = 0.4
"""Share of the width that the curves take where pictures are beside them."""

BESIDE = 5.0
"""Width in inches from which pictures are beside the curves, and not under them."""

CLOCK, LABEL = 0.11, 0.24
"""Inches above each picture for its time, and under a marked moment for its label."""

GAP = 0.07
"""Inches between pictures of a row."""


class PictureRow(NamedTuple):
    """Sizes in inches of a row: a marked moment, and its neighbors in one line or in two."""

    lines: int
    height: float
    anchor: float
    neighbor: float

    @property
    def columns(self) -> int:
        """Columns of neighbors."""
        return NEIGHBORS // self.lines

    @property
    def width(self) -> float:
        """Width of the whole row."""
        return self.anchor + self.columns * (GAP + self.neighbor)


def picture_row(room: float, *, tallest: float, shape: float) -> PictureRow:
    """Return the row of largest pictures that is at most ``room`` wide and ``tallest`` high."""
    rows = []
    for lines in (2, 1):
        columns = NEIGHBORS // lines
        between = (lines - 1) * (CLOCK + GAP)
        # The moment is as high as the lines of its neighbors together; the row fills the room.
        free = room - columns * GAP + columns * shape * between / lines
        height = min(free / (1 + columns / lines) / shape, tallest)
        neighbor = (height - between) / lines * shape
        rows.append(PictureRow(lines, height, height * shape, neighbor))
    return max(rows, key=lambda row: row.height * row.neighbor)


def make_grid(
    *, width: float, curves: int, rows: int = 0, shape: float = 16 / 9
) -> tuple[Figure, list[SubplotSpec], list[list[SubplotSpec]]]:
    """Return a figure, the cells of its curves, and those of each row of pictures.

    Args:
        width: inches.
        curves: number of curves, at least 1.
        rows: number of rows of pictures, of 1 + `NEIGHBORS` each.
        shape: width by height of the pictures.
    """
    from matplotlib.figure import Figure

    beside = rows > 0 and width >= BESIDE
    column = COLUMN * width if beside else width
    curve = (0.095 if beside else 0.12) * width
    height = 2 * EDGE + curves * (TITLE + UNDER + curve) + TIMES
    left = column + 2 * EDGE if beside else EDGE
    row = picture_row(width - EDGE - left, tallest=(0.2 if beside else 0.3) * width, shape=shape)
    step = CLOCK + row.height + LABEL
    first, curves_end = EDGE + CLOCK, height
    if beside:
        height = curves_end = max(height, 2 * EDGE + rows * step)
        step = (height - 2 * EDGE - step) / max(rows - 1, 1)
    elif rows:
        first = height + CLOCK
        height += rows * step + EDGE

    figure = Figure(figsize=(width, height))
    top, bottom = EDGE + TITLE, curves_end - EDGE - TIMES - UNDER
    curve = (bottom - top - (curves - 1) * (TITLE + UNDER)) / curves
    grid = figure.add_gridspec(
        curves,
        1,
        left=(EDGE + LEFT) / width,
        right=max(column - RIGHT, EDGE + LEFT + 0.1) / width,
        top=1 - top / height,
        bottom=1 - bottom / height,
        hspace=(TITLE + UNDER) / curve,
    )
    curve_cells = [grid[i, 0] for i in range(curves)]
    picture_cells = []
    for i in range(rows):
        top = first + i * step
        grid = figure.add_gridspec(
            row.lines,
            1 + row.columns,
            left=left / width,
            right=(left + row.width) / width,
            top=1 - top / height,
            bottom=1 - (top + row.height) / height,
            width_ratios=[row.anchor, *[row.neighbor] * row.columns],
            wspace=GAP * (1 + row.columns) / (row.anchor + row.columns * row.neighbor),
            hspace=(CLOCK + GAP) / (row.neighbor / shape),
        )
        neighbors = [grid[j, 1 + k] for j in range(row.lines) for k in range(row.columns)]
        picture_cells.append([grid[:, 0], *neighbors])
    return figure, curve_cells, picture_cells
