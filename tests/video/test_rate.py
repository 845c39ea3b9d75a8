"""The frame rate is the one at which frames come, whatever the container guesses."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgist.video.rate import FrameRate, measured_rate

RATES = [24, 25, 30, 50, 60, Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("origin", [0.0, 1.4, 3600.017])
def test_whole_milliseconds(rate: Fraction, origin: float) -> None:
    times = np.round(origin + np.arange(600) / float(rate), 3)
    for guess in (1000.0, 30.303, 0.0):
        if guess == 30.303 and abs(guess / float(rate) - 1) < 0.005:
            continue
        assert measured_rate(times, guess=guess) == FrameRate(float(rate), False)


@pytest.mark.parametrize("rate", RATES)
def test_what_agrees_is_kept_to_the_last_digit(rate: Fraction) -> None:
    guess = float(rate) * 1.0007
    times = np.arange(300) / float(rate)
    assert measured_rate(times, guess=guess) == FrameRate(guess, False)


def test_jitter_of_a_third_of_a_frame() -> None:
    number = np.arange(90)
    times = np.round(number / 30, 3) + (number * 7 % 13) / 1000
    assert measured_rate(times, guess=1000.0) == FrameRate(30.0, False)


@pytest.mark.parametrize("hole", [0.5, 3600.0])
def test_gaps_do_not_count(hole: float) -> None:
    times = np.concatenate([np.arange(50) / 25, 2 + hole + np.arange(50) / 25])
    assert measured_rate(times, guess=0.01) == FrameRate(25.0, False)


def test_other_constant_rates_are_not_bent() -> None:
    assert measured_rate(np.arange(1000) / 12.5, guess=0.0).rate == pytest.approx(12.5, rel=1e-9)
    assert measured_rate(np.arange(1000) / 29.9, guess=0.0).rate == pytest.approx(29.9, rel=1e-9)


def test_varying_rates_have_an_average() -> None:
    times = np.cumsum(np.tile([0.04, 0.12], 100))
    assert measured_rate(times, guess=1000.0) == FrameRate(pytest.approx(12.5, rel=0.01), True)
    assert measured_rate(times, guess=12.0) == FrameRate(12.0, True)
    # Twice as fast from the middle on: no one line goes through all frames.
    faster = np.cumsum(np.repeat([0.04, 0.05], 100))
    assert measured_rate(faster, guess=22.2).variable


def test_too_little_to_measure() -> None:
    assert measured_rate(np.array([0.0]), guess=25.0) == FrameRate(25.0, False)
    assert measured_rate(np.array([0.0, 0.1]), guess=0.0) == FrameRate(10.0, False)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50, unique=True), st.floats(0, 1e4))
def test_any_times_have_a_rate(times: list[float], guess: float) -> None:
    found = measured_rate(np.array(sorted(times)), guess=guess)
    assert 0 <= found.rate < np.inf
