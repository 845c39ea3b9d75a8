from __future__ import annotations

import base64
import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from pages import long_summary
from vidgist.render.report.pictures import (
    MOST_BARE,
    Pictures,
    choose_pictures,
    evenly_first,
    order_of_need,
)
from vidgist.summary import Summary


@pytest.fixture(scope="module")
def summary() -> Summary:
    return long_summary(300, shots=40)


def size(pictures: Pictures) -> int:
    return sum(len(text) for text in pictures.data)


def test_all_as_they_are_where_they_fit(summary: Summary) -> None:
    found = choose_pictures(summary, room=10_000_000)
    assert found.samples == tuple(range(600))
    assert found.kind == "image/jpeg"
    assert [base64.b64decode(text) for text in found.data] == list(summary.thumbnails)


def test_all_of_them_smaller_where_that_fits(summary: Summary) -> None:
    whole = size(choose_pictures(summary, room=100_000_000))
    found = choose_pictures(summary, room=int(0.75 * whole))
    assert len(found.samples) == 600
    assert size(found) <= 0.75 * whole
    with Image.open(io.BytesIO(base64.b64decode(found.data[0]))) as picture:
        assert picture.size == (160, 90)
        assert found.kind == f"image/{picture.format.lower()}"


@pytest.mark.parametrize("room", [20_000, 80_000, 250_000])
def test_the_most_needed_where_not_all_fit(summary: Summary, room: int) -> None:
    found = choose_pictures(summary, room=room)
    assert size(found) <= room
    assert 0 < len(found.samples) < 600
    assert list(found.samples) == sorted(set(found.samples))
    assert len(found.data) == len(found.samples)
    needed = order_of_need(summary)[: len(found.samples)]
    assert set(found.samples) == set(needed)
    if len(found.samples) > 80:
        assert set(summary.shot_samples.tolist()) <= set(found.samples)
        assert np.diff(found.samples).max() <= 600 / (len(found.samples) - 40) * 2.1


def test_pieces_come_first(summary: Summary) -> None:
    order = order_of_need(summary)
    assert sorted(order) == list(range(600))
    chosen = summary.piece_samples.tolist()
    assert order[: len(set(chosen))] == list(dict.fromkeys(chosen))


def test_without_thumbnails_moments_can_still_be_chosen(summary: Summary) -> None:
    bare = dataclasses.replace(summary, thumbnails=())
    assert choose_pictures(bare, room=1).samples == tuple(range(600))
    assert choose_pictures(bare, room=1).data == ()
    assert choose_pictures(summary, room=-5) == choose_pictures(bare, room=1)
    longer = dataclasses.replace(long_summary(3000, shots=10, distinct=1), thumbnails=())
    found = choose_pictures(longer, room=1)
    assert len(found.samples) == MOST_BARE
    assert set(longer.shot_samples.tolist()) <= set(found.samples)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 100])
def test_every_beginning_is_even(n: int) -> None:
    order = evenly_first(n)
    assert sorted(order) == list(range(n))
    for some in range(2, n + 1):
        gaps = np.diff(sorted([*order[:some], n]))
        assert gaps.max() <= 2 * n / some + 1
