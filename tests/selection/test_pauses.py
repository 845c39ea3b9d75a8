from __future__ import annotations

import doctest
import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vidgist.selection import pauses
from vidgist.selection.pauses import GUARD, REACH, SHORTEST, move_to_pauses

ALL = (0.0, 100.0)


def move(pieces, speech, *, allowed=None, budget=1000.0, **options):
    pieces = np.array(pieces, np.float64).reshape(-1, 2)
    allowed = [ALL] * len(pieces) if allowed is None else allowed
    speech = np.array(speech, np.float64).reshape(-1, 2)
    return move_to_pauses(
        pieces, np.array(allowed, np.float64).reshape(-1, 2), speech, budget=budget, **options
    )


def test_a_start_goes_to_the_pause_before_and_an_end_to_the_one_after():
    moved = move([[10.3, 14.7]], [[10, 12], [14, 15]])
    assert moved == pytest.approx(np.array([[10 - GUARD, 15 + GUARD]]))


def test_borders_in_pauses_stay():
    assert move([[9.5, 12.5]], [[10, 12]]).tolist() == [[9.5, 12.5]]


def test_nobody_speaks():
    assert move([[1, 2], [3, 5]], []).tolist() == [[1, 2], [3, 5]]
    assert move([], [[1, 2]]).shape == (0, 2)


def test_a_border_too_near_to_a_word_moves_on_into_the_pause():
    moved = move([[9.0, 12.02]], [[10, 12]])
    assert moved == pytest.approx(np.array([[9.0, 12 + GUARD]]))


def test_without_budget_the_words_that_are_cut_are_left_out():
    speech = [[8, 10.5], [11, 13.6]]
    # Both may grow by half a second, or shrink so much.
    moved = move([[10.2, 13.2]], speech, budget=3.0)
    assert moved[0, 0] == pytest.approx(10.5 + GUARD)
    assert moved[0, 1] == 13.2  # growing here needs 0.55 s, and 0.45 s are free
    moved = move([[10.2, 13.2]], speech, budget=3.2)
    assert moved == pytest.approx(np.array([[10.5 + GUARD, 13.6 + GUARD]]))


def test_one_piece_pays_for_another():
    # The first can only grow, the second can only shrink, and no time is left.
    moved = move(
        [[10.3, 14.0], [30.0, 33.8]],
        [[10, 11.9], [31.0, 33.0], [33.3, 36]],
        allowed=[ALL, (30.0, 34.0)],
        budget=7.5,
    )
    assert moved == pytest.approx(np.array([[10 - GUARD, 14.0], [30.0, 33.2]]), abs=0.05)


def test_no_further_than_is_allowed():
    speech = [[10, 12]]
    assert move([[10.3, 14]], speech, allowed=[(10.0, 20.0)]).tolist() == [[10.3, 14]]
    # A little of the guard may be missing.
    near = move([[10.3, 14]], speech, allowed=[(9.9, 20.0)])
    assert near.tolist() == [[9.9, 14]]


def test_no_further_than_the_reach():
    assert move([[11.0, 14]], [[10, 12.5]]).tolist() == [[11.0, 14]]
    moved = move([[10.6, 14]], [[10, 12.5]])
    assert moved == pytest.approx(np.array([[10.6 - REACH, 14]]))


def test_no_shorter_than_the_shortest():
    speech = [[8.0, 10.5]]
    assert move([[10.2, 12.0]], speech, allowed=[(10.0, 12.0)]).tolist() == [[10.2, 12.0]]
    assert move([[10.2, 12.2]], speech, allowed=[(10.0, 12.2)])[0, 0] == pytest.approx(10.65)


def test_a_piece_that_is_short_already_does_not_get_shorter():
    moved = move([[10.2, 11.2]], [[8, 10.5]], allowed=[(10.1, 12.0)])
    assert moved.tolist() == [[10.2, 11.2]]


def test_a_short_pause_is_used_at_its_middle():
    moved = move([[11.3, 15]], [[10.0, 10.9], [11.05, 13.0]])
    assert 10.9 < moved[0, 0] < 11.05


def test_pieces_that_touch_are_not_torn_apart():
    pieces = [[10.0, 13.0], [13.0, 16.0]]
    assert move(pieces, [[12.5, 13.5]]).tolist() == pieces


