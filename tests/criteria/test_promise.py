"""Promise: the direction in which scores rise in other videos, and what it does to a product."""

from __future__ import annotations

import numpy as np
import pytest

from vidgist.criteria import belonging, distinctiveness, minmax, projection, promise
from vidgist.criteria.promise import rise
from vidgist.scoring.bank import bank_of, video_statistics
from vidgist.scoring.presets import configure
from vidgist.scoring.scorer import finish, product_of, score_features


def videos(count=3):
    rng = np.random.default_rng(5)
    return [rng.uniform(0.1, 2.0, size=(length, 6)) for length in (31, 12, 50)[:count]]


def naive_rise(features):
    x = np.array([row / np.linalg.norm(row) for row in features])
    q = minmax(distinctiveness(features)) * minmax(belonging(features))
    total = np.zeros(x.shape[1])
    for row, value in zip(x, q, strict=True):
        total += (value - np.mean(q)) / np.std(q) * (row - x.mean(axis=0))
    return total / len(x)


def test_equals_the_formula_taken_literally():
    for video in videos():
        np.testing.assert_allclose(rise(video), naive_rise(video), atol=1e-12)
        assert np.linalg.norm(rise(video)) <= 1


def test_every_video_of_the_bank_weighs_the_same_and_itself_repeated_changes_nothing():
    parts = videos()
    expected = np.mean([naive_rise(video) for video in parts], axis=0)
    bank = bank_of(map(video_statistics, parts))
    np.testing.assert_allclose(bank.rise, expected, atol=1e-12)


def test_it_is_the_place_along_the_direction():
    features = np.array([[3.0, 0.0], [0.0, 4.0], [1.0, 1.0]])
    np.testing.assert_allclose(
        promise(features, direction=np.array([0.5, -0.25])), [0.5, -0.25, 0.25 / np.sqrt(2)]
    )


@pytest.mark.parametrize("count", [1, 2, 9])
def test_constant_videos_and_no_bank_prefer_nothing(count):
    still = np.tile([0.3, 1.7, 0.2], (count, 1))
    np.testing.assert_array_equal(rise(still), np.zeros(3))
    np.testing.assert_array_equal(promise(still), np.zeros(count))
    np.testing.assert_array_equal(minmax(promise(videos()[0])), np.ones(31))


def test_in_a_product_it_takes_no_more_than_half():
    scaled = {"belonging": np.array([0.0, 0.5, 1.0]), "promise": np.array([1.0, 0.0, 0.5])}
    np.testing.assert_allclose(product_of(scaled, scaled), [0, 0.25, 0.75])
    np.testing.assert_array_equal(product_of(scaled, ["promise"]), scaled["promise"])


def test_the_score_with_it_is_that_of_best_with_the_product_so_changed():
    *others, features = videos()
    bank = bank_of(map(video_statistics, others))
    names = ("distinctiveness", "belonging", "promise", "projection")
    found = score_features(features, configure("best", criteria=names), bank=bank)
    a = minmax(distinctiveness(features, mean=bank.mean, deviation=bank.deviation))
    c = minmax(belonging(features, common=bank.common))
    g = minmax(promise(features, direction=bank.rise))
    p = minmax(projection(features, a * c * (1 + g)))
    np.testing.assert_allclose(found.criteria["promise"], g)
    np.testing.assert_allclose(found.importance, finish(p, avoid_zeros="exp", smoothing=3.0))


def test_without_a_bank_it_changes_nothing_and_without_being_asked_it_is_not_there():
    features = videos()[0]
    names = ("distinctiveness", "belonging", "promise", "projection")
    without = score_features(features, configure("best"))
    asked = score_features(features, configure("best", criteria=names))
    np.testing.assert_allclose(asked.importance, without.importance, atol=1e-12)
    assert "promise" not in without.criteria


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: promise(f, direction=np.zeros(5)), r"direction: expected \(6,\), came \(5,\)"),
        (lambda f: promise(f[0]), r"expected \(T, D\)"),
        (lambda f: rise(f * np.nan), "finite"),
    ],
)
def test_wrong_input_says_what_was_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call(videos()[0])
