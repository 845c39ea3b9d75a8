"""Values that cross a stage say what they expected and what they got."""

from __future__ import annotations

import numpy as np
import pytest

from vidgist.types import Features, Frames, Scores, Shots, Timeline


def line(n=4):
    return Timeline(times=np.arange(n) / 2, jumps=np.zeros(n), duration=n / 2)


def test_repr_shows_shapes():
    assert repr(line()).startswith(
        "Timeline(times=float64[4], jumps=float64[4], duration=2.0, warnings=()"
    )


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: Timeline(times=np.zeros(2), jumps=np.zeros(3), duration=1.0),
            r"\(2,\), got \(3,",
        ),
        (lambda: Timeline(times=np.zeros(2), jumps=np.zeros(2), duration=0.0), "more than 0"),
        (lambda: Timeline(times=np.zeros(0), jumps=np.zeros(0), duration=1.0), "nothing"),
        (
            lambda: Frames(
                pixels=np.zeros((1, 2, 2, 3)), times=np.zeros(1), picks=np.zeros(1), timeline=line()
            ),
            "uint8",
        ),
        (lambda: Features(values=np.ones(3), picks=np.arange(3), n_frames=9), r"\(T, D\)"),
        (lambda: Features(values=np.ones((2, 2)), picks=np.array([3, 1]), n_frames=9), "descend"),
        (lambda: Features(values=np.ones((2, 2)), picks=np.array([0, 9]), n_frames=9), "last pick"),
        (lambda: Scores(criteria={"a": np.ones(2)}, importance=np.ones(3)), r"Scores\.a"),
        (lambda: Scores(criteria={}, importance=np.array([np.nan])), "finite"),
        (lambda: Shots(frames=np.array([[0, 0]])), "at least one frame"),
        (lambda: Shots(frames=np.array([0, 1])), r"\(S, 2\)"),
        (lambda: Shots(frames=np.array([[0, 1]]), seconds=np.zeros((2, 2))), "shape"),
    ],
)
def test_wrong_shapes_are_told(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_timeline_and_shots_derive():
    np.testing.assert_array_equal(line().ends, [0.5, 1, 1.5, 2])
    assert Shots(frames=np.array([[0, 2], [2, 7]])).lengths.tolist() == [2, 5]
