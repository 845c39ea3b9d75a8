from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgist.datasets import open_dataset
from vidgist.evaluation import keyshots
from vidgist.evaluation.f1 import f1_scores
from vidgist.evaluation.keyshots import (
    budget_frames,
    choose_shots,
    keyshot_summaries,
    shots_to_frames,
)
from vidgist.selection import knapsack


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6)), min_size=1, max_size=7),
    st.integers(0, 15),
)
def test_best_of_all_subsets(items, capacity):
    values, lengths = (np.array(column) for column in zip(*items, strict=True))
    subsets = [np.array(s, bool) for s in itertools.product([0, 1], repeat=len(values))]
    best = max(values[s].sum() for s in subsets if lengths[s].sum() <= capacity)
    chosen = choose_shots(values[None].astype(float), lengths, capacity)[0]
    assert lengths[chosen].sum() <= capacity
    assert values[chosen].sum() == best
    assert best == values[knapsack(values.astype(float), lengths, capacity)].sum()


def test_of_equal_choices_the_one_without_the_later_shots():
    values, lengths = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 1.0]]), np.array([4, 4, 4])
    np.testing.assert_array_equal(
        choose_shots(values, lengths, 8), [[True, True, False], [True, True, False]]
    )


def test_rows_in_turns_are_the_same_as_at_once(monkeypatch):
    rng = np.random.default_rng(0)
    values, lengths = rng.random((7, 9)), rng.integers(1, 20, 9)
    at_once = choose_shots(values, lengths, 60)
    monkeypatch.setattr(keyshots, "_MAX_CELLS", 1)
    np.testing.assert_array_equal(choose_shots(values, lengths, 60), at_once)


def test_nothing_fits_and_nothing_is_worth_anything():
    lengths = np.array([10, 12])
    assert not choose_shots(np.ones((1, 2)), lengths, 9).any()
    assert not choose_shots(np.zeros((1, 2)), lengths, 30).any()
    assert choose_shots(np.ones((0, 2)), lengths, 9).shape == (0, 2)
    with pytest.raises(ValueError, match="expected"):
        choose_shots(np.ones((1, 3)), lengths, 9)


def test_summaries_by_hand():
    frames = np.array([[0, 3], [3, 5], [5, 20]])
    # Samples of five frames: the second shot has four of the first sample's score and none else.
    summary = keyshot_summaries(
        np.array([[1.0, 0.5, 0.2, 0.1]]), picks=np.arange(0, 20, 5), n_frames=20, frames=frames
    )
    assert budget_frames(20) == 3
    np.testing.assert_array_equal(np.flatnonzero(summary[0]), [0, 1, 2])


def test_whole_thousandths_forget_small_differences():
    frames = np.array([[0, 2], [2, 4], [4, 20]])
    scores = np.array([[0.5001] * 2 + [0.5008] * 2 + [0.0] * 16])
    picks = np.arange(20)
    exact = keyshot_summaries(scores, picks=picks, n_frames=20, frames=frames)
    whole = keyshot_summaries(scores, picks=picks, n_frames=20, frames=frames, integer_values=True)
    np.testing.assert_array_equal(np.flatnonzero(exact[0]), [2, 3])
    np.testing.assert_array_equal(np.flatnonzero(whole[0]), [0, 1])


def test_gaps_between_shots_belong_to_no_summary():
    frames = np.array([[0, 4], [6, 10]])
    np.testing.assert_array_equal(
        shots_to_frames(np.ones((1, 2), bool), frames, 12)[0],
        [True] * 4 + [False] * 2 + [True] * 4 + [False] * 2,
    )
    scores = np.array([[0.0] * 4 + [9.0] * 2 + [1.0] * 4 + [0.0] * 17])
    summary = keyshot_summaries(scores, picks=np.arange(27), n_frames=27, frames=frames)
    np.testing.assert_array_equal(np.flatnonzero(summary[0]), [6, 7, 8, 9])


def test_published_summaries_are_chosen_and_scored_as_published(shared):
    folder = shared / "data"
    files = {
        "tvsum": folder / "tvsum" / "eccv16_dataset_tvsum_efficientnet_lite0.h5",
        "summe": folder / "summe" / "eccv16_dataset_summe.h5",
    }
    fields = ("picks", "n_frames", "change_points", "user_summary")
    records = {
        (name, record.key): record
        for name, path in files.items()
        for record in open_dataset(path).records(fields=fields)
    }
    published = json.loads((folder / "published_summaries.json").read_text())
    assert len(published) == 75
    for entry in published:
        record = records[entry["dataset"], entry["video"]]
        frames = record.shots.frames
        summary = keyshot_summaries(
            np.array([entry["score"]]),
            picks=record.picks,
            n_frames=record.n_frames,
            frames=frames,
        )
        chosen = np.zeros((1, len(frames)), bool)
        chosen[0, entry["selected_shots"]] = True
        np.testing.assert_array_equal(summary, shots_to_frames(chosen, frames, record.n_frames))
        found = f1_scores(summary, record.user_summary)[0]
        mean_or_best = found.mean() if entry["dataset"] == "tvsum" else found.max()
        assert mean_or_best == pytest.approx(entry["f1"], abs=1e-6)
