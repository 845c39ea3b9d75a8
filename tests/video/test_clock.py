"""Times ascend whatever the file says, and are the file's own wherever these make sense."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgist.video.clock import Clock


@dataclass
class Stamped:
    """As much of a frame as a clock looks at."""

    pts: int | None
    dts: int | None = None
    duration: int = 0


def run(clock: Any, stamps: list[int | None], **fields: Any) -> list[float | None]:
    return [clock(Stamped(stamp, **fields)) for stamp in stamps]


TB = Fraction(1, 1000)


def test_times_count_from_the_first_frame() -> None:
    clock = Clock(TB)
    assert run(clock, [1075, 1115, 1155, 2000]) == [0, 0.04, 0.08, 0.925]
    assert clock.origin == 1075
    assert clock.steady


def test_negative_timestamps() -> None:
    clock = Clock(TB)
    assert run(clock, [-80, -40, 0, 40]) == [0, 0.04, 0.08, 0.12]
    assert clock.origin == -80
    assert clock.steady


def test_times_are_rounded_once() -> None:
    clock = Clock(Fraction(1001, 30000))
    assert run(clock, [5, 6, 300_005])[1:] == [1001 / 30000, 300_000 * 1001 / 30000]


def test_missing_timestamps() -> None:
    clock = Clock(TB, rate=Fraction(25))
    assert run(clock, [None, None, None]) == [0, 0.04, 0.08]
    assert clock.missing == 3
    assert not clock.steady
    clock = Clock(TB)
    assert run(clock, [0, 20, None, None, 80], duration=20) == [0, 0.02, 0.04, 0.06, 0.08]
    assert clock.missing == 2


def test_decoding_times_only() -> None:
    clock = Clock(TB, rate=Fraction(25))
    times = [clock(Stamped(None, dts)) for dts in (80, 120, 200, None, None)]
    assert times == [0, 0.04, 0.12, 0.16, 0.2]
    assert (clock.guessed, clock.missing) == (5, 0)
    assert not clock.steady


def test_a_frame_out_of_turn_is_left_out_and_shifts_nothing() -> None:
    clock = Clock(TB, rate=Fraction(25))
    assert run(clock, [0, 40, 80, 20, 120, 160]) == [0, 0.04, 0.08, None, 0.12, 0.16]
    assert run(clock, [320, 200, 240, 280, 360]) == [0.32, None, None, None, 0.36]
    assert clock.late == 4
    assert clock.steady


def test_equal_timestamps_are_shown_once() -> None:
    clock = Clock(TB, rate=Fraction(25))
    assert run(clock, [0, 40, 40, 80]) == [0, 0.04, None, 0.08]


def test_a_new_count_goes_on_and_ends_where_times_make_sense_again() -> None:
    clock = Clock(TB, rate=Fraction(25))
    run(clock, [0, 1000])
    times = run(clock, list(range(0, 800, 40)))
    assert times[:16] == [None] * 16
    assert times[16:] == [1.04, 1.08, 1.12, 1.16]
    assert not clock.steady
    assert run(clock, [2000, 2040]) == [2, 2.04]


@pytest.mark.parametrize(
    ("duration", "end", "expected"),
    [
        (40, None, 0.12),  # what the frame says
        (80, 120, 0.12),  # what the container says, if it is sooner
        (20, 120, 0.12),  # or later, but no more than a frame
        (40, 9000, 0.12),  # not where the file was cut off
        (0, None, 0.12),  # the usual distance
    ],
)
def test_the_end(duration: int, end: int | None, expected: float) -> None:
    clock = Clock(TB, rate=Fraction(25))
    last = Stamped(80, duration=duration)
    run(clock, [0, 40])
    clock(last)
    assert clock.ends(last, end=end) == expected


def test_the_last_frame_lasts_as_long_as_the_one_before_where_the_header_says_so() -> None:
    clock = Clock(TB, rate=Fraction(10))  # a wrong guess: frames come at 5 a second
    run(clock, [0, 200, 400], duration=100)
    assert clock.ends(Stamped(400, duration=100), end=600) == 0.6
    assert clock.ends(Stamped(400, duration=100), end=700) == 0.5


@given(
    st.lists(st.none() | st.integers(-(2**40), 2**40), min_size=1, max_size=80),
    st.sampled_from([None, Fraction(25), Fraction(30000, 1001)]),
)
def test_times_always_ascend_from_0(stamps: list[int | None], rate: Fraction | None) -> None:
    clock = Clock(Fraction(1, 90_000), rate=rate)
    times = [time for time in run(clock, stamps) if time is not None]
    assert times[0] == 0
    assert all(a < b for a, b in pairwise(times))
    assert len(stamps) - len(times) == clock.late


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=40, unique=True))
def test_good_timestamps_are_kept(stamps: list[int]) -> None:
    stamps = sorted(stamps)
    clock = Clock(TB)
    assert run(clock, list(stamps)) == [(s - stamps[0]) / 1000 for s in stamps]
    assert clock.steady
