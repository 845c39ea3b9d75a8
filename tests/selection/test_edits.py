from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgist.errors import SettingError
from vidgist.selection import Selection
from vidgist.selection.edits import BY_HAND, Edits, Scene, edited, parse_interval, parse_shift

SCENE = Scene(
    duration=60.0,
    shots=np.array([[0.0, 10.0], [10.0, 25.0], [25.0, 40.0], [40.0, 60.0]]),
    shot_scores=np.array([0.2, 0.9, 0.5, 0.4]),
    keyframes=np.array([5.0, 20.0, 30.0, 50.0]),
    times=np.arange(60.0),
    importance=np.repeat([0.2, 0.9, 0.5, 0.4], [10, 15, 15, 20]),
)

CHOSEN = Selection(
    pieces=np.array([[2.0, 6.0], [12.0, 18.0], [30.0, 33.0]]),
    shots=np.array([0, 1, 2]),
    scores=np.array([0.2, 0.9, 0.5]),
    reasons=("important", "important", "short"),
    refused=("", "", "", "no time left"),
    repeated=np.array([-1, -1, -1, -1]),
)


def pieces_after(**changes: Any) -> list[list[float]]:
    return edited(CHOSEN, Edits(**changes), SCENE).pieces.tolist()


def test_pieces_go_and_come() -> None:
    assert pieces_after(drop=(2,)) == [[2, 6], [30, 33]]
    assert pieces_after(keep=(2,)) == [[12, 18]]
    assert pieces_after(keep=(3, 1)) == [[2, 6], [30, 33]]
    assert pieces_after(add=((50.0, 55.0),)) == [[2, 6], [12, 18], [30, 33], [50, 55]]
    assert pieces_after() == CHOSEN.pieces.tolist()


def test_a_piece_moves_but_not_out_of_the_video() -> None:
    assert pieces_after(move={2: 0.5}) == [[2, 6], [12.5, 18.5], [30, 33]]
    assert pieces_after(move={1: -5.0}) == [[0, 4], [12, 18], [30, 33]]
    assert pieces_after(move={3: 100.0}) == [[2, 6], [12, 18], [57, 60]]


def test_nothing_is_shown_twice() -> None:
    assert pieces_after(add=((5.0, 13.0),)) == [[2, 18], [30, 33]]
    assert pieces_after(add=((13.0, 14.0),)) == [[2, 6], [12, 18], [30, 33]]
    assert pieces_after(move={1: 8.0}) == [[10, 18], [30, 33]]


def test_reasons_and_shots_follow() -> None:
    after = edited(CHOSEN, Edits(drop=(1,), add=((20.0, 27.0), (55.0, 57.0))), SCENE)
    assert after.pieces.tolist() == [[12, 18], [20, 27], [30, 33], [55, 57]]
    assert after.reasons == ("important", BY_HAND, "short", BY_HAND)
    assert after.shots.tolist() == [1, 1, 2, 3]
    assert after.refused == (BY_HAND, "", "", "")
    assert after.scores[1] == pytest.approx((5 * 0.9 + 2 * 0.5) / 7)


def test_a_shorter_length_takes_the_weakest_first() -> None:
    assert pieces_after(length="9s") == [[12, 18], [30, 33]]
    assert pieces_after(length="6s") == [[12, 18]]
    # What is left of the weakest is shown where it is best, unless it would flicker.
    assert pieces_after(length="11s") == [[2, 4], [12, 18], [30, 33]]
    assert pieces_after(length="9.5s") == [[12, 18], [30, 33]]


def test_a_longer_length_is_filled_with_what_had_no_time() -> None:
    assert pieces_after(length="17s") == [[2, 6], [12, 18], [30, 33], [48, 52]]
    full = pieces_after(length="100%")
    assert full == [[2, 6], [12, 18], [30, 33], [40, 60]]
    repeats = dataclasses.replace(CHOSEN, refused=("", "", "", "repeats"))
    after = edited(repeats, Edits(length="100%"), SCENE)
    assert after.pieces.tolist() == CHOSEN.pieces.tolist()


def test_what_a_person_wants_is_not_taken_away() -> None:
    assert pieces_after(keep=(1, 2), length="10s") == [[2, 6], [12, 18]]
    assert pieces_after(add=((50.0, 55.0),), length="11.5s") == [[12, 18], [50, 55]]
    with pytest.raises(SettingError, match=r"what is to be kept lasts 10.0 s, more than 9.0 s"):
        pieces_after(keep=(1, 2), length="9s")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"drop": (4,)}, "drop: expected a piece from 1 to 3, got 4"),
        ({"keep": (0,)}, "keep: expected a piece from 1 to 3, got 0"),
        ({"move": {9: 1.0}}, "move: expected a piece from 1 to 3, got 9"),
        ({"keep": (1, 2), "drop": (2,)}, "drop: piece 2 is to be kept, too"),
        ({"drop": (2,), "move": {2: 1.0}}, "move: piece 2 is not kept"),
        ({"keep": (1,), "move": {2: 1.0}}, "move: piece 2 is not kept"),
        ({"drop": (1, 2, 3)}, "no piece is left"),
    ],
)
def test_contradictions_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        pieces_after(**changes)


