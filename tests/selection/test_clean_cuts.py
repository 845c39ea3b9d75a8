"""Borders of pieces: on frames, off cuts and transitions, within the budget."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgist.selection import Footage, Selection
from vidgist.selection.clean_cuts import clean_cuts, clean_ranges
from vidgist.types import Shots, Timeline

FRAME = 0.1


def footage(cuts=(10.0,), seconds=20.0, budget=6.0, junk=(), best=()) -> Footage:
    """Ten frames and two samples a second; samples at ``best`` are the best."""
    n = round(seconds / FRAME)
    line = Timeline(times=np.arange(n) * FRAME, jumps=np.zeros(n), duration=n * FRAME)
    edges = np.round(np.array([0.0, *cuts, seconds]) / FRAME).astype(int)
    frames = np.stack([edges[:-1], edges[1:]], axis=1)
    times = np.arange(round(2 * seconds)) / 2
    importance = np.ones(len(times))
    importance[np.searchsorted(times, np.array(best))] = 2.0
    reasons = np.full(len(times), "", dtype="<U10")
    for start, end in junk:
        reasons[(times >= start) & (times < end)] = "blurred"
    return Footage(
        importance=importance,
        features=np.ones((len(times), 2)),
        times=times,
        picks=np.arange(len(times)) * 5,
        shots=Shots(frames=frames, seconds=frames * FRAME),
        timeline=line,
        budget=budget,
        junk=reasons,
    )


def selection(pieces, shots) -> Selection:
    n = len(pieces)
    count = max(shots) + 1
    return Selection(
        pieces=np.array(pieces, dtype=float),
        shots=np.array(shots),
        scores=np.linspace(1, 2, n),
        reasons=("important",) * n,
        refused=("",) * count,
        repeated=np.full(count, -1),
    )


NONE = np.empty((0, 2))


def test_off_the_frames_of_a_cut():
    cleaned = clean_cuts(selection([[7.0, 10.0], [10.0, 13.0]], [0, 1]), footage(), NONE)
    np.testing.assert_allclose(cleaned.pieces, [[6.9, 9.9], [10.1, 13.1]])


def test_the_ends_of_the_video_are_no_cuts():
    cleaned = clean_cuts(selection([[0.0, 3.0], [17.0, 20.0]], [0, 1]), footage(), NONE)
    np.testing.assert_allclose(cleaned.pieces, [[0.0, 3.0], [17.0, 20.0]])


def test_outside_a_dissolve():
    dissolve = np.array([[9.0, 11.0]])
    whole = footage(cuts=(10.0,), best=(7.0, 13.0))
    cleaned = clean_cuts(selection([[7.0, 10.0], [10.5, 13.5]], [0, 1]), whole, dissolve)
    np.testing.assert_allclose(cleaned.pieces, [[6.0, 9.0], [11.0, 14.0]])


def test_the_side_with_the_best_sample_is_kept():
    wipe = np.array([[5.0, 6.0]])
    ranges = clean_ranges(selection([[3.0, 9.0]], [0]), footage(best=(7.0,)), wipe)
    np.testing.assert_allclose(ranges, [[6.0, 9.9]])
    ranges = clean_ranges(selection([[3.0, 9.0]], [0]), footage(best=(4.0,)), wipe)
    np.testing.assert_allclose(ranges, [[0.0, 5.0]])


def test_off_junk():
    blurred = footage(junk=[(4.0, 5.0)], best=(6.0,))
    cleaned = clean_cuts(selection([[4.5, 7.5]], [0]), blurred, NONE)
    np.testing.assert_allclose(cleaned.pieces, [[5.0, 8.0]])


def test_a_shot_that_is_all_transition_stays():
    cleaned = clean_cuts(selection([[2.0, 5.0]], [0]), footage(), np.array([[0.0, 10.0]]))
    np.testing.assert_allclose(cleaned.pieces, [[2.0, 5.0]])


def test_a_piece_within_one_frame_stays():
    cleaned = clean_cuts(selection([[2.02, 2.05]], [0]), footage(budget=0.03), NONE)
    np.testing.assert_allclose(cleaned.pieces, [[2.02, 2.05]])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_pieces_stay_in_order_in_their_shots_and_within_their_length(data):
    cuts = sorted(data.draw(st.sets(st.integers(1, 19), max_size=4)))
    edges = [0, *cuts, 20]
    pieces, shots = [], []
    for shot, (start, end) in enumerate(itertools.pairwise(edges)):
        tenths = st.integers(10 * start, 10 * end)
        points = sorted(data.draw(st.sets(tenths, max_size=4)))
        for a, b in zip(points[::2], points[1::2], strict=False):
            pieces.append([a / 10, b / 10])
            shots.append(shot)
    if not pieces:
        return
    marks = sorted(data.draw(st.sets(st.integers(0, 199), min_size=0, max_size=6)))
    closed = [[a / 10, b / 10] for a, b in zip(marks[::2], marks[1::2], strict=False)]
    before = selection(pieces, shots)
    whole = footage(cuts=[float(c) for c in cuts], budget=float(np.diff(before.pieces).sum()))
    after = clean_cuts(before, whole, np.array(closed).reshape(-1, 2))
    assert len(after) == len(before)
    assert np.all(after.pieces[:, 1] > after.pieces[:, 0])
    assert np.all(after.pieces[1:, 0] >= after.pieces[:-1, 1] - 1e-9)
    borders = whole.shot_seconds[after.shots]
    assert np.all(after.pieces[:, 0] >= borders[:, 0] - 1e-9)
    assert np.all(after.pieces[:, 1] <= borders[:, 1] + 1e-9)
    assert np.diff(after.pieces).sum() <= whole.budget + 1e-6
    frames = after.pieces / FRAME
    assert frames == pytest.approx(np.round(frames), abs=1e-6)


def test_flashes_leave_a_piece_its_length():
    """A light that flashes each second: no piece of half a second between two flashes."""
    flashes = np.array([[second, second + FRAME] for second in range(1, 20)], dtype=float)
    cleaned = clean_cuts(selection([[4.0, 7.0]], [0]), footage(cuts=(), best=(5.5,)), flashes)
    np.testing.assert_allclose(cleaned.pieces, [[4.0, 7.0]])


def test_a_flash_that_leaves_enough_is_left_out():
    flash = np.array([[6.0, 6.1]])
    cleaned = clean_cuts(selection([[4.0, 7.0]], [0]), footage(cuts=(), best=(4.5,)), flash)
    np.testing.assert_allclose(cleaned.pieces, [[3.0, 6.0]])


def test_what_lasts_longer_than_a_flash_is_left_out_all_the_same():
    dark = np.array([[4.0, 4.2], [4.2, 5.5], [6.0, 7.5]])
    (allowed,) = clean_ranges(
        selection([[4.0, 7.0]], [0]), footage(cuts=(), best=(5.5,)), dark
    ).tolist()
    np.testing.assert_allclose(allowed, [5.5, 6.0])