def test_pieces_do_not_run_into_each_other():
    # Each would like to grow over the word between them.
    moved = move([[10.0, 13.2], [13.6, 17.0]], [[12.8, 14.0]])
    assert moved[0, 1] <= moved[1, 0]
    assert moved != pytest.approx(np.array([[10.0, 13.2], [13.6, 17.0]]))


def test_the_beginning_and_the_end_of_the_video_are_no_cuts():
    moved = move([[0.0, 5.0]], [[0, 0.4], [4.7, 5.0]], duration=5.0, allowed=[(0, 5)])
    assert moved.tolist() == [[0.0, 5.0]]


def test_moved_borders_are_times_of_frames():
    frames = np.arange(0, 20, 0.04)
    moved = move([[10.31, 14.69]], [[10, 12], [14, 15]], frames=frames)
    for border in moved[0]:
        assert np.abs(frames - border).min() < 1e-9
    assert 10 - GUARD - 0.04 <= moved[0, 0] <= 10 - GUARD + 1e-9
    assert 15 + GUARD - 1e-9 <= moved[0, 1] <= 15 + GUARD + 0.04
    # Frames so far apart that none is in the pause.
    assert move([[10.3, 14]], [[10, 12]], frames=np.array([0.0, 8, 10.3, 14])).tolist() == [
        [10.3, 14]
    ]


def test_what_lasts_longer_than_the_budget_does_not_grow():
    assert move([[10.3, 14]], [[10, 12.5]], budget=1.0).tolist() == [[10.3, 14]]


@pytest.mark.parametrize(
    ("pieces", "allowed", "speech"),
    [
        ([1, 2], [[0, 3]], [[0, 1]]),
        ([[1, 2]], [[0, 3], [0, 3]], [[0, 1]]),
        ([[1, 2]], [[0, 3]], [[0, np.nan]]),
        ([[2, 1]], [[0, 3]], [[0, 1]]),
        ([[1, 2], [1.5, 3]], [[0, 3], [0, 3]], [[0, 1]]),
    ],
)
def test_wrong_input(pieces, allowed, speech):
    with pytest.raises(ValueError, match="expected"):
        move_to_pauses(np.array(pieces), np.array(allowed), np.array(speech), budget=9.0)


def test_the_example_is_true():
    assert doctest.testmod(pauses).failed == 0
    assert doctest.testmod(pauses).attempted > 0


# All times are multiples of 10 ms, so that the naive search below can look at every one of them.
_tick = 0.01


