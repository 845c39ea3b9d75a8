"""Samples that stand for different times count as often: repetition is the oracle."""

from __future__ import annotations

import numpy as np
import pytest

from vidgist.criteria.alignment import alignment
from vidgist.criteria.alignment_uniformity import alignment_and_uniformity
from vidgist.criteria.belonging import belonging
from vidgist.criteria.distinctiveness import distinctiveness
from vidgist.criteria.projection import projection
from vidgist.criteria.smoothing import smooth
from vidgist.criteria.uniformity import uniformity
from vidgist.criteria.weighting import check_weights, nearest_weighted
from vidgist.datasets import open_dataset
from vidgist.sampling import sample_weights
from vidgist.scoring.bank import video_statistics
from vidgist.scoring.scorer import Scorer
from vidgist.types import Features

TIMES_EACH = np.array([1, 4, 2, 2, 6, 1, 3, 1, 5, 5, 4, 6])  # 40 in all
FEATURES = np.random.default_rng(3).normal(size=(12, 6)) + 1
OWNER = np.repeat(np.arange(12), TIMES_EACH)
REPEATED = FEATURES[OWNER]


def assert_repeated(values, repeated):
    np.testing.assert_allclose(values[OWNER], repeated, rtol=1e-5, atol=1e-6)


def test_criteria_count_a_sample_as_often_as_it_stands_for():
    w = TIMES_EACH.astype(float)
    assert_repeated(
        alignment(FEATURES, neighbors=0.25, count_self=True, weights=w),
        alignment(REPEATED, neighbors=0.25, count_self=True),
    )
    assert_repeated(
        uniformity(FEATURES, count_self=True, weights=w), uniformity(REPEATED, count_self=True)
    )
    assert_repeated(
        distinctiveness(FEATURES, shares=(0.1, 0.4), weights=w),
        distinctiveness(REPEATED, shares=(0.1, 0.4)),
    )
    assert_repeated(belonging(FEATURES, weights=w), belonging(REPEATED))
    score = np.arange(12.0)
    one, other = projection(FEATURES, score, weights=w), projection(REPEATED, score[OWNER])
    assert_repeated(one - one[0], other - other[0])  # the mean of each is 0


def test_a_sample_is_not_its_own_neighbor_however_long():
    w = TIMES_EACH.astype(float)
    aligned, uniform = alignment_and_uniformity(FEATURES, neighbors=0.25, weights=w)
    unit = FEATURES / np.linalg.norm(FEATURES, axis=1, keepdims=True)
    for t in range(12):
        others = np.flatnonzero(np.arange(12) != t)
        far = ((unit[t] - unit[others]) ** 2).sum(axis=1)
        every = np.sort(np.repeat(far, TIMES_EACH[others]))
        assert aligned[t] == pytest.approx(every[:10].mean(), rel=1e-5)
        assert uniform[t] == pytest.approx(np.log(np.exp(-2 * every).mean()), rel=1e-5)
    refined = FEATURES[:, ::-1] ** 2
    same = alignment(FEATURES, neighbors=0.25, weights=w, refined=FEATURES)
    np.testing.assert_allclose(same, aligned, rtol=1e-5)
    other = alignment(FEATURES, neighbors=0.25, weights=w, refined=refined)
    assert np.abs(other - aligned).max() > 0.01


def test_a_part_of_the_last_neighbor_counts():
    distances = np.array([[3.0, 1.0, 2.0]])
    weights = np.array([2.0, 1.0, 4.0])
    # 1 x 1, 2 x 1.5, of 2.5.
    assert nearest_weighted(distances, weights, [2.5])[0] == pytest.approx(4 / 2.5)
    # More than there is: all of it.
    assert nearest_weighted(distances, weights, [99.0])[0] == pytest.approx((6 + 1 + 8) / 7)


