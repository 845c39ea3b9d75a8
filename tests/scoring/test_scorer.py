"""From criteria to one score: scaling, product, zeros, threshold, smoothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from vidgist.criteria import minmax
from vidgist.errors import SettingError
from vidgist.scoring.presets import PAPER, REFERENCE, preset
from vidgist.scoring.scorer import Scorer, importance, scale
from vidgist.types import Features

SCALED = {
    "alignment": np.array([0.0, 0.5, 1.0, 0.25]),
    "uniformity": np.array([1.0, 1.0, 0.5, 0.0]),
    "uniqueness": np.array([0.5, 0.5, 1.0, 1.0]),
}


def test_scaling():
    np.testing.assert_allclose(minmax([2.0, 4.0, 3.0]), [0, 1, 0.5])
    np.testing.assert_allclose(minmax([-8.0, 0.0]), [0, 1])


def test_a_constant_criterion_leaves_the_choice_to_the_others():
    np.testing.assert_array_equal(minmax([3.0, 3.0]), [1, 1])
    np.testing.assert_array_equal(minmax([3.0]), [1])
    # What differs by rounding alone is constant too.
    np.testing.assert_array_equal(minmax(1 + np.array([0.0, 1e-7, 2e-7])), [1, 1, 1])
    np.testing.assert_allclose(minmax([0.0, 1e-4]), [0, 1])


@pytest.mark.parametrize("bad", [[], [[1.0]], [np.nan, 1], [np.inf, 1]])
def test_scaling_checks_its_input(bad):
    with pytest.raises(ValueError, match="values: expected"):
        minmax(bad)


@pytest.mark.parametrize(
    ("criteria", "product"),
    [
        (["alignment"], [0, 0.5, 1, 0.25]),
        (["uniqueness"], [0.5, 0.5, 1, 1]),
        (["uniformity", "alignment"], [0, 0.5, 0.5, 0]),
        (["alignment", "uniformity", "uniqueness"], [0, 0.25, 0.5, 0]),
    ],
)
def test_product_and_zeros(criteria, product):
    product = np.array(product)
    score = importance(SCALED, criteria=criteria, avoid_zeros="eps", smoothing=0)
    np.testing.assert_allclose(score, product + 0.05)
    score = importance(SCALED, criteria=criteria, avoid_zeros="exp", smoothing=0)
    np.testing.assert_allclose(score, np.exp(product - 1))


def test_smoothing_comes_last_and_is_a_gaussian():
    impulse = {"alignment": np.eye(1, 41, 20)[0]}
    score = importance(impulse, criteria=["alignment"], avoid_zeros="eps", smoothing=0.5)
    away = np.arange(41) - 20
    gaussian = np.where(abs(away) <= 4, np.exp(-(away**2) / 2), 0)
    np.testing.assert_allclose(score, gaussian / gaussian.sum() + 0.05, atol=1e-12)


def test_threshold_applies_to_scaled_alignment():
    raw = {"alignment": np.array([2.0, 4.0, 6.0]), "uniformity": np.array([-3.0, -2.0, -1.0])}
    scaled = scale(raw, threshold=1.1)
    # Scaled 0, 0.5, 1 with mean 0.5: under 0.55 is nothing.
    np.testing.assert_allclose(scaled["alignment"], [0, 0, 1])
    np.testing.assert_allclose(scaled["uniformity"], [0, 0.5, 1])
    with pytest.raises(SettingError, match="threshold"):
        scale(raw, threshold=-1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"criteria": ["alignmnt"]}, "did you mean 'alignment'"),
        ({"criteria": []}, "at least one"),
        ({"criteria": ["uniformity", "uniqueness"]}, "need alignment"),
        ({"avoid_zeros": "log"}, "known: eps, exp"),
        ({"smoothing": -1.0}, "smoothing"),
        ({"smoothing": float("nan")}, "smoothing"),
    ],
)
def test_wrong_options_are_told(options, message):
    with pytest.raises(SettingError, match=message):
        importance(SCALED, **options)


def test_a_missing_criterion_is_told():
    with pytest.raises(ValueError, match="got no uniqueness"):
        importance({"alignment": np.ones(2)}, criteria=["alignment", "uniqueness"])


@pytest.mark.parametrize("features", [np.ones((1, 4)), np.ones((30, 4)), np.zeros((3, 2))])
@pytest.mark.parametrize("settings", [PAPER, REFERENCE])
def test_one_sample_and_constant_videos_have_finite_equal_scores(features, settings):
    scores = Scorer(settings).score(features)
    assert np.isfinite(scores.importance).all()
    assert np.ptp(scores.importance) < 1e-12
    assert (scores.importance > 0).all()


def test_smoothing_is_in_seconds_whatever_the_samples():
    values = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)

    def scores(seconds, smoothing):
        features = Features(
            values=values, picks=np.arange(40), n_frames=40, times=seconds * np.arange(40)
        )
        return Scorer(preset("best", smoothing=smoothing), bank="none").score(features).importance

    np.testing.assert_allclose(scores(2.0, 6.0), scores(0.5, 1.5), atol=1e-2)
    assert np.abs(np.diff(scores(2.0, 1.5))).mean() > 2 * np.abs(np.diff(scores(0.5, 1.5))).mean()


def test_presets_and_overrides():
    assert preset("paper") == PAPER
    changed = preset("reference", neighbors=0.2, criteria=["uniformity"], avoid_zeros="eps")
    assert (changed.neighbors, changed.criteria) == (0.2, ("uniformity",))
    assert changed.count_self
    assert changed.avoid_zeros == "eps"
    with pytest.raises(SettingError, match="did you mean 'paper'"):
        preset("papr")
    with pytest.raises(SettingError, match="neighbors"):
        preset("paper", neighbors=0)
    with pytest.raises(SettingError, match="uniqueness needs a model"):
        Scorer(preset("paper", criteria=["uniqueness"]))


def test_reference_gives_the_published_correlations(shared):
    import h5py

    path = shared / "data" / "tvsum" / "eccv16_dataset_tvsum_efficientnet_lite0.h5"
    rho: dict[str, list[float]] = {"alignment": [], "alignment,uniformity": []}
    with h5py.File(path) as data:
        for video in data.values():
            features, users = video["features"][()], video["user_scores"][()]
            for criteria, values in rho.items():
                scores = Scorer(preset("reference", criteria=criteria)).score(features)
                values.append(np.mean([spearmanr(scores.importance, u)[0] for u in users]))
    assert np.mean(rho["alignment"]) == pytest.approx(0.12901, abs=1e-4)
    assert np.mean(rho["alignment,uniformity"]) == pytest.approx(0.16502, abs=1e-4)
