from __future__ import annotations

import numpy as np
import pytest

from vidgist.evaluation.bootstrap import paired_bootstrap


def test_interval_agrees_with_theory():
    rng = np.random.default_rng(0)
    differences = rng.normal(0.1, 1.0, 400)
    found = paired_bootstrap(differences, rng=rng)
    error = differences.std(ddof=1) / 20
    assert found.mean == pytest.approx(differences.mean())
    assert found.low == pytest.approx(found.mean - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(found.mean + 1.96 * error, abs=0.15 * error)


def test_a_sure_difference_and_an_unsure_one():
    rng = np.random.default_rng(0)
    assert paired_bootstrap(np.full(20, 0.5), rng=rng).established
    assert paired_bootstrap(-np.full(20, 0.5), rng=rng).established
    assert not paired_bootstrap(rng.normal(0, 1, 20), rng=rng).established


def test_weights_are_those_of_the_mean():
    rng = np.random.default_rng(0)
    found = paired_bootstrap(np.array([1.0, 0.0]), rng=rng, weights=np.array([3.0, 1.0]))
    assert found.mean == pytest.approx(0.75)
    assert (found.low, found.high) == (0.0, 1.0)


def test_unknown_and_unweighted_videos_are_left_out():
    rng = np.random.default_rng(0)
    values = np.array([1.0, np.nan, 5.0, 1.0])
    found = paired_bootstrap(values, rng=rng, weights=np.array([1, 1, 0, 1]))
    assert (found.mean, found.low, found.high) == (1.0, 1.0, 1.0)


def test_one_video_or_none_says_nothing_of_others():
    rng = np.random.default_rng(0)
    one = paired_bootstrap(np.array([0.3]), rng=rng)
    assert one.mean == 0.3
    assert np.isnan([one.low, one.high]).all()
    assert not one.established
    assert np.isnan(paired_bootstrap(np.array([np.nan]), rng=rng).mean)


def test_the_same_generator_gives_the_same_interval():
    values = np.random.default_rng(1).normal(size=30)
    one, other = (paired_bootstrap(values, rng=np.random.default_rng(7)) for _ in range(2))
    assert one == other