@st.composite
def cases(draw, most=4):
    steps = st.integers(0, 150)
    edges = np.cumsum(draw(st.lists(steps, min_size=2, max_size=2 * most)))
    edges = edges[: len(edges) // 2 * 2].reshape(-1, 2)
    pieces = edges[edges[:, 1] > edges[:, 0]]
    slack = st.integers(0, 100)
    allowed = np.array([(a - draw(slack), b + draw(slack)) for a, b in pieces]).reshape(-1, 2)
    words = np.cumsum(draw(st.lists(st.integers(3, 80), min_size=2, max_size=16)))
    words = words[: len(words) // 2 * 2].reshape(-1, 2)
    extra = draw(st.integers(0, 150))
    budget = int(np.diff(pieces).sum()) + extra
    return pieces * _tick, allowed * _tick, words * _tick, budget * _tick


@settings(max_examples=300, deadline=None)
@given(cases(most=8), st.booleans())
def test_what_always_holds(case, at_frames):
    pieces, allowed, speech, budget = case
    frames = np.arange(0, 30, 0.04) if at_frames else None
    moved = move_to_pauses(pieces, allowed, speech, budget=budget, frames=frames)
    again = move_to_pauses(pieces, allowed, speech, budget=budget, frames=frames)
    assert np.array_equal(moved, again)
    assert moved.shape == pieces.shape
    assert np.diff(moved).sum() <= budget + 1e-5
    assert (moved[1:, 0] >= moved[:-1, 1] - 1e-5).all()
    assert (np.abs(moved - pieces) <= REACH + 1e-6).all()
    lengths, before = np.diff(moved)[:, 0], np.diff(pieces)[:, 0]
    assert (lengths >= np.minimum(before, SHORTEST) - 1e-5).all()
    changed = moved != pieces
    assert (moved[:, 0] >= np.minimum(allowed[:, 0], pieces[:, 0]) - 1e-6).all()
    assert (moved[:, 1] <= np.maximum(allowed[:, 1], pieces[:, 1]) + 1e-6).all()
    for border in moved[changed]:  # what moves, moves into a pause
        assert not ((speech[:, 0] < border) & (speech[:, 1] > border)).any()
    assert cut_words(moved, speech) <= cut_words(pieces, speech)


def cut_words(pieces, speech):
    borders = pieces.reshape(-1, 1)
    return int(((speech[:, 0] < borders) & (speech[:, 1] > borders)).any(axis=1).sum())


@settings(max_examples=150, deadline=None)
@given(cases(most=3))
@example((np.array([[0.0, 2.0]]), np.array([[0.0, 2.0]]), np.array([[0.0, 3.0]]), 2.0))
def test_no_choice_of_the_nearest_pauses_costs_less(case):
    pieces, allowed, speech, budget = case
    moved = move_to_pauses(pieces, allowed, speech, budget=budget)
    assert cost(moved, pieces, speech) == pytest.approx(
        naive_least_cost(pieces, allowed, speech, budget), abs=1e-4
    )


def joined_speech(speech):
    joined = []
    for start, end in speech.tolist():
        if joined and start <= joined[-1][1]:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    return joined


def is_free(pieces, i, side):
    if side == 0:
        return pieces[i, 0] <= 1e-6 or (i > 0 and pieces[i, 0] - pieces[i - 1, 1] <= 1e-6)
    return i + 1 < len(pieces) and pieces[i + 1, 0] - pieces[i, 1] <= 1e-6


def quality(time, speech):
    """Return "word", "tight" or "room": where a time lies."""
    for k, (start, end) in enumerate(speech):
        if start < time < end:
            return "word"
        for word, other in (
            (start, speech[k - 1][1] if k else -np.inf),
            (end, speech[k + 1][0] if k + 1 < len(speech) else np.inf),
        ):
            guard = min(GUARD, abs(word - other) / 3)
            outside = word - time if word == start else time - word
            if 0 <= outside < guard - 1e-6:
                return "tight"
    return "room"


def border_cost(new, old, inward, speech, total):
    if abs(new - old) < 1e-9:
        return {"word": 4 * REACH * total + 1, "tight": 2 * REACH, "room": 0.0}[
            quality(old, speech)
        ]
    low, high = min(new, old), max(new, old)
    spoken = any(start < high - 1e-6 and end > low + 1e-6 for start, end in speech)
    return abs(new - old) + REACH * (spoken and (new > old) == (inward > 0))


def cost(moved, pieces, speech):
    words = joined_speech(speech)
    return sum(
        border_cost(moved[i, side], pieces[i, side], 1 - 2 * side, words, len(pieces))
        for i, side in itertools.product(range(len(pieces)), (0, 1))
        if not is_free(pieces, i, side)
    )


def naive_least_cost(pieces, allowed, speech, budget):
    words = joined_speech(speech)
    pauses = list(
        zip([-np.inf, *(e for _, e in words)], [*(s for s, _ in words), np.inf], strict=True)
    )

    def places(i, side):
        border = pieces[i, side]
        found = [border]
        if is_free(pieces, i, side) or quality(border, words) == "room":
            return found
        low, high = max(border - REACH, allowed[i, 0]), min(border + REACH, allowed[i, 1])
        before, after = [], []
        for start, end in pauses:
            guard = min(GUARD, (end - start) / 3)
            for share in (1.0, 0.5):
                a, b = max(start + share * guard, low), min(end - share * guard, high)
                if a <= b:
                    is_before = start + guard <= border
                    full = share == 1.0
                    (before if is_before else after).append(b if is_before == full else a)
                    break
        return found + before[-1:] + after[:1]

    least = np.inf
    spans = [
        [
            (a, b)
            for a in places(i, 0)
            for b in places(i, 1)
            if b > a and b - a >= min(SHORTEST, pieces[i, 1] - pieces[i, 0]) - 1e-6
        ]
        for i in range(len(pieces))
    ]
    for choice in itertools.product(*spans):
        moved = np.array(choice).reshape(-1, 2)
        if np.diff(moved).sum() > budget + 1e-6 or (moved[1:, 0] < moved[:-1, 1] - 1e-6).any():
            continue
        least = min(least, cost(moved, pieces, speech))
    return least
