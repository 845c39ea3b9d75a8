"""Keyframes by weighted facility location."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgist.criteria.gram import unit_rows
from vidgist.selection.keyframes import cover_keyframes
from vidgist.selection.looks import mean_distance


def scenes(*counts, noise=0.0):
    looks = np.repeat(np.eye(len(counts), len(counts) + 4), counts, axis=0)
    return looks + noise * np.random.default_rng(0).random(looks.shape)


def coverage(features, weights, samples, distance):
    """F of the module's formula, written out."""
    rows = unit_rows(features)
    similarity = np.maximum(0, 1 - (1 - rows @ rows[list(samples)].T) / distance)
    return float((weights / weights.sum()) @ similarity.max(axis=1))


def test_each_scene_has_one_and_the_longest_is_the_first():
    looks = scenes(4, 12, 6)
    found = cover_keyframes(np.ones(22), np.arange(22.0), looks)
    assert found.why == "alike"
    assert [int(np.argmax(looks[i])) for i in found.samples] == [1, 2, 0]
    assert found.gains.sum() == pytest.approx(1)


def test_importance_decides_between_scenes_of_equal_length():
    importance = np.repeat([1.0, 3.0, 2.0], 5)
    found = cover_keyframes(importance, np.arange(15.0), scenes(5, 5, 5), 2)
    assert sorted(found.samples // 5) == [1, 2]


@pytest.mark.parametrize("seed", range(6))
def test_greedy_reaches_its_bound(seed):
    rng = np.random.default_rng(seed)
    features, importance = rng.standard_normal((12, 4)), rng.random(12)
    times = np.arange(12.0)
    found = cover_keyframes(importance, times, features, 3, look_alike=0.0)
    weights = (importance - 0.9 * importance.min()) * np.r_[0.5, np.ones(10), 0.5]
    distance = mean_distance(features, np.r_[0.5, np.ones(10), 0.5], np.ones(12, bool))
    best = max(
        coverage(features, weights, s, distance) for s in itertools.combinations(range(12), 3)
    )
    reached = coverage(features, weights, found.samples, distance)
    assert reached == pytest.approx(found.gains.sum(), abs=1e-6)
    assert reached >= (1 - 1 / np.e) * best
    assert list(found.gains) == sorted(found.gains, reverse=True)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 40), st.booleans())
def test_exactly_n_where_as_many_differ(seed, n, n_samples, sharp):
    rng = np.random.default_rng(seed)
    features = np.eye(5, 8)[rng.integers(0, 5, n_samples)] + 0.01 * rng.random((n_samples, 8))
    junk = rng.random(n_samples) < 0.3
    found = cover_keyframes(
        rng.random(n_samples),
        np.arange(n_samples) * 0.5,
        features,
        n,
        sharpness=rng.random(n_samples) if sharp else None,
        junk=junk,
    )
    usable = n_samples if junk.all() else int((~junk).sum())
    assert len(found) == min(n, usable)
    assert len(set(found.samples.tolist())) == len(found)
    assert junk.all() or not junk[found.samples].any()
    assert found.why == ("asked for" if n <= usable else "all")


def test_one_picture_is_one_keyframe():
    found = cover_keyframes(np.ones(9), np.arange(9.0), np.ones((9, 3)), 4)
    assert len(found) == 1
    assert found.why == "all"


def test_each_moves_to_the_sharpest_look_alike_nearby():
    sharpness = np.zeros(20)
    sharpness[[3, 6, 9, 15]] = [1, 9, 5, 7]
    looks, times = scenes(10, 10), np.arange(20) * 0.5
    plain = cover_keyframes(np.ones(20), times, looks, 2)
    found = cover_keyframes(np.ones(20), times, looks, 2, sharpness=sharpness)
    for before, after in zip(plain.samples, found.samples, strict=True):
        near = np.flatnonzero(
            (np.abs(times - times[before]) <= 1) & (looks.argmax(1) == looks[before].argmax())
        )
        assert after in near
        assert sharpness[after] == sharpness[near].max()


def test_no_two_are_alike_where_the_video_has_enough():
    rng = np.random.default_rng(0)
    features = np.repeat(rng.standard_normal((12, 32)), 10, axis=0)
    features += 0.1 * rng.standard_normal(features.shape)
    found = cover_keyframes(
        rng.random(120), np.arange(120) * 0.5, features, 10, sharpness=rng.random(120)
    )
    cosines = unit_rows(features[found.samples]) @ unit_rows(features[found.samples]).T
    np.fill_diagonal(cosines, -1)
    assert cosines.max() < 0.66


def test_ten_hours():
    rng = np.random.default_rng(0)
    features = np.repeat(rng.standard_normal((3000, 64), dtype=np.float32), 24, axis=0)
    began = time.process_time()
    found = cover_keyframes(rng.random(72_000), np.arange(72_000) * 0.5, features, 30)
    assert time.process_time() - began < 5
    assert len(found) == 30


def test_wrong_arguments():
    with pytest.raises(ValueError, match="at least 1"):
        cover_keyframes([1.0], [0.0], np.ones((1, 2)), 0)
    with pytest.raises(ValueError, match="sharpness"):
        cover_keyframes([1.0], [0.0], np.ones((1, 2)), 1, sharpness=[1, 2])
    assert len(cover_keyframes([1.0], [0.0], np.ones((1, 2)))) == 1


def test_what_is_unfit_to_show_needs_no_keyframe():
    # A long stretch of junk, then one odd sample: it stands for itself alone.
    looks = np.eye(4)[[0] * 8 + [1] * 8 + [2] * 20 + [3]]
    junk = np.array([""] * 16 + ["card"] * 20 + [""])
    found = cover_keyframes(np.ones(37), np.arange(37.0), looks, 2, junk=junk)
    assert sorted(found.samples // 8) == [0, 1]
