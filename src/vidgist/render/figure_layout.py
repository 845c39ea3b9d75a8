"""Where the parts of a figure lie, in inches: plain arithmetic, so that equal figures are equal.

Matplotlib's own layouts that fit margins to text are solved as constraints whose order follows
addresses in memory: the places come out different in their last bits from one drawing to the next,
and with them the names that an SVG file gives its parts.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NEIGHBORS", "Box", "Layout", "Row", "layout"]

NEIGHBORS = 6
"""Pictures of neighbors beside that of a marked moment."""

EDGE = 0.05
NUMBERS, RIGHT = 0.34, 0.16
"""Left of the curves for their numbers, right of them for half of the last time."""

TITLE, UNDER = 0.17, 0.05
"""Above and under each curve."""

TIMES = 0.38
"""Under the last curve: times, and two lines of text."""

COLUMN = 0.4
"""Part of the width that the curves take where pictures lie beside them."""

BESIDE = 5.0
"""Width from which pictures lie beside the curves, and not under them."""

TALL_BESIDE, TALL_ALONE = 0.095, 0.12
"""Height of a curve's box at least, as a part of the figure's width: beside pictures, alone."""

PICTURE_TALL_BESIDE, PICTURE_TALL_UNDER = 0.2, 0.3
"""Height of a picture at most, as a part of the figure's width: beside curves, under them."""

CLOCK = 0.11
"""Above each picture, for its time."""

LABEL = 0.24
"""Under the picture of a marked moment: two lines that say why it is marked."""

APART, GAP = 0.12, 0.06
"""Between a moment and its neighbors, and between those."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle, in inches from the left and from the top."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """Places of a marked moment's pictures: its own, then those of its neighbors."""

    anchor: Box
    neighbors: tuple[Box, ...]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Places of all parts.

    Attributes:
        width: inches.
        height: inches.
        curves: a box for each curve, without its numbers and its title.
        rows: of pictures, one for each marked moment.
    """

    width: float
    height: float
    curves: tuple[Box, ...]
    rows: tuple[Row, ...]


def layout(*, width: float, curves: int, rows: int = 0, shape: float = 16 / 9) -> Layout:
    """Place the parts of a figure.

    Args:
        width: inches.
        curves: how many lie one under the other, at least 1.
        rows: of pictures, beside the curves or, in a narrow figure, under them.
        shape: width by height of the pictures.
    """
    beside = rows > 0 and width >= BESIDE
    column = COLUMN * width if beside else width
    each = TITLE + UNDER
    tall = (TALL_BESIDE if beside else TALL_ALONE) * width
    height = 2 * EDGE + curves * (each + tall) + TIMES
    placed: tuple[Row, ...] = ()
    if rows:
        left = column + APART if beside else EDGE
        tallest = (PICTURE_TALL_BESIDE if beside else PICTURE_TALL_UNDER) * width
        row = _row(left=left, right=width - EDGE, tallest=tallest, shape=shape)
        lasting = CLOCK + row.anchor.height + LABEL
        first, step = height + CLOCK, lasting
        if beside:
            height = max(height, 2 * EDGE + rows * lasting)
            tall = (height - 2 * EDGE - TIMES) / curves - each
            step = (height - 2 * EDGE - lasting) / (rows - 1) if rows > 1 else 0.0
            first = EDGE + CLOCK
        else:
            height += rows * lasting + EDGE
        placed = tuple(_moved(row, first + i * step) for i in range(rows))
    across = max(column - EDGE - NUMBERS - RIGHT, 0.1)
    boxes = tuple(
        Box(left=EDGE + NUMBERS, top=EDGE + i * (each + tall) + TITLE, width=across, height=tall)
        for i in range(curves)
    )
    return Layout(width=width, height=height, curves=boxes, rows=placed)


def _row(*, left: float, right: float, tallest: float, shape: float) -> Row:
    """Return a row whose pictures begin at the top and fill the width, or the height."""
    rows = []
    # Three in two lines for wide pictures, six in one line for narrow ones.
    for lines in (2, 1):
        many = NEIGHBORS // lines
        between = (lines - 1) * (CLOCK + GAP)
        # Of the moment's picture: such that both its neighbors' lines and its row are filled.
        room = right - left - APART - (many - 1) * GAP + many * shape * between / lines
        height = min(room / (1 + many / lines) / shape, tallest)
        anchor = Box(left=left, top=0.0, width=height * shape, height=height)
        tall = max((height - between) / lines, 0.02)
        first = left + anchor.width + APART
        neighbors = tuple(
            Box(
                left=first + i * (tall * shape + GAP),
                top=j * (height - tall),
                width=tall * shape,
                height=tall,
            )
            for j in range(lines)
            for i in range(many)
        )
        rows.append(Row(anchor=anchor, neighbors=neighbors))
    return max(rows, key=lambda row: row.anchor.height * row.neighbors[0].height)


def _moved(row: Row, top: float) -> Row:
    def down(box: Box) -> Box:
        return Box(left=box.left, top=box.top + top, width=box.width, height=box.height)

    return Row(anchor=down(row.anchor), neighbors=tuple(down(box) for box in row.neighbors))
