"""The knapsack against exhaustive search and summaries that others published."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgist.selection import knapsack, shot_values, spread


def best_value(values, weights, capacity):
    sets = (np.arange(2 ** len(values))[:, None] >> np.arange(len(values))) & 1
    return float((sets @ values)[sets @ weights <= capacity].max())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_equals_exhaustive_search(data):
    n = data.draw(st.integers(0, 10))
    value = data.draw(st.sampled_from([st.integers(0, 4), st.just(1), st.floats(0, 1, width=32)]))
    weight = data.draw(st.sampled_from([st.integers(0, 3), st.integers(1, 10**6)]))
    values = np.array([data.draw(value) for _ in range(n)], dtype=float)
    weights = np.array([data.draw(weight) for _ in range(n)], dtype=np.int64)
    capacity = data.draw(st.integers(0, max(1, int(weights.sum()))))
    chosen = knapsack(values, weights, capacity)
    assert weights[chosen].sum() <= capacity
    assert values[chosen].sum() == pytest.approx(best_value(values, weights, capacity), abs=1e-9)


def test_by_hand():
    # The densest (0) alone is worth 6; 1 and 2 together fill the room and are worth 7.
    values, weights = np.array([6.0, 4, 3]), np.array([5, 4, 4])
    assert knapsack(values, weights, 8).tolist() == [False, True, True]
    assert knapsack(values, weights, 13).all()
    assert not knapsack(values, weights, 3).any()
    assert not knapsack(np.zeros(2), np.array([1, 1]), 2).any()


def test_many_shots_weighed_in_microseconds():
    rng = np.random.default_rng(0)
    weights = rng.integers(500_000, 20_000_000, 700)
    for values in (0.5 + 0.1 * rng.random(700), np.ones(700), rng.random(700)):
        capacity = int(0.15 * weights.sum())
        chosen = knapsack(values, weights, capacity)
        assert weights[chosen].sum() <= capacity
        # No better than the rest filled by density with a fraction of one shot, and near it.
        order = np.argsort(-values / weights)
        load = np.cumsum(weights[order])
        whole = int(np.searchsorted(load, capacity, side="right"))
        greedy = values[order][:whole].sum()
        assert greedy <= values[chosen].sum() + 1e-9 <= greedy + values[order][whole] + 1e-8


@pytest.mark.parametrize(
    ("values", "weights", "capacity"),
    [
        ([1.0], [1, 2], 3),
        ([np.nan], [1], 3),
        ([1.0], [-1], 3),
        ([1.0], [1], -1),
        ([1.0], [1.5], 3),
    ],
)
def test_bad_input_is_refused(values, weights, capacity):
    with pytest.raises(ValueError, match="expected"):
        knapsack(np.array(values), np.array(weights), capacity)


def test_chooses_what_a_published_system_chose(shared):
    published = json.loads((shared / "data" / "published_summaries.json").read_text())
    assert len(published) == 75
    files = {
        "tvsum": shared / "data" / "tvsum" / "eccv16_dataset_tvsum_efficientnet_lite0.h5",
        "summe": shared / "data" / "summe" / "eccv16_dataset_summe.h5",
    }
    data = {name: h5py.File(path) for name, path in files.items()}
    for summary in published:
        video = data[summary["dataset"]][summary["video"]]
        frames = video["change_points"][()].astype(int) + np.array([0, 1])
        n_frames = int(video["n_frames"][()])
        scores = spread(np.array(summary["score"]), video["picks"][()], n_frames)
        chosen = knapsack(
            shot_values(scores, frames), frames[:, 1] - frames[:, 0], int(0.15 * n_frames)
        )
        assert np.flatnonzero(chosen).tolist() == summary["selected_shots"], summary["video"]
