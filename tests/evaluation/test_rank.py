from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from vidgist.evaluation import rank
from vidgist.evaluation.rank import Annotators, kendall_tau, spearman_rho


def by_scipy(scores: np.ndarray, annotations: np.ndarray) -> tuple[list[float], list[float]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tau = [kendalltau(scores, row).statistic for row in annotations]
        rho = [spearmanr(scores, row).statistic for row in annotations]
    return tau, rho


@pytest.mark.parametrize(
    ("samples", "levels", "values"),
    [(2, 2, 2), (50, 5, 3), (200, 200, 200), (500, 5, 10**9), (40, 1, 5), (40, 5, 1)],
)
def test_agrees_with_scipy_for_each_annotator(samples, levels, values):
    rng = np.random.default_rng(samples)
    annotations = rng.integers(0, levels, (6, samples))
    scores = rng.integers(0, values, samples) / 7
    tau, rho = by_scipy(scores, annotations)
    np.testing.assert_allclose(kendall_tau(scores, annotations), tau, atol=1e-12)
    np.testing.assert_allclose(spearman_rho(scores, annotations), rho, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-3, 3), st.integers(0, 2), st.integers(1, 3)),
        min_size=2,
        max_size=14,
    )
)
def test_small_cases_with_steps_agree_with_scipy(columns):
    scores, values, steps = (np.array(c) for c in zip(*columns, strict=True))
    spread = np.repeat(np.stack([values, values[::-1]]), steps, axis=1)
    annotators = Annotators(spread, steps=steps)
    tau, rho = by_scipy(np.repeat(scores, steps), spread)
    np.testing.assert_allclose(annotators.tau(scores[None])[0], tau, atol=1e-12)
    np.testing.assert_allclose(annotators.rho(scores[None])[0], rho, atol=1e-12)


def test_by_hand():
    # Of six pairs: four alike, one opposite, one tied in the annotation.
    annotation = [[1, 2, 2, 3]]
    scores = [1, 3, 2, 2.5]
    # Pairs: 12 alike, 13 alike, 14 alike, 24 opposite (3 > 2.5, 2 < 3), 34 alike, 23 tied.
    assert kendall_tau(scores, annotation)[0] == pytest.approx((4 - 1) / np.sqrt(6 * 5))
    # Ranks 1, 4, 2, 3 and 1, 2.5, 2.5, 4.
    assert spearman_rho(scores, annotation)[0] == pytest.approx(3 / np.sqrt(5 * 4.5))


def test_long_vectors_are_left_to_scipys_sorting(monkeypatch):
    rng = np.random.default_rng(0)
    annotations, scores = rng.integers(0, 5, (3, 60)), rng.random(60)
    expected = kendall_tau(scores, annotations)
    monkeypatch.setattr(rank, "MAX_CELLS", 10)
    np.testing.assert_allclose(kendall_tau(scores, annotations), expected, atol=1e-12)


def test_many_score_vectors_at_once():
    rng = np.random.default_rng(0)
    annotators = Annotators(rng.integers(0, 5, (4, 30)))
    scores = rng.random((3, 30))
    for one, tau, rho in zip(scores, annotators.tau(scores), annotators.rho(scores), strict=True):
        np.testing.assert_array_equal(tau, annotators.tau(one[None])[0])
        np.testing.assert_allclose(rho, annotators.rho(one[None])[0], atol=1e-15)


def test_order_is_all_that_counts():
    rng = np.random.default_rng(0)
    annotations, scores = rng.integers(0, 5, (3, 80)), rng.random(80)
    for change in (np.exp, lambda s: 3 * s - 7, lambda s: s**3):
        np.testing.assert_allclose(
            kendall_tau(change(scores), annotations), kendall_tau(scores, annotations)
        )
        np.testing.assert_allclose(
            spearman_rho(-scores, annotations), -spearman_rho(scores, annotations)
        )


def test_a_constant_ranks_nothing():
    assert np.isnan(kendall_tau([1, 1, 1], [[1, 2, 3]])).all()
    assert np.isnan(spearman_rho([1, 2, 3], [[4, 4, 4]])).all()
    assert np.isnan(kendall_tau([1], [[1]])).all()
    np.testing.assert_array_equal(Annotators([[1, 1], [1, 2]]).constant, [True, False])


def test_no_annotators():
    empty = Annotators(np.empty((0, 4)))
    assert len(empty) == 0
    assert empty.tau(np.ones((2, 4))).shape == (2, 0)
    assert empty.rho(np.ones((2, 4))).shape == (2, 0)


@pytest.mark.parametrize(
    ("scores", "annotations"),
    [([1, 2], [[1, 2, 3]]), ([1, np.nan, 3], [[1, 2, 3]]), ([1, 2, 3], [[1, np.inf, 3]])],
)
def test_wrong_input(scores, annotations):
    with pytest.raises(ValueError, match="expected"):
        kendall_tau(scores, annotations)


def test_wrong_steps_and_shapes():
    with pytest.raises(ValueError, match="steps"):
        Annotators([[1, 2, 3]], steps=[1, 1])
    with pytest.raises(ValueError, match="annotations"):
        Annotators([1, 2, 3])
