from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest

from pages import clip_summary, long_summary
from summaries import with_pieces
from vidgist.render.report.lengths import SHARES, selections
from vidgist.selection import RULES, Footage, Rule, Selection, choose
from vidgist.summary import Summary
from vidgist.types import Scores


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return clip_summary(tmp_path_factory.mktemp("clip"))


def best_value(values: np.ndarray, lasting: np.ndarray, budget: float) -> float:
    """Try all sets of shots."""
    return max(
        (
            sum(values[list(chosen)])
            for n in range(len(values) + 1)
            for chosen in itertools.combinations(range(len(values)), n)
            if sum(lasting[list(chosen)]) <= budget + 1e-9
        ),
        default=0.0,
    )


def test_each_length_has_the_best_shots_that_fit(summary: Summary) -> None:
    lasting = np.diff(summary.shot_seconds, axis=1)[:, 0]
    duration = summary.timeline.duration
    found = selections(summary)
    assert [s.budget for s in found] == sorted(s.budget for s in found)
    assert {round(s.share, 9) for s in found if not s.made} == set(SHARES)
    solved = 0
    for one in found:
        assert np.diff(one.selection.pieces, axis=1).sum() <= one.budget + 1e-6
        assert one.budget == pytest.approx(one.share * duration)
        if not one.made and one.budget >= lasting.min():
            assert np.array_equal(one.selection.pieces, summary.shot_seconds[one.selection.shots])
            value = one.selection.scores.sum()
            assert value == pytest.approx(summary.shot_scores[one.selection.shots].sum())
            assert value == pytest.approx(best_value(summary.shot_scores, lasting, one.budget))
            solved += 1
    assert solved >= 7


def test_the_length_that_was_made_is_what_was_made(summary: Summary) -> None:
    (made,) = [s for s in selections(summary) if s.made]
    assert made.selection is summary.selection
    assert made.budget == summary.budget
    several = with_pieces(summary, [(0.2, 0.4), (0.6, 1.0), (1.2, 1.6)])
    (made,) = [s for s in selections(several) if s.made]
    assert made.selection is several.selection


def test_a_length_on_the_ladder_is_not_offered_twice(summary: Summary) -> None:
    of_quarter = dataclasses.replace(summary, budget=0.25 * summary.timeline.duration)
    found = selections(of_quarter)
    assert len(found) == len(SHARES)
    assert [round(s.share, 9) for s in found] == list(SHARES)
    assert [s.share for s in found if s.made] == [0.25]


def test_where_no_shot_fits_a_piece_of_the_best_is_shown(summary: Summary) -> None:
    found = selections(summary)[0]
    assert found.share == 0.05
    budget = 0.05 * summary.timeline.duration
    assert np.diff(summary.shot_seconds, axis=1).min() > budget
    (shot,) = found.selection.shots
    assert shot == int(np.argmax(summary.shot_scores))
    ((start, end),) = found.selection.pieces
    assert end - start == pytest.approx(budget)
    assert summary.shot_seconds[shot, 0] <= start < end <= summary.shot_seconds[shot, 1]
    key = summary.times[summary.shot_samples[shot]]
    assert start <= key <= end


def same(a: Selection, b: Selection) -> None:
    """Check that two selections are equal in all fields."""
    for name, value in vars(a).items():
        np.testing.assert_array_equal(value, getattr(b, name), err_msg=name)


def test_other_lengths_are_what_each_would_have_chosen(summary: Summary) -> None:
    scores = Scores(
        criteria=summary.scores.criteria,
        importance=np.random.default_rng(5).uniform(0.1, 1.0, len(summary.features)),
    )
    duration = summary.timeline.duration

    def made(share: float) -> Summary:
        whole = dataclasses.replace(summary, scores=scores, budget=share * duration)
        selection = choose(whole.footage(whole.budget), select="knapsack")
        return dataclasses.replace(whole, selection=selection)

    short = made(0.07)  # shows a piece of a shot
    (shot,) = short.selection.shots
    assert np.diff(short.pieces) < np.diff(short.shot_seconds[shot])
    parts = 0
    for found in selections(short):
        same(found.selection, made(found.share).selection)
        inside = short.shot_seconds[found.selection.shots]
        parts += not np.array_equal(found.selection.pieces, inside)
        assert (inside[:, 0] <= found.selection.pieces[:, 0]).all()
        assert (found.selection.pieces[:, 1] <= inside[:, 1]).all()
    assert parts == 2  # at 5% and at 7%


def test_the_rule_of_the_summary_is_asked(
    summary: Summary, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def beginning(footage: Footage) -> Selection:
        """Show two pieces of the first shot."""
        asked.append(footage.budget)
        return with_pieces(summary, [(0.0, 0.1), (0.2, 0.3)]).selection

    rule = Rule(name="beginning", summary="the beginning", choose=beginning)
    monkeypatch.setattr(RULES, "_records", {**RULES, "beginning": rule})
    found = selections(dataclasses.replace(summary, settings={"select": "beginning"}))
    assert asked == pytest.approx([share * summary.timeline.duration for share in SHARES])
    for one in found:
        assert one.made or one.selection.shots.tolist() == [0, 0]


def test_junk_is_refused_at_all_lengths(summary: Summary) -> None:
    shot = np.searchsorted(summary.shots.frames[:, 0], summary.features.picks, side="right") - 1
    black = dataclasses.replace(summary, junk=np.where(shot == 2, "black", ""))
    for found in selections(black):
        if not found.made:
            assert found.selection.refused[2] == "black"
            assert 2 not in found.selection.shots


def test_whole_numbers_where_the_settings_want_them(tmp_path: Path) -> None:
    values = np.array([0.0004, 0.0003, 0.0004, 0.002, 0.0001, 0.0004, 0.0003, 0.0002])
    plain = clip_summary(tmp_path)
    shot = np.searchsorted(plain.shots.frames[:, 0], plain.features.picks, side="right") - 1
    scores = Scores(criteria={}, importance=values[shot])
    plain = clip_summary(tmp_path, scores=scores)
    np.testing.assert_array_less(plain.shot_scores[[0, 1, 2, 4, 5, 6, 7]] * 1000, 1)
    whole = dataclasses.replace(plain, settings={**plain.settings, "integer_values": True})
    assert len(selections(plain)[-1].selection) > 1
    assert selections(whole)[-1].selection.shots.tolist() == [3]  # others are 0 when truncated


def test_thousands_of_shots_are_solved() -> None:
    found = selections(long_summary(7200, shots=2000))
    assert len(found) == len(SHARES) + 1
    sizes = [len(s.selection) for s in found]
    assert sizes[-1] > sizes[0] > 1
