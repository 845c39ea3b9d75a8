from __future__ import annotations

from itertools import combinations

import pytest

from vidgist.render.figure_layout import NEIGHBORS, Box, layout


def overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )


@pytest.mark.parametrize("width", [2.0, 3.5, 5.0, 7.0, 12.0])
@pytest.mark.parametrize("shape", [0.3, 0.56, 1.0, 4 / 3, 16 / 9, 2.4, 8.0])
@pytest.mark.parametrize(("curves", "rows"), [(1, 1), (4, 3), (3, 6), (6, 0)])
def test_nothing_overlaps(width: float, shape: float, curves: int, rows: int) -> None:
    made = layout(width=width, curves=curves, rows=rows, shape=shape)
    assert made.width == width
    assert len(made.curves) == curves
    assert len(made.rows) == rows
    boxes = [*made.curves, *(b for row in made.rows for b in (row.anchor, *row.neighbors))]
    assert len(boxes) == curves + rows * (1 + NEIGHBORS)
    for box in boxes:
        assert box.width > 0
        assert box.height > 0
        assert box.left >= 0.04
        assert box.top >= 0.1
        assert box.left + box.width <= width + 1e-9 or width < 3
        assert box.top + box.height <= made.height - 0.15
    for one, other in combinations(boxes, 2):
        assert not overlap(one, other)
    for row in made.rows:
        for box in (row.anchor, *row.neighbors):
            assert box.width / box.height == pytest.approx(shape)
            assert box.top + box.height <= row.anchor.top + row.anchor.height + 1e-9


def test_pictures_lie_beside_the_curves_or_under_them() -> None:
    wide, narrow = (layout(width=w, curves=4, rows=3) for w in (7.0, 3.5))
    assert min(row.anchor.left for row in wide.rows) > wide.curves[0].left + wide.curves[0].width
    assert narrow.rows[0].anchor.top > narrow.curves[-1].top + narrow.curves[-1].height
    # Both columns of the wide one end together.
    assert wide.rows[-1].anchor.top + wide.rows[-1].anchor.height < wide.height - 0.2


def test_narrow_pictures_stand_in_one_line() -> None:
    wide, narrow = (layout(width=7.0, curves=4, rows=1, shape=s).rows[0] for s in (16 / 9, 0.5))
    assert len({box.top for box in wide.neighbors}) == 2
    assert len({box.top for box in narrow.neighbors}) == 1
