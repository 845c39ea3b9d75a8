"""Values of shots, the budget, and the rule of whole shots."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgist.errors import SettingError, VidgistError
from vidgist.selection import (
    RULES,
    Footage,
    Rule,
    Selection,
    auto_length,
    best_samples,
    best_within,
    choose,
    offered_shots,
    parse_count,
    parse_length,
    parse_time,
    select,
    shot_values,
    spread,
)
from vidgist.types import Shots, Timeline


@pytest.mark.parametrize(
    ("length", "seconds"),
    [
        ("15%", 30),
        ("7.5%", 15),
        ("100%", 200),
        ("90s", 90),
        ("90", 90),
        (12.5, 12.5),
        ("1:30", 90),
        ("0:05.5", 5.5),
        ("2m", 120),
        ("1m30s", 90),
        ("1 min 5 s", 65),
        ("0.5m", 30),
        ("1h", 200),
        ("1:00:00", 200),  # never longer than the video
        ("auto", 30),
    ],
)
def test_lengths(length, seconds):
    assert parse_length(length, 200.0) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "length",
    ["", "abc", "0", "0%", "-5s", "101%", "1:75", "15 %%", "nan", "0.15", "m", "30s1m", "0m0s"],
)
def test_wrong_lengths_are_told(length):
    with pytest.raises(SettingError, match=r"^length: "):
        parse_length(length, 200.0)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [(0.04, 0.02), (10, 5), (19, 9.5), (40, 10), (100, 15), (799, 119.85), (36000, 120)],
)
def test_the_default_length_follows_the_video(duration, seconds):
    assert parse_length("auto", duration) == auto_length(duration) == pytest.approx(seconds)


@pytest.mark.parametrize(("count", "number"), [("auto", None), ("3", 3), (12, 12)])
def test_counts_of_keyframes(count, number):
    assert parse_count(count) == number


@pytest.mark.parametrize("count", ["", "0", "-1", "2.5", "many", 0])
def test_wrong_counts_are_refused(count):
    with pytest.raises(SettingError, match=r"^keyframes: "):
        parse_count(count)


def test_a_number_of_seconds_is_one_where_no_share_can_be_meant():
    assert parse_length(0.15, 200.0) == 0.15
    assert parse_length("0.15s", 200.0) == 0.15


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("12.5", 12.5), (" 9s ", 9), ("0:03", 3), ("1:02:03", 3723)]
)
def test_moments(text, seconds):
    assert parse_time(text, 4000.0) == seconds


@pytest.mark.parametrize("text", ["", "foo", "50%", "4001"])
def test_wrong_moments_are_told(text):
    with pytest.raises(SettingError, match=r"^at: "):
        parse_time(text, 4000.0)


def test_scores_spread_as_steps():
    picks = np.array([0, 3, 3, 5])
    np.testing.assert_array_equal(spread(np.array([1.0, 2, 3, 4]), picks, 7), [1, 1, 1, 3, 3, 4, 4])
    np.testing.assert_array_equal(spread(np.array([5.0]), np.array([2]), 4), [0, 0, 5, 5])
    frames = np.array([[0, 3], [3, 7]])
    np.testing.assert_allclose(shot_values(np.arange(7.0), frames), [1, 4.5])
    for bad in (np.array([3, 1]), np.array([0, 7]), np.array([-1, 0])):
        with pytest.raises(ValueError, match="picks"):
            spread(np.ones(2), bad, 7)


def video(lengths, rate=10.0):
    """Shots of so many frames, ten frames a second, a sample every five frames."""
    edges = np.concatenate([[0], np.cumsum(lengths)])
    n = int(edges[-1])
    line = Timeline(times=np.arange(n) / rate, jumps=np.zeros(n), duration=n / rate)
    frames = np.stack([edges[:-1], edges[1:]], axis=1)
    return Shots(frames=frames, seconds=frames / rate), line, np.arange(0, n, 5)


def chosen(scores, picks, shots, line, *, budget, black=None, integer_values=False) -> Selection:
    """Choose by the rule of whole shots."""
    black = np.zeros(len(picks), dtype=bool) if black is None else black
    footage = Footage(
        importance=scores,
        features=np.ones((len(picks), 1)),
        times=line.times[picks],
        picks=picks,
        shots=shots,
        timeline=line,
        budget=budget,
        junk=np.where(black, "black", ""),
        integer_values=integer_values,
    )
    return choose(footage, select="knapsack")


def alike(lengths):
    """Return footage of equal samples, and a budget of two seconds."""
    shots, line, picks = video(lengths)
    count = len(picks)
    return Footage(
        importance=np.ones(count),
        features=np.ones((count, 1)),
        times=line.times[picks],
        picks=picks,
        shots=shots,
        timeline=line,
        budget=2.0,
        junk=np.full(count, ""),
    )


def test_rules_are_chosen_by_name():
    assert "knapsack" in RULES
    footage = alike([20])
    with pytest.raises(SettingError, match=r"^select: .*knapsak.*knapsack"):
        choose(footage, select="knapsak")


def test_best_shots_within_the_budget():
    shots, line, picks = video([20, 20, 20, 40])
    scores = np.repeat([0.2, 0.9, 0.5, 0.6], [4, 4, 4, 8])
    found = chosen(scores, picks, shots, line, budget=4.0)
    values = shot_values(spread(scores, picks, 100), shots.frames)
    np.testing.assert_allclose(values, [0.2, 0.9, 0.5, 0.6])
    np.testing.assert_allclose(found.scores, [0.9, 0.5])
    np.testing.assert_allclose(found.pieces, [[2, 4], [4, 6]])
    assert found.shots.tolist() == [1, 2]
    assert found.selected.tolist() == [False, True, True, False]
    assert found.reasons == ("important", "important")
    assert found.refused == ("no time left", "", "", "no time left")
    assert (found.repeated == -1).all()
    assert best_samples(scores, picks, shots).tolist() == [0, 4, 8, 12]


def test_where_no_shot_fits_a_piece_of_the_best_lies_around_its_best_sample():
    shots, line, picks = video([50, 50])
    scores = np.full(20, 0.1)
    scores[14] = 1.0  # frame 70, in the second shot
    found = chosen(scores, picks, shots, line, budget=2.0)
    np.testing.assert_allclose(found.pieces, [[6.0, 8.0]])
    assert found.shots.tolist() == [1]
    assert found.refused == ("no time left", "")
    np.testing.assert_allclose(found.scores, [0.19])  # the value of the whole shot
    assert best_within(scores, line.times[picks], found.pieces).tolist() == [14]


def test_a_budget_within_one_frame_still_shows_it():
    shots = Shots(frames=np.array([[0, 1]]), seconds=np.array([[0.0, 0.04]]))
    line = Timeline(times=np.zeros(1), jumps=np.zeros(1), duration=0.04)
    found = chosen(np.ones(1), np.zeros(1, dtype=int), shots, line, budget=0.006)
    np.testing.assert_allclose(found.pieces, [[0, 0.006]])
    assert found.selected.tolist() == [True]


def test_whole_values_of_the_released_code():
    shots, line, picks = video([10, 10, 20])
    scores = np.array([0.0004, 0.0004, 0.0004, 0.0004, 0.0015, 0.0015, 0.0015, 0.0015])
    found = chosen(scores, picks, shots, line, budget=2.0, integer_values=True)
    assert found.selected.tolist() == [False, False, True]  # 0.4 thousandths are nothing
    scores = np.array([0.0009, 0.0009, 0.0009, 0.0009, 0.0015, 0.0015, 0.0015, 0.0015])
    found = chosen(scores, picks, shots, line, budget=2.0)
    assert found.selected.tolist() == [True, True, False]


def test_shots_are_weighed_by_frames_where_the_rate_is_constant():
    # 4 + 5 frames of 1/30 s are 0.3 s to the dot: rounded up to milliseconds they would not fit.
    n, rate = 60, 30.0
    line = Timeline(times=np.arange(n) / rate, jumps=np.zeros(n), duration=n / rate)
    frames = np.array([[0, 4], [4, 9], [9, 60]])
    shots = Shots(frames=frames, seconds=frames / rate)
    found = chosen(np.ones(12), np.arange(0, 60, 5), shots, line, budget=0.3)
    assert found.selected.tolist() == [True, True, False]
    assert line.frame_interval == pytest.approx(1 / 30)
    # The milliseconds of Matroska are the same rate, a dropped frame is not.
    rounded = Timeline(times=np.round(line.times, 3), jumps=line.jumps, duration=line.duration)
    assert rounded.frame_interval == pytest.approx(1 / 30)
    times = np.delete(line.times, 30)
    assert Timeline(times=times, jumps=times, duration=2.0).frame_interval is None


def test_equal_scores_choose_as_many_shots_as_fit():
    values, seconds = np.full(4, 0.3), np.array([4.0, 1.0, 3.0, 1.0])
    assert select(values, seconds, 5.0).tolist() == [False, True, True, True]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=8),
    st.floats(0.001, 1.0),
    st.sampled_from([1.0, 5.0, 23.976, 29.97, 60.0]),
    st.integers(0, 2**32 - 1),
)
def test_never_over_budget_and_never_empty(lengths, share, rate, seed):
    rng = np.random.default_rng(seed)
    shots, line, picks = video(lengths, rate)
    scores = rng.random(len(picks)) + 0.01
    budget = share * line.duration
    found = chosen(scores, picks, shots, line, budget=budget)
    assert len(found) > 0
    assert np.diff(found.pieces, axis=1).sum() <= budget + 1e-6
    assert len(found.scores) == len(found.reasons) == len(found.shots) == len(found.pieces)
    assert (np.diff(found.shots) > 0).all()
    starts, ends = shots.seconds[found.shots].T
    assert (starts <= found.pieces[:, 0]).all()
    assert (found.pieces[:, 0] < found.pieces[:, 1]).all()
    assert (found.pieces[:, 1] <= ends).all()
    if len(found) > 1:
        np.testing.assert_array_equal(found.pieces, shots.seconds[found.shots])
    assert [reason == "" for reason in found.refused] == found.selected.tolist()


def test_black_shots_are_not_chosen_whatever_their_score():
    shots, line, picks = video([10, 10, 20, 10])
    scores = np.repeat([0.9, 0.2, 0.5, 0.3], [2, 2, 4, 2])
    black = np.repeat([True, False, False, True], [2, 2, 4, 2])
    found = chosen(scores, picks, shots, line, budget=3.0)
    assert found.selected.tolist() == [True, False, True, False]
    found = chosen(scores, picks, shots, line, budget=3.0, black=black)
    assert found.selected.tolist() == [False, True, True, False]
    np.testing.assert_allclose(found.scores, [0.2, 0.5])  # scores stay what they are
    assert found.refused == ("black", "", "", "black")
    # Where nothing else fits, the piece is of the best of what shows something.
    found = chosen(scores, picks, shots, line, budget=0.5, black=black)
    np.testing.assert_allclose(found.pieces, [[2.0, 2.5]])
    assert found.refused == ("black", "no time left", "", "black")
    # Half of a shot is enough, less is not; where all is black there is nothing to prefer.
    assert offered_shots(black, picks, shots).tolist() == [False, True, True, False]
    half = np.array([True, False, False, False, True, False, False, False, False, False])
    assert offered_shots(half, picks, shots).tolist() == [False, True, True, True]
    assert offered_shots(np.ones(10, dtype=bool), picks, shots).all()


@pytest.mark.parametrize(
    ("pieces", "fault"),
    [
        ([[0.0, 9.0]], "at most 2.00 s, got 9.00 s"),
        ([[0.5, 2.4]], "within its shot"),
        (np.empty((0, 2)), "n > 0"),
    ],
)
def test_a_rule_that_breaks_its_promise_is_named(monkeypatch, pieces, fault):
    def broken(footage):
        n = len(pieces)
        return Selection(
            pieces=np.array(pieces),
            shots=np.zeros(n, dtype=int),
            scores=np.ones(n),
            reasons=("mine",) * n,
            refused=("",) * len(footage.shots),
            repeated=np.full(len(footage.shots), -1),
        )

    rule = Rule(name="broken", summary="", choose=broken)
    monkeypatch.setattr(RULES, "_records", {**RULES, "broken": rule})
    footage = alike([20, 20])
    with pytest.raises(VidgistError, match=f"rule of selection 'broken': .*{fault}"):
        choose(footage, select="broken")