def test_equal_weights_are_none():
    assert check_weights(np.full(4, 3.0), 4) is None
    for wrong in ([1.0, 2.0], [1.0, 0.0, 2.0], [1.0, np.nan, 2.0]):
        with pytest.raises(ValueError, match="weights"):
            check_weights(np.array(wrong), 3)


def test_smoothing_is_meant_in_time():
    values = np.random.default_rng(1).random(200)
    ones = smooth(values, sigma=3.0, weights=np.ones(200))
    np.testing.assert_allclose(ones, smooth(values, sigma=3.0), atol=1e-4)
    # Two equal samples in the place of each, half as long: the same.
    halves = smooth(np.repeat(values, 2), sigma=3.0, weights=np.full(400, 0.5))
    np.testing.assert_allclose(halves.reshape(200, 2).mean(axis=1), ones, atol=0.01)
    constant = smooth(np.full(12, 0.7), sigma=3.0, weights=TIMES_EACH.astype(float))
    np.testing.assert_allclose(constant, 0.7)


def drifting(n, rate):
    """Return features of a video of 4 scenes that drift, sampled n times at a rate."""
    rng = np.random.default_rng(5)
    scenes = rng.normal(size=(8, 12))
    drift = rng.normal(size=(8, 12))
    seconds = np.arange(n) / rate
    scene = (seconds // 15).astype(int)
    inside = (seconds % 15)[:, None] / 15
    return scenes[scene] + 0.6 * inside * drift[scene] + 2, seconds


@pytest.mark.parametrize("preset", ["paper", "best"])
@pytest.mark.parametrize("rate", [1.0, 4.0, 24 / 15, 25 / 15])
def test_scores_do_not_depend_on_the_rate_of_samples(preset, rate):
    """One sample a second and two agree; so do every 15th frame at 24, 25 and 30 frames."""
    scorer = Scorer(preset, bank="none" if preset == "best" else "shipped")
    two, at = drifting(240, 2.0)
    other, times = drifting(int(120 * rate), rate)
    picks = np.arange(240)
    usual = scorer.score(Features(values=two, picks=picks, n_frames=240, times=at)).importance
    picks = np.arange(len(times))
    features = Features(values=other, picks=picks, n_frames=len(picks), times=times)
    scores = np.interp(at, times, scorer.score(features).importance)
    inner = slice(4, -4)
    assert np.corrcoef(scores[inner], usual[inner])[0, 1] > 0.97


def test_weights_are_the_time_to_the_next_sample():
    assert sample_weights(np.arange(9) / 2) is None
    assert sample_weights(np.zeros(1)) is None
    np.testing.assert_allclose(sample_weights(np.arange(9.0)), 2)
    found = sample_weights(np.array([0.0, 0.5, 100.0, 102.0, 102.5]))
    np.testing.assert_allclose(found, [1, 20, 4, 1, 2.5])  # a hole counts for 10 s at most


def test_sparse_samples_of_real_videos_are_scored_as_all(shared):
    path = shared / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5"
    agreements = []
    for record in list(open_dataset(path))[:8]:
        values = record.features.astype(np.float32)
        times = np.arange(len(values)) / 2
        kept = np.unique(np.random.default_rng(0).integers(0, len(values), len(values) // 3))

        def score(rows, values=values, times=times):
            features = Features(
                values=values[rows], picks=rows, n_frames=len(values), times=times[rows]
            )
            return Scorer("best", bank="none").score(features).importance

        whole, sparse = score(np.arange(len(values))), score(kept)
        filled = np.interp(times, times[kept], sparse)
        ranks = [np.argsort(np.argsort(s)) for s in (whole, filled)]
        agreements.append(np.corrcoef(*ranks)[0, 1])
    assert np.median(agreements) > 0.85


def test_a_bank_counts_a_sample_as_often_as_it_stands_for():
    one = video_statistics(FEATURES, weights=TIMES_EACH.astype(float))
    other = video_statistics(REPEATED)
    for name in ("mean", "square", "direction"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-6)
