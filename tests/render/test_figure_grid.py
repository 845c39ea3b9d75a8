from __future__ import annotations

from itertools import combinations
from typing import Any, NamedTuple

import pytest

pytest.importorskip("matplotlib", reason="needs the extra 'plot'")

from vidgist.render.figure_grid import NEIGHBORS, make_grid


class Box(NamedTuple):
    """A rectangle, in inches from the left and from the top."""

    left: float
    top: float
    width: float
    height: float


def overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )


def boxes_of(**options: Any) -> tuple[float, float, list[Box], list[list[Box]]]:
    """Return width and height of the figure, boxes of the curves and of the rows of pictures."""
    figure, curves, rows = make_grid(**options)
    width, height = (float(inches) for inches in figure.get_size_inches())

    def box(cell: Any) -> Box:
        place = cell.get_position(figure)
        return Box(
            place.x0 * width, (1 - place.y1) * height, place.width * width, place.height * height
        )

    return width, height, [box(c) for c in curves], [[box(c) for c in row] for row in rows]


@pytest.mark.parametrize("width", [2.0, 3.5, 5.0, 7.0, 12.0])
@pytest.mark.parametrize("shape", [0.3, 0.56, 1.0, 4 / 3, 16 / 9, 2.4, 8.0])
@pytest.mark.parametrize(("curves", "rows"), [(1, 1), (4, 3), (3, 6), (6, 0)])
def test_nothing_overlaps(width: float, shape: float, curves: int, rows: int) -> None:
    across, height, lines, pictures = boxes_of(width=width, curves=curves, rows=rows, shape=shape)
    assert across == width
    assert len(lines) == curves
    assert len(pictures) == rows
    boxes = [*lines, *(box for row in pictures for box in row)]
    assert len(boxes) == curves + rows * (1 + NEIGHBORS)
    for box in boxes:
        assert box.width > 0
        assert box.height > 0
        assert box.left >= 0.04
        assert box.top >= 0.1
        assert box.left + box.width <= width + 1e-9 or width < 3
        assert box.top + box.height <= height - 0.15
    for one, other in combinations(boxes, 2):
        assert not overlap(one, other)
    for row in pictures:
        for box in row:
            assert box.width / box.height == pytest.approx(shape)
            assert box.top + box.height <= row[0].top + row[0].height + 1e-9


def test_pictures_lie_beside_the_curves_or_under_them() -> None:
    (_, high, curves, rows), (_, _, under, below) = (
        boxes_of(width=w, curves=4, rows=3) for w in (7.0, 3.5)
    )
    assert min(row[0].left for row in rows) > curves[0].left + curves[0].width
    assert below[0][0].top > under[-1].top + under[-1].height
    # Both columns of the wide one end together.
    assert rows[-1][0].top + rows[-1][0].height < high - 0.2


def test_narrow_pictures_stand_in_one_line() -> None:
    wide, narrow = (boxes_of(width=7.0, curves=4, rows=1, shape=s)[3][0][1:] for s in (16 / 9, 0.5))
    assert len({round(box.top, 6) for box in wide}) == 2
    assert len({round(box.top, 6) for box in narrow}) == 1
