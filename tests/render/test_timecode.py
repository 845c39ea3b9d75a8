from __future__ import annotations

import random
from fractions import Fraction

import pytest

from vidgist.render.timecode import EditRate, edit_rate, exact_rate


@pytest.mark.parametrize(
    ("measured", "rate", "base", "drop"),
    [
        (23.976, Fraction(24000, 1001), 24, False),
        (24000 / 1001, Fraction(24000, 1001), 24, False),
        (24.0, Fraction(24), 24, False),
        (25.0, Fraction(25), 25, False),
        (29.97, Fraction(30000, 1001), 30, True),
        (2997 / 100, Fraction(30000, 1001), 30, True),
        (30.0, Fraction(30), 30, False),
        (50.0, Fraction(50), 50, False),
        (59.94, Fraction(60000, 1001), 60, True),
        (60.0, Fraction(60), 60, False),
        (12.5, Fraction(25), 25, False),  # every second frame of 25
        (15.0, Fraction(30), 30, False),
        (120.0, Fraction(60), 60, False),
        (240.0, Fraction(60), 60, False),
        (0.0, Fraction(30), 30, False),  # unknown
        (float("nan"), Fraction(30), 30, False),
        (1000.0, Fraction(60), 60, False),
    ],
)
def test_rates_are_recognized(measured: float, rate: Fraction, base: int, drop: bool) -> None:
    assert edit_rate(measured) == EditRate(rate, base, drop)


def test_a_variable_rate_gets_the_next_known_one() -> None:
    assert edit_rate(26.3, constant=False).rate == Fraction(30000, 1001)
    assert edit_rate(12.5, constant=False).rate == Fraction(24000, 1001)


def drop_frame_numbers(base: int, minutes: int) -> list[str]:
    """Count as a clerk would: leave out the first numbers of each minute but every tenth."""
    labels = []
    for minute in range(minutes):
        for second in range(60):
            for frame in range(base):
                if second == 0 and frame < base // 15 and minute % 10:
                    continue
                labels.append(f"{minute // 60:02d}:{minute % 60:02d}:{second:02d};{frame:02d}")
    return labels


@pytest.mark.parametrize(("measured", "base"), [(29.97, 30), (59.94, 60)])
def test_drop_frame_counts_like_a_clerk(measured: float, base: int) -> None:
    rate = edit_rate(measured)
    labels = drop_frame_numbers(base, 62)
    assert [rate.timecode(frame) for frame in range(len(labels))] == labels
    assert [rate.parse(label) for label in labels[::97]] == list(range(len(labels)))[::97]


def test_drop_frame_keeps_up_with_the_clock() -> None:
    # An hour of 29.97 frames a second has 107,892 frames, and ends at an hour of timecode.
    assert edit_rate(29.97).timecode(107_892) == "01:00:00;00"
    assert edit_rate(59.94).timecode(215_784) == "01:00:00;00"


@pytest.mark.parametrize("measured", [23.976, 24.0, 25.0, 30.0, 50.0, 60.0])
def test_other_rates_count_every_number(measured: float) -> None:
    rate = edit_rate(measured)
    assert rate.timecode(rate.base * 3600 - 1) == f"00:59:59:{rate.base - 1}"
    assert rate.timecode(rate.base * 3600) == "01:00:00:00"
    assert rate.timecode(rate.base * 3600 * 24) == "00:00:00:00"  # a day begins anew


@pytest.mark.parametrize("measured", [23.976, 25.0, 29.97, 50.0, 59.94])
def test_an_independent_library_agrees(measured: float) -> None:
    opentime = pytest.importorskip("opentimelineio.opentime", reason="needs the extra 'otio'")
    rate = edit_rate(measured)
    rng = random.Random(1)
    for frame in (rng.randrange(int(rate.rate * 86_000)) for _ in range(300)):
        code = rate.timecode(frame)
        assert opentime.from_timecode(code, float(rate.rate)).value == frame
        assert rate.parse(code) == frame


def test_the_nearest_frame_is_found() -> None:
    rate = edit_rate(29.97)
    assert [rate.frame(n * 1001 / 30000) for n in (0, 1, 1799, 107_892)] == [0, 1, 1799, 107_892]
    assert rate.frame(1.49 * 1001 / 30000) == 1
    assert rate.frame(1.51 * 1001 / 30000) == 2


@pytest.mark.parametrize("bad", ["", "1:00", "00:00:00:30", "24:00:00:00", "00:61:00:00", "x" * 11])
def test_what_is_no_timecode_is_none(bad: str) -> None:
    assert edit_rate(30.0).parse(bad) is None


def test_negative_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 0, got -1"):
        edit_rate(25.0).timecode(-1)


def test_exact_rates() -> None:
    assert exact_rate(29.97) == 30000 / 1001
    assert exact_rate(119.88) == 120000 / 1001
    assert exact_rate(25.0001) == 25.0
    assert exact_rate(12.5) == 12.5
    assert exact_rate(0.4) == 0.4


def test_a_camera_says_whether_numbers_are_dropped() -> None:
    rate = edit_rate(29.97)
    assert rate.counting_as("01:00:00;00") == rate
    every = rate.counting_as("01:00:00:00")
    assert every.parse("01:00:00:00") == 108_000
    assert every.timecode(108_000) == "01:00:00:00"
    assert rate.parse("01:00:00;00") == 107_892
    for other in ("", "nonsense", "1:2:3:4"):
        assert rate.counting_as(other) == rate
    for steady in (edit_rate(25.0), edit_rate(23.976), edit_rate(30.0)):
        assert steady.counting_as("01:00:00;00") == steady