@given(
    st.sets(st.integers(1, 3)),
    st.lists(st.tuples(st.floats(0, 59), st.floats(0.1, 20)), max_size=4),
    st.dictionaries(st.integers(1, 3), st.floats(-70, 70)),
    st.one_of(st.none(), st.floats(1, 60)),
)
def test_any_edit_is_in_order_in_the_video_and_fits(
    drop: set[int],
    ranges: list[tuple[float, float]],
    move: dict[int, float],
    length: float | None,
) -> None:
    add = tuple((start, min(start + lasts, 60.0)) for start, lasts in ranges)
    move = {number: by for number, by in move.items() if number not in drop}
    edits = Edits(drop=tuple(drop), add=add, move=move, length=length)
    wanted = [(start, end) for start, end in add] + list(move)
    if (len(drop) == 3 and not add) or (length is not None and wanted):
        with contextlib.suppress(SettingError):  # nothing is left, or it is more than the length
            edited(CHOSEN, edits, SCENE)
        return
    after = edited(CHOSEN, edits, SCENE).pieces
    assert (after[:, 1] > after[:, 0]).all()
    assert (after[1:, 0] >= after[:-1, 1]).all()
    assert after[0, 0] >= 0
    assert after[-1, 1] <= 60 + 1e-9
    if length is not None:
        assert (after[:, 1] - after[:, 0]).sum() <= length + 1e-6


def test_ranges_and_shifts_are_read() -> None:
    assert parse_interval("1:20-1:27", 100) == (80, 87)
    assert parse_interval(" 80 - 87.5s ", 100) == (80, 87.5)
    assert parse_shift("12:-1.25") == (12, -1.25)
    for text in ("1:20", "87-80", "80-80", "x-87", "80-1:60", "99-101"):
        with pytest.raises(SettingError, match=r"^add: "):
            parse_interval(text, 100)
    for text in ("4", "4:0.5", "a:+1", "4:+", "-1:+1"):
        with pytest.raises(SettingError, match=r"^move: "):
            parse_shift(text)


def test_what_a_length_took_away_comes_back_with_another() -> None:
    shorter = edited(CHOSEN, Edits(length="6s"), SCENE)
    assert shorter.refused == ("no time left", "", "no time left", "no time left")
    longer = edited(shorter, Edits(length="21s"), SCENE)
    assert longer.shots.tolist() == [1, 2]
    dropped = edited(CHOSEN, Edits(drop=(1,)), SCENE)
    assert dropped.refused[0] == BY_HAND
    assert 0 not in edited(dropped, Edits(length="100%"), SCENE).shots


def test_a_range_may_end_where_the_video_is_shown_to_end() -> None:
    assert parse_interval("20-24", 23.99) == (20, 23.99)
    with pytest.raises(SettingError, match="too late"):
        parse_interval("20-24.2", 23.99)


PROPOSED = dataclasses.replace(SCENE, proposal=CHOSEN.pieces)


def again(first: Edits, second: Edits) -> list[list[float]]:
    return edited(edited(CHOSEN, first, PROPOSED), second, PROPOSED).pieces.tolist()


@pytest.mark.parametrize("shorter", ["11s", "9s", "6s", "4s"])
def test_a_longer_length_undoes_a_shorter_one(shorter: str) -> None:
    found = again(Edits(length=shorter), Edits(length="13s"))
    np.testing.assert_allclose(found, CHOSEN.pieces)


def test_shortened_pieces_get_their_time_back_before_others_come() -> None:
    # The first had 2 of its 4 seconds left; 1.5 s more are not enough for both.
    assert again(Edits(length="11s"), Edits(length="12.5s")) == [[2, 5.5], [12, 18], [30, 33]]
    assert again(Edits(length="11s"), Edits(length="16s")) == [
        *([2, 6], [12, 18], [30, 33]),
        [48.5, 51.5],
    ]


def test_what_a_person_made_is_not_made_longer() -> None:
    by_hand = Edits(drop=(2,), add=((14.0, 15.0),))
    assert again(by_hand, Edits(length="8s")) == [[2, 6], [14, 15], [30, 33]]
    moved = again(Edits(move={2: 1.0}, length="11s"), Edits(length="13s"))
    assert moved == [[2, 6], [13, 19], [30, 33]]
    taken_out = again(Edits(drop=(1,)), Edits(length="13s"))
    assert taken_out == [[12, 18], [30, 33], [48, 52]]
