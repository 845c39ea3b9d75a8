"""Priors of time: closed forms, and what they must leave alone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from vidgist.errors import SettingError
from vidgist.priors import PRIORS, with_prior
from vidgist.scoring.presets import PRESETS, configure
from vidgist.scoring.scorer import check_model, score_features

SCORE = np.random.default_rng(3).uniform(size=40)


def test_no_preset_believes_anything_of_time():
    assert {preset.prior for preset in PRESETS.values()} == {"none"}
    np.testing.assert_array_equal(with_prior(SCORE, "none"), SCORE)


def test_the_middle_is_a_triangle_and_the_ends_a_tenth():
    places = np.array([0.0, 0.05, 0.1, 0.25, 0.5, 0.9, 0.95, 1.0])
    np.testing.assert_allclose(PRIORS["middle"](places), [0, 0.1, 0.2, 0.5, 1, 0.2, 0.1, 0])
    np.testing.assert_allclose(PRIORS["ends"](places), [0, 0.5, 1, 1, 1, 1, 0.5, 0], atol=1e-12)


@pytest.mark.parametrize("name", PRIORS)
def test_it_adds_fifteen_hundredths_of_the_scores_own_spread(name):
    added = PRIORS[name]((np.arange(40) + 0.5) / 40)
    added = (added - np.mean(added)) / np.std(added)
    expected = SCORE + 0.15 * np.std(SCORE) * added
    expected = (expected - min(expected)) / (max(expected) - min(expected))
    np.testing.assert_allclose(with_prior(SCORE, name), expected, atol=1e-12)
    # So neither where the score starts nor how far it reaches matters.
    np.testing.assert_allclose(with_prior(0.2 + SCORE / 2, name), expected, atol=1e-12)


@pytest.mark.parametrize("name", PRIORS)
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_mirrored_videos_and_short_ones(name, count):
    score = np.linspace(0, 1, count)
    np.testing.assert_allclose(with_prior(score[::-1], name), with_prior(score, name)[::-1])
    assert np.isfinite(with_prior(score, name)).all()


@pytest.mark.parametrize("name", PRIORS)
def test_where_no_sample_is_preferred_time_does_not_decide(name):
    np.testing.assert_array_equal(with_prior(np.ones(9), name), np.ones(9))


def test_it_changes_the_score_and_no_criterion():
    features = np.random.default_rng(0).uniform(size=(30, 6)).astype(np.float32)
    plain = score_features(features, configure("best"))
    moved = score_features(features, configure("best", prior="middle"))
    for name, values in plain.criteria.items():
        np.testing.assert_array_equal(values, moved.criteria[name])
    place = 1 - np.abs(2 * (np.arange(30) + 0.5) / 30 - 1)
    gain = moved.importance - plain.importance
    assert np.corrcoef(gain, place)[0, 1] > 0.5
    assert moved.importance.min() >= np.exp(-1)
    assert moved.importance.max() <= 1


def test_an_unknown_prior_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match=r"--prior.*'midle'.*none, middle, ends"):
        configure("best", prior="midle")


def test_a_model_that_gives_the_score_leaves_no_room_for_one():
    rival = SimpleNamespace(gives_criteria=False)
    check_model(configure("paper"), rival)
    with pytest.raises(SettingError, match=r"--prior: this model gives the score itself"):
        check_model(configure("paper", prior="ends"), rival)
