"""Distinctiveness, belonging and projection against closed forms and plain loops."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgist.criteria import belonging, directions, distinctiveness, gram, minmax, projection
from vidgist.criteria.distinctiveness import nearest_means, standardized
from vidgist.criteria.projection import score_direction


def naive_distinctiveness(features, mean, deviation, shares):
    z = (np.asarray(features, dtype=np.float64) - mean) / deviation
    z /= np.sqrt(np.mean([row @ row for row in z]))
    found = []
    for a in z:
        distances = sorted(float(np.sum((a - b) ** 2)) for b in z)
        parts = [distances[: max(1, int(share * len(z)))] for share in shares]
        found.append(np.mean([np.mean(part) for part in parts]))
    return np.array(found)


def naive_belonging(features, common, typicality):
    x = [row / np.linalg.norm(row) for row in features]
    return np.array([float(row @ (np.mean(x, axis=0) - typicality * common)) for row in x])


def naive_projection(features, score):
    x = np.array([row / np.linalg.norm(row) for row in features])
    w = np.zeros(x.shape[1])
    for row, q in zip(x, score, strict=True):
        w += (q - np.mean(score)) * (row - x.mean(axis=0))
    return (x - x.mean(axis=0)) @ w


@pytest.fixture
def video(rng):
    return rng.normal(size=(47, 6)) + 2.0


@pytest.fixture
def rng():
    return np.random.default_rng(8)


@pytest.mark.parametrize("shares", [(0.1,), (0.025, 0.05, 0.1, 0.2, 0.4), (1.0, 0.3)])
def test_equals_the_formulas_taken_literally(video, rng, shares):
    mean, deviation = rng.normal(size=6), rng.uniform(0.5, 2.0, size=6)
    np.testing.assert_allclose(
        distinctiveness(video, mean=mean, deviation=deviation, shares=shares),
        naive_distinctiveness(video, mean, deviation, shares),
        atol=1e-12,
    )
    common = rng.normal(size=6)
    np.testing.assert_allclose(
        belonging(video, common=common, typicality=0.4),
        naive_belonging(video, common, 0.4),
        atol=1e-12,
    )
    score = rng.uniform(size=47)
    np.testing.assert_allclose(projection(video, score), naive_projection(video, score), atol=1e-12)


def test_without_a_bank_it_is_that_of_nothing(video):
    zero, one = np.zeros(6), np.ones(6)
    np.testing.assert_array_equal(
        distinctiveness(video), distinctiveness(video, mean=zero, deviation=one)
    )
    np.testing.assert_array_equal(belonging(video), belonging(video, common=zero))


def test_two_samples_in_closed_form():
    # z = (3, 0) and (0, 4): mean square 12.5, squared distance 25, so 2 in the standard; each has
    # itself (0) as the nearest, and at the share of all both: the mean of 0 and 2.
    features = np.array([[3.0, 0.0], [0.0, 4.0]])
    np.testing.assert_allclose(distinctiveness(features, shares=(0.5,)), [0, 0], atol=1e-15)
    np.testing.assert_allclose(distinctiveness(features, shares=(1.0,)), [1, 1])
    # x = (1, 0), (0, 1): the mean direction is (1/2, 1/2); c = (1, 0) takes 3/4 off the first.
    np.testing.assert_allclose(belonging(features, common=np.array([1.0, 0.0])), [-0.25, 0.5])
    # q = (1, 0) rises from the second sample to the first: w = (1, 0) / 2 - (0, 1) / 2.
    np.testing.assert_allclose(score_direction(features, np.array([1.0, 0.0])), [0.5, -0.5])
    np.testing.assert_allclose(projection(features, np.array([1.0, 0.0])), [0.5, -0.5])


def test_rare_content_counts_more_than_common():
    # Two samples stand out, each in a dimension of its own; the bank varies much in the first.
    features = np.full((20, 3), 1.0)
    features[4, 0] += 1.0
    features[11, 1] += 1.0
    values = distinctiveness(features, deviation=np.array([5.0, 0.5, 1.0]), shares=(0.2,))
    assert values[11] > 50 * values[4] > 0


def test_magnitude_counts_and_the_mean_of_the_bank_does_not_change_the_order(video, rng):
    longer = video.copy()
    longer[7] *= 1.5
    assert distinctiveness(longer)[7] > distinctiveness(video)[7]
    shifted = distinctiveness(video, mean=rng.normal(size=6))
    np.testing.assert_allclose(minmax(shifted), minmax(distinctiveness(video)), atol=1e-12)


def test_what_other_videos_show_belongs_less():
    features = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    values = belonging(features, common=np.array([0.8, 0.1]))
    assert values[2] > values[1]
    assert np.isclose(belonging(features)[2], belonging(features)[1])


def test_a_score_that_is_linear_in_appearance_keeps_its_order(rng):
    # Equal spread in all directions: the covariance is the identity, and w the direction itself.
    corners = np.eye(5).repeat(8, axis=0)
    score = corners @ np.array([0.1, 0.9, 0.3, 0.7, 0.5])
    found = projection(corners, score)
    np.testing.assert_array_equal(np.argsort(found[::8]), np.argsort(score[::8]))
    noisy = projection(corners, score + 0.05 * rng.normal(size=40))
    assert np.ptp(noisy.reshape(5, 8), axis=1).max() < 1e-12  # alike samples get the same place


@pytest.mark.parametrize("count", [1, 2, 33])
def test_one_sample_and_constant_videos_are_defined(count):
    features = np.tile(np.float32([0.3, 1.7, 1e-3]), (count, 1))
    bank = {"mean": np.full(3, 0.1), "deviation": np.full(3, 0.01)}
    np.testing.assert_array_equal(distinctiveness(features, **bank), np.zeros(count))
    assert np.ptp(belonging(features, common=np.array([0.2, 0.1, 0.4]))) < 1e-15
    assert np.abs(projection(features, np.arange(count) * 1.0)).max() < 1e-12
    np.testing.assert_array_equal(minmax(distinctiveness(features, **bank)), np.ones(count))


def test_black_samples_are_zeros_and_stay_finite():
    features = np.zeros((4, 3))
    features[1] = [1.0, 2.0, 3.0]
    assert np.isfinite(distinctiveness(features, mean=np.ones(3), deviation=np.zeros(3))).all()
    np.testing.assert_array_equal(belonging(features)[[0, 2, 3]], np.zeros(3))
    assert np.isfinite(projection(np.zeros((3, 2)), np.arange(3.0))).all()


def test_blocks_change_nothing(video, monkeypatch):
    score = np.linspace(0, 1, 47)
    whole = distinctiveness(video), belonging(video), projection(video, score)
    monkeypatch.setattr(gram, "BLOCK_BYTES", 8 * 47 * 5)
    monkeypatch.setattr(directions, "_BLOCK_NUMBERS", 6 * 4)
    pieces = distinctiveness(video), belonging(video), projection(video, score)
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-13)


def test_a_long_video_needs_no_square_of_its_length(monkeypatch):
    # 8,000 x 8,000 products in float32 would be 256 MB.
    features = np.random.default_rng(1).random((8000, 8), dtype=np.float32)
    monkeypatch.setattr(gram, "BLOCK_BYTES", 4 * 2**20)
    tracemalloc.start()
    distinctiveness(features)
    projection(features, belonging(features))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 24 * 2**20


class EnoughError(Exception):
    pass


def test_a_hundred_thousand_samples_are_visited_in_blocks():
    # 14 hours at two a second; all products at once would take 40 GB. The first rows are enough to
    # see what a block needs, the rest only takes time.
    features = np.random.default_rng(2).random((100_000, 4), dtype=np.float32)
    score = features[:, 0] - features[:, 1]
    visited = []

    def progress(stage, done, total):
        visited.append((done, total))
        if done >= 200:
            raise EnoughError

    tracemalloc.start()
    with pytest.raises(EnoughError):
        distinctiveness(features, progress=progress)
    belongs, places = belonging(features), projection(features, score)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert visited[-1][0] < 2000
    assert {total for _, total in visited} == {100_000}
    assert peak < 160 * 2**20
    x = features / np.linalg.norm(features.astype(np.float64), axis=1, keepdims=True)
    np.testing.assert_allclose(belongs, x @ x.mean(axis=0), atol=1e-9)
    weights = score.astype(np.float64) - score.mean(dtype=np.float64)
    expected = (x - x.mean(axis=0)) @ (weights @ x)
    np.testing.assert_allclose(places, expected, atol=1e-6 * np.abs(expected).max())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_nearest_means_sort_nothing_wrong(data):
    length = data.draw(st.integers(1, 12))
    rows = data.draw(
        st.lists(
            st.lists(st.integers(0, 5).map(float), min_size=length, max_size=length),
            min_size=1,
            max_size=4,
        )
    )
    counts = data.draw(st.lists(st.integers(1, length), min_size=1, max_size=5))
    expected = [np.mean([np.mean(sorted(row)[:k]) for k in counts]) for row in rows]
    np.testing.assert_allclose(nearest_means(np.array(rows), counts), expected)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(9)), st.integers(0, 50))
def test_order_of_the_samples_does_not_matter(order, seed):
    rng = np.random.default_rng(seed)
    features, score = rng.normal(size=(9, 4)), rng.uniform(size=9)
    order = list(order)
    for function in (
        distinctiveness,
        lambda f: belonging(f, common=np.full(4, 0.1)),
        lambda f: projection(f, score if f is features else score[order]),
    ):
        np.testing.assert_allclose(function(features)[order], function(features[order]), atol=1e-12)


def test_lengths_of_mean_square_one(video):
    moved = standardized(video, mean=np.ones(6), deviation=np.full(6, 2.0))
    z = (video - 1.0) / 2.0
    np.testing.assert_allclose(moved, (z - z.mean(axis=0)) / np.sqrt((z**2).sum(axis=1).mean()))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: distinctiveness(f, mean=np.zeros(3)), r"mean: expected \(6,\), got \(3,\)"),
        (lambda f: distinctiveness(f, deviation=np.zeros(7)), "deviation: expected"),
        (lambda f: distinctiveness(f, shares=()), "shares: expected at least one"),
        (lambda f: distinctiveness(f, shares=(0.0,)), "expected a share"),
        (lambda f: distinctiveness(f * np.nan), "finite"),
        (lambda f: belonging(f, common=np.zeros(2)), "common: expected"),
        (lambda f: belonging(f[0]), r"expected \(T, D\)"),
        (lambda f: projection(f, np.zeros(3)), r"score: expected \(47,\)"),
        (lambda f: projection(f, np.full(47, np.inf)), "score: expected finite"),
    ],
)
def test_wrong_input_says_what_was_expected(video, call, message):
    with pytest.raises(ValueError, match=message):
        call(video)
