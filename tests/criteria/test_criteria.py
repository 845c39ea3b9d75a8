"""Alignment, uniformity and uniqueness against closed forms and the formulas taken literally."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from criteria import naive
from vidgist.criteria import (
    alignment,
    alignment_and_uniformity,
    gram,
    segment_features,
    uniformity,
    uniqueness,
)
from vidgist.criteria.alignment import neighbor_count

features_of_any_size = st.integers(1, 12).flatmap(
    lambda t: st.integers(1, 5).flatmap(
        lambda d: arrays(np.float64, (t, d), elements=st.integers(-4, 4).map(lambda v: v + 0.25))
    )
)


@pytest.mark.parametrize("count_self", [False, True])
@pytest.mark.parametrize("share", [0.05, 0.1, 0.35, 1.0])
def test_equals_the_formulas_taken_literally(count_self, share):
    rng = np.random.default_rng(3)
    features = rng.normal(size=(41, 7))
    k = neighbor_count(41, neighbors=share, count_self=count_self)
    np.testing.assert_allclose(
        alignment(features, neighbors=share, count_self=count_self),
        naive.alignment(features, k=k, count_self=count_self),
        atol=1e-12,
    )
    np.testing.assert_allclose(
        uniformity(features, count_self=count_self),
        naive.uniformity(features, count_self=count_self),
        atol=1e-12,
    )


def test_neighbors_stay_those_of_the_frozen_features():
    rng = np.random.default_rng(4)
    frozen, refined = rng.normal(size=(30, 6)), rng.normal(size=(30, 3))
    for count_self in (False, True):
        k = neighbor_count(30, neighbors=0.2, count_self=count_self)
        np.testing.assert_allclose(
            alignment(frozen, neighbors=0.2, count_self=count_self, refined=refined),
            naive.alignment(frozen, k=k, count_self=count_self, refined=refined),
            atol=1e-12,
        )
    np.testing.assert_allclose(alignment(frozen, refined=frozen), alignment(frozen), atol=1e-12)


def test_uniqueness_equals_the_formula():
    rng = np.random.default_rng(5)
    features, bank = rng.normal(size=(9, 4)), rng.normal(size=(17, 4))
    np.testing.assert_allclose(
        uniqueness(features, bank), naive.uniqueness(features, bank), atol=1e-12
    )


def test_closed_forms():
    # Three copies of one picture and one at a right angle: ||a - b||^2 is 0 or 2.
    features = np.array([[1.0, 0], [2, 0], [3, 0], [0, 1]])
    np.testing.assert_allclose(alignment(features, neighbors=0.5), [0, 0, 0, 2], atol=1e-12)
    alone = np.log(3 * np.exp(-4) / 3)
    together = np.log((2 + np.exp(-4)) / 3)
    np.testing.assert_allclose(uniformity(features), [together] * 3 + [alone])
    # With itself among the two nearest, the odd one out is half as far from them.
    np.testing.assert_allclose(
        alignment(features, neighbors=0.5, count_self=True), [0, 0, 0, 1], atol=1e-12
    )
    np.testing.assert_allclose(
        uniformity(features, count_self=True),
        [np.log((3 + np.exp(-4)) / 4)] * 3 + [np.log((1 + 3 * np.exp(-4)) / 4)],
    )
    # Opposite directions are as far as can be.
    np.testing.assert_allclose(uniqueness([[1.0, 0]], [[-1.0, 0]]), [-8])


def test_one_visit_gives_the_same_as_two(monkeypatch):
    rng = np.random.default_rng(6)
    features = rng.normal(size=(37, 5)).astype(np.float32)
    monkeypatch.setattr(gram, "BLOCK_BYTES", 37 * 4 * 3)  # three rows a block
    for count_self in (False, True):
        aligned, uniform = alignment_and_uniformity(features, count_self=count_self)
        np.testing.assert_array_equal(aligned, alignment(features, count_self=count_self))
        # The order of a sum differs, and with it the rounding.
        np.testing.assert_allclose(uniform, uniformity(features, count_self=count_self), atol=1e-6)


def test_blocks_change_nothing(monkeypatch):
    features = np.random.default_rng(7).normal(size=(50, 6))
    whole = alignment(features), uniformity(features)
    monkeypatch.setattr(gram, "BLOCK_BYTES", 1)
    np.testing.assert_allclose(alignment(features), whole[0], atol=1e-12)
    np.testing.assert_allclose(uniformity(features), whole[1], atol=1e-12)


def test_one_sample_has_an_answer():
    for count_self in (False, True):
        assert alignment([[1.0, 2.0]], count_self=count_self) == pytest.approx(0, abs=1e-12)
        assert uniformity([[1.0, 2.0]], count_self=count_self) == pytest.approx(0, abs=1e-12)


def test_static_video_and_black_frames_are_finite():
    for features in (np.ones((5, 3)), np.zeros((5, 3))):
        assert np.isfinite(alignment(features)).all()
        assert np.isfinite(uniformity(features)).all()
    np.testing.assert_allclose(alignment(np.ones((5, 3))), 0, atol=1e-12)
    np.testing.assert_allclose(uniformity(np.ones((5, 3))), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("n", "share", "count_self", "how", "expected"),
    [
        (25, 0.1, False, "round", 3),  # 2.5, half up
        (24, 0.1, False, "round", 2),
        (29, 0.1, True, "floor", 2),
        (3, 0.1, False, "round", 1),  # at least 1
        (3, 0.1, True, "floor", 1),
        (1, 0.1, False, "round", 0),  # nobody else is there
        (5, 1.0, False, "round", 4),
        (5, 1.0, True, "floor", 5),
    ],
)
def test_number_of_neighbors(n, share, count_self, how, expected):
    assert (
        neighbor_count(n, neighbors=share, count_self=count_self, round_neighbors=how) == expected
    )


@pytest.mark.parametrize("share", [0, -0.1, 1.01, float("nan")])
def test_share_of_neighbors_is_checked(share):
    with pytest.raises(ValueError, match="share in"):
        alignment(np.ones((3, 2)), neighbors=share)


@pytest.mark.parametrize("bad", [np.ones(3), np.ones((0, 3)), np.ones((3, 0)), np.ones((2, 2, 2))])
def test_shapes_are_checked(bad):
    for criterion in (alignment, uniformity, alignment_and_uniformity):
        with pytest.raises(ValueError, match=r"\(T, D\)"):
            criterion(bad)


def test_features_that_are_not_numbers_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        alignment([[np.nan, 1.0]])
    with pytest.raises(ValueError, match="expected 3 samples"):
        alignment(np.ones((3, 2)), refined=np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"\(M, 2\)"):
        uniqueness(np.ones((3, 2)), np.ones((3, 4)))


def test_segments_are_pooled_runs():
    features = np.array([[2.0, 0], [0, 3], [4, 0], [5, 0], [0, 1]])
    root = np.sqrt(0.5)
    np.testing.assert_allclose(
        segment_features(features, run=2),
        [[root, root], [2 / np.sqrt(5), 1 / np.sqrt(5)]],  # the last takes what is left over
    )
    assert segment_features(features, run=9).shape == (1, 2)
    with pytest.raises(ValueError, match="at least 1"):
        segment_features(features, run=0)


@settings(max_examples=60, deadline=None)
@given(features_of_any_size, st.randoms(use_true_random=False), st.booleans())
def test_order_of_the_samples_does_not_matter(features, random, count_self):
    order = list(range(len(features)))
    random.shuffle(order)
    for criterion in (alignment, uniformity):
        values = criterion(features, count_self=count_self)
        moved = criterion(features[order], count_self=count_self)
        np.testing.assert_allclose(moved, values[order], atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(features_of_any_size, st.floats(0.01, 100))
def test_ranges_and_length_of_features(features, factor):
    values = aligned, uniform = alignment_and_uniformity(features)
    assert ((aligned >= 0) & (aligned <= 4)).all()
    assert ((uniform >= -8 - 1e-9) & (uniform <= 0)).all()
    np.testing.assert_allclose(alignment_and_uniformity(features * factor), values, atol=1e-9)


def test_half_precision_is_read():
    features = np.random.default_rng(8).random((20, 6)).astype(np.float16)
    np.testing.assert_allclose(
        alignment(features), alignment(features.astype(np.float64)), atol=1e-5
    )
