from __future__ import annotations

import numpy as np
import pytest

from vidgist.errors import DataError
from vidgist.shots import place_shots
from vidgist.types import Timeline

TIMELINE = Timeline(times=np.arange(100) / 25, jumps=np.zeros(100), duration=4.0)


def test_borders_lie_on_the_nearest_frames():
    shots = place_shots([[0, 1.01], [1.01, 4.3]], TIMELINE)
    np.testing.assert_array_equal(shots.frames, [[0, 25], [25, 100]])
    np.testing.assert_allclose(shots.seconds, [[0, 1], [1, 4]])


def test_frames_are_counted_either_way():
    for given in ([[0, 49], [50, 99]], [[0, 50], [50, 100]]):
        shots = place_shots(given, TIMELINE, unit="frames")
        np.testing.assert_array_equal(shots.frames, [[0, 50], [50, 100]])


def test_what_lies_between_is_a_shot_of_its_own():
    shots = place_shots([[1, 2], [3, 3.5]], TIMELINE)
    np.testing.assert_array_equal(shots.frames[:, 0] / 25, [0, 1, 2, 3, 3.52])


def test_cuts_and_nothing():
    np.testing.assert_array_equal(place_shots([2.0], TIMELINE).frames, [[0, 50], [50, 100]])
    np.testing.assert_array_equal(place_shots([], TIMELINE).frames, [[0, 100]])


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ([[1, 2], [0, 1]], "in order, without overlap"),
        ([[0, 2], [1, 3]], "in order, without overlap"),
        ([[0, np.nan]], "in order"),
        ([[-1, 2]], "of this video"),
        ([[0, 60]], r"0 to 60 seconds, but the video has 4"),
        (np.ones((2, 3)), "pairs"),
    ],
)
def test_shots_of_another_video_are_refused(pieces, said):
    with pytest.raises(DataError, match=said):
        place_shots(pieces, TIMELINE)
