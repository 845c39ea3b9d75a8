"""What the sizes of packets and the places of key frames say of cuts."""

from __future__ import annotations

import numpy as np
import pytest

from frame_indexes import index_of


def indexed(sizes, *, keys=(0, 50, 100)):
    return index_of(keys, count=len(sizes), rate=25, sizes=sizes)


def sizes(count=150):
    """Key frames of 10 kB, others of 1 kB, every third of 2 kB."""
    found = np.where(np.arange(count) % 3 == 0, 2000, 1000)
    found[::50] = 10_000
    return found


@pytest.mark.parametrize(
    ("size", "cut"),
    [(7000, True), (3100, True), (2900, False), (2000, False)],  # 1.5 of 2 kB, 0.3 of 10 kB
)
def test_a_cut_between_key_frames_takes_many_bytes(size, cut):
    own = sizes()
    own[70] = size
    assert indexed(own).stands_out(51, 100) is cut
    assert not indexed(own).stands_out(72, 100)
    assert not indexed(own).stands_out(1, 50)


def test_busy_scenes_take_many_bytes_all_along():
    own = sizes()
    own[51:100] = 6000
    assert not indexed(own).stands_out(51, 100)
    own[[60, 80]] = 9500  # two cuts; one does not hide the other
    assert indexed(own).stands_out(51, 79)


def test_an_early_key_frame_is_likelier_than_any_bytes():
    own = sizes(350)
    own[130] = 500_000
    index = indexed(own, keys=(0, 50, 100, 120, 170, 220, 270, 320))
    np.testing.assert_array_equal(np.flatnonzero(index.early), [120])
    assert np.argmax(index.hints) == 120
    assert index.hints.max() <= 1e-4
    # A cut where a key frame is due needs no early one.
    assert np.argmax(index.hints[121:200]) == 170 - 121
    assert np.argmax(index.hints[121:170]) == 130 - 121
