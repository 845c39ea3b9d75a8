"""The grid of samples is whole where frames come, thin where one stands, empty in holes."""

from __future__ import annotations

from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgist.video.sample_times import Hole, find_hole, next_sample


def numbers(*, fps: float, start: float, until: float, hole: Hole | None = None) -> list[int]:
    """Return all samples that a frame from ``start`` to ``until`` takes."""
    sample = next(k for k in range(10**6) if k / fps >= start - 1e-9) - 1
    found = []
    while (
        sample := next_sample(sample, fps=fps, start=start, until=until, hole=hole)
    ) / fps < until:
        found.append(sample)
    return found


def test_every_sample_of_a_short_stand() -> None:
    assert numbers(fps=2, start=10, until=30) == list(range(20, 60))


def test_an_hour_has_few_samples_that_are_never_far_apart_for_their_age() -> None:
    found = numbers(fps=2, start=0, until=3600)
    assert found[:40] == list(range(40))
    assert len(found) < 200
    for before, after in pairwise(found):
        assert (after - before) / 2 <= max(0.5, 0.05 * (before / 2 - 20))


@pytest.mark.parametrize("fps", [0.3, 2, 25, 1000])
def test_a_hole_has_two_samples(fps: float) -> None:
    found = [k / fps for k in numbers(fps=fps, start=4, until=1004, hole=(5, 1004))]
    inside = [second for second in found if second >= 5]
    assert len(inside) == 2
    assert inside[0] < 5 + 1 / fps + 1e-9
    assert inside[1] >= 1004 - 1 / fps - 1e-9


@given(
    st.floats(0.05, 1000),
    st.floats(0, 1e5),
    st.floats(0, 1e5),
    st.floats(0, 1),
    st.integers(-1, 10),
)
def test_samples_ascend(fps: float, start: float, lasts: float, at: float, extra: int) -> None:
    until = start + lasts
    hole = (start + at * lasts, until) if at < 0.9 else None
    previous = int(start * fps) + extra
    following = next_sample(previous, fps=fps, start=start, until=until, hole=hole)
    assert following > previous
    if previous + 1 < until * fps:
        assert following <= until * fps + 1


def steps(*lengths: float) -> array[float]:
    times = [0.0]
    for length in lengths:
        times.append(times[-1] + length)
    return array("d", times)


def silent(start: float, end: float) -> float:
    return 0.0


def heard(start: float, end: float) -> float:
    return end - start


def test_lost_frames_are_a_hole_from_when_they_were_due() -> None:
    regular = steps(*[0.04] * 50)
    assert find_hole(regular, 10.0, silent) == (pytest.approx(2.04), 10.0)
    assert find_hole(regular, 3.9, silent) is None
    assert find_hole(regular, 10.0, heard) is None  # the picture stands while somebody speaks


def test_slides_are_no_holes() -> None:
    slides = steps(*[8, 3, 20, 15, 9, 31, 4, 12, 2])
    assert find_hole(slides, slides[-1] + 50, silent) is None
    # Longer than any before by far: the slide is shown for a while, the rest is a hole.
    assert find_hole(slides, slides[-1] + 3600, silent) == (slides[-1] + 10, slides[-1] + 3600)


def test_the_first_frame() -> None:
    assert find_hole(array("d", [0.0]), 30.0, silent) is None
    assert find_hole(array("d", [0.0]), 3600.0, silent) == (10.0, 3600.0)
