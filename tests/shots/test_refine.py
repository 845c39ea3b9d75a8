"""Shots begin on the frame of the cut, and never flash."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgist.shots import refine_shots
from vidgist.types import Timeline


def timeline(n=100, rate=25.0, jumps=None):
    strength = np.zeros(n)
    for frame, value in (jumps or {}).items():
        strength[frame] = value
    return Timeline(times=np.arange(n) / rate, jumps=strength, duration=n / rate)


PICKS = np.minimum(np.arange(8) * 12.5, 99).astype(int)  # two a second at 25 frames a second


def test_border_is_the_largest_jump_between_the_samples():
    # Sample 3 is frame 37, sample 4 frame 50: the cut at 44 is between them, 60 is not.
    shots = refine_shots(np.array([4]), PICKS, timeline(jumps={44: 0.5, 40: 0.2, 60: 0.9}))
    assert shots.frames.tolist() == [[0, 44], [44, 100]]
    np.testing.assert_allclose(shots.seconds, [[0, 1.76], [1.76, 4.0]])


def test_the_frame_of_the_sample_itself_can_be_the_first_of_the_shot():
    assert refine_shots(np.array([4]), PICKS, timeline(jumps={50: 0.5})).frames[1, 0] == 50
    assert refine_shots(np.array([4]), PICKS, timeline(jumps={38: 0.5})).frames[1, 0] == 38
    # The frame of the sample before belongs to the shot before.
    assert refine_shots(np.array([4]), PICKS, timeline(jumps={37: 0.5})).frames[1, 0] == 50


def test_a_change_without_a_jump_is_where_the_sample_saw_it():
    assert refine_shots(np.array([4]), PICKS, timeline()).frames.tolist() == [[0, 50], [50, 100]]


def test_flashes_are_merged_the_weaker_border_goes():
    jumps = {49: 0.3, 55: 0.8}
    shots = refine_shots(np.array([4, 5]), PICKS, timeline(jumps=jumps))
    assert shots.frames.tolist() == [[0, 55], [55, 100]]
    # At the ends too: less than half a second is no shot.
    shots = refine_shots(np.array([1, 7]), PICKS, timeline(jumps={4: 0.5, 87: 0.5}))
    assert shots.frames.tolist() == [[0, 87], [87, 100]]


def test_no_change_points_and_short_videos_give_one_shot():
    none = np.zeros(0, dtype=int)
    assert refine_shots(none, PICKS, timeline()).frames.tolist() == [[0, 100]]
    short = timeline(n=3)
    assert refine_shots(none, np.array([0]), short).seconds.tolist() == [[0, 0.12]]


def test_samples_of_one_frame_do_not_make_empty_shots():
    slow = Timeline(times=np.array([0.0, 1, 2]), jumps=np.array([0, 0.5, 0.5]), duration=3.0)
    picks = np.array([0, 0, 1, 1, 2, 2])
    assert refine_shots(np.array([1, 2, 3, 4]), picks, slow).frames.tolist() == [
        [0, 1],
        [1, 2],
        [2, 3],
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 200), st.sampled_from([5.0, 25.0, 29.97, 60.0]), st.integers(0, 2**32 - 1))
def test_shots_cover_the_video_and_last_half_a_second(n, rate, seed):
    rng = np.random.default_rng(seed)
    line = Timeline(times=np.arange(n) / rate, jumps=rng.random(n), duration=n / rate)
    picks = np.arange(0, n, max(1, int(rate / 2)))
    points = np.flatnonzero(rng.random(len(picks)) < 0.5)
    shots = refine_shots(points[points > 0], picks, line)
    assert shots.frames[0, 0] == 0
    assert shots.frames[-1, 1] == n
    assert (shots.frames[1:, 0] == shots.frames[:-1, 1]).all()
    lasting = np.diff(shots.seconds, axis=1)
    assert len(shots) == 1 or lasting.min() >= 0.5 - 1e-9
