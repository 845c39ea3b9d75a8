from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest

from pages import clip_summary, long_summary
from vidgist.render.outputs.clip import stretches
from vidgist.render.report.lengths import SHARES, pieces, selections
from vidgist.selection import best_samples, choose
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
    for selection in found:
        assert sum(e - s for s, e in selection.segments) <= selection.budget + 1e-6
        assert selection.budget == pytest.approx(selection.share * duration)
        if not selection.made and selection.budget >= lasting.min():
            value = sum(summary.shot_scores[list(selection.shots)])
            assert value == pytest.approx(
                best_value(summary.shot_scores, lasting, selection.budget)
            )
            solved += 1
    assert solved >= 7


def test_the_length_that_was_made_is_what_was_made(summary: Summary) -> None:
    (made,) = [s for s in selections(summary) if s.made]
    assert list(made.shots) == np.flatnonzero(summary.selected).tolist()
    assert np.array_equal(made.segments, summary.segments)
    assert made.budget == summary.budget


def test_a_length_on_the_ladder_is_not_offered_twice(summary: Summary) -> None:
    of_quarter = dataclasses.replace(summary, budget=0.25 * summary.timeline.duration)
    found = selections(of_quarter)
    assert len(found) == len(SHARES)
    assert [round(s.share, 9) for s in found] == list(SHARES)
    assert [s.share for s in found if s.made] == [0.25]


def test_where_no_shot_fits_the_best_is_cut_as_the_pipeline_cuts_it(summary: Summary) -> None:
    found = selections(summary)[0]
    assert found.share == 0.05
    budget = 0.05 * summary.timeline.duration
    assert np.diff(summary.shot_seconds, axis=1).min() > budget
    (shot,) = found.shots
    assert shot == int(np.argmax(summary.shot_scores))
    # The same scores through the stage itself.
    shots, _, selected = choose(
        np.repeat(0.5, len(summary.features)),
        summary.features.picks,
        summary.shots,
        summary.timeline,
        budget=budget,
    )
    assert shots.seconds is not None
    assert np.diff(shots.seconds[selected]).item() == pytest.approx(budget)
    ((start, end),) = found.segments
    assert end - start == pytest.approx(budget)
    assert summary.shot_seconds[shot, 0] <= start < end <= summary.shot_seconds[shot, 1]
    key = summary.times[summary.keyframes[shot]]
    assert start <= key <= end


def test_other_lengths_do_not_see_the_cut_that_was_made(summary: Summary) -> None:
    """A summary whose best shot was cut offers at other lengths what each would have chosen."""
    scores = Scores(
        criteria=summary.scores.criteria,
        importance=np.random.default_rng(5).uniform(0.1, 1.0, len(summary.features)),
    )
    duration = summary.timeline.duration

    def made(share: float) -> Summary:
        shots, values, selected = choose(
            scores.importance,
            summary.features.picks,
            summary.shots,
            summary.timeline,
            budget=share * duration,
        )
        return dataclasses.replace(
            summary,
            scores=scores,
            shots=shots,
            shot_scores=values,
            selected=selected,
            keyframes=best_samples(scores.importance, summary.features.picks, shots),
            budget=share * duration,
            uncut=None if shots is summary.shots else summary.shots,
        )

    cut = made(0.07)
    assert len(cut.shots) > len(summary.shots)
    assert summary.uncut is None
    assert pieces(summary) is None
    first, stop = pieces(cut) or (0, 0)
    assert stop - first == len(cut.shots) - len(summary.shots) + 1
    assert [cut.shot_seconds[first, 0], cut.shot_seconds[stop - 1, 1]] in (
        summary.shot_seconds.tolist()
    )
    assert cut.selected[first:stop].any()
    cuts = 0
    for found in selections(cut):
        alone = made(found.share)
        assert found.cut == (alone.uncut is not None)
        cuts += found.cut
        assert len(found.shots) == len(found.segments)
        for shot, (start, end) in zip(found.shots, found.segments, strict=True):
            low, high = cut.shot_seconds[shot]
            assert low <= start < end <= high
        joined = np.array(stretches(np.array(found.segments)))
        assert joined == pytest.approx(np.array(stretches(alone.segments)))
    assert cuts == 2  # at 5% and at 7%


def test_whole_numbers_where_the_settings_want_them(tmp_path: Path) -> None:
    values = np.array([0.0004, 0.0003, 0.0004, 0.5, 0.0001, 0.0004, 0.0003, 0.0002])
    plain = clip_summary(tmp_path, shot_scores=values)
    whole = dataclasses.replace(plain, settings={**plain.settings, "integer_values": True})
    assert len(selections(plain)[-1].shots) > 1
    assert selections(whole)[-1].shots == (3,)  # the others are worth 0 when truncated


def test_thousands_of_shots_are_solved() -> None:
    found = selections(long_summary(7200, shots=2000))
    assert len(found) == len(SHARES) + 1
    sizes = [len(s.shots) for s in found]
    assert sizes[-1] > sizes[0] > 1
