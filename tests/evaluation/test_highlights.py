from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import small_data
from vidgist.evaluation.highlights import (
    above_median,
    average_precision,
    best_share,
    clip_means,
    diversity,
    top_precision,
)
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import PROTOCOLS


def by_threshold(scores, labels):
    """Average precision by its definition: every distinct score is a threshold."""
    total, before = 0.0, 0.0
    for threshold in sorted(set(scores), reverse=True):
        found = scores >= threshold
        recall = labels[found].sum() / labels.sum()
        total += (recall - before) * labels[found].mean()
        before = recall
    return total


@pytest.mark.parametrize("levels", [3, 50])
def test_average_precision_is_its_definition(levels):
    rng = np.random.default_rng(levels)
    for _ in range(20):
        scores, labels = rng.integers(0, levels, 17).astype(float), rng.random(17) < 0.4
        labels[0] = True
        assert average_precision(scores, labels) == pytest.approx(by_threshold(scores, labels))


def test_average_precision_of_known_cases():
    assert average_precision([3, 2, 1, 0], [1, 1, 0, 0]) == 1
    assert average_precision([0, 0, 0, 0], [1, 0, 0, 0]) == 0.25  # the share of highlights
    assert average_precision([0, 1], [1, 0]) == 0.5
    assert np.isnan(average_precision([0, 1], [0, 0]))
    with pytest.raises(ValueError, match=r"expected \(L,\)"):
        average_precision([0, 1], [1])


def test_precision_among_the_best_few():
    # Places: hit, miss, hit. Recall 1/2, 1/2, 1; precision 1, 1/2, 2/3, and 1 before.
    assert top_precision([9, 8, 7, 1], [1, 0, 1, 1], top=3) == pytest.approx(
        0.5 * 1 + 0.5 * (1 / 2 + 2 / 3) / 2
    )
    assert top_precision([9, 8, 7], [0, 0, 1], top=2) == 0
    assert top_precision([9, 8, 7], [1, 1, 0], top=2) == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_trapezoid_over_all_places_is_the_sum_over_highlights(seed):
    """Each highlight adds the mean of the precision before it and at it."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([-1, 0, 1], 30)
    scores = rng.permutation(30)
    order = labels[np.argsort(-scores)] > 0
    at = [order[: place + 1].mean() for place in range(30)]
    before = [1.0, *at[:-1]]
    each = [(at[p] + before[p]) / 2 for p in np.flatnonzero(order)]
    assert top_precision(scores, labels, top=30) == pytest.approx(np.mean(each))


def test_labels_of_clips_have_the_precision_that_is_printed_for_them():
    record = small_data.record(np.random.default_rng(0), n_samples=4)
    judge = Judge(
        dataclasses.replace(record, user_scores=np.array([[1.0, -1, 1, 0]])),
        metric="tvsum",
        protocol=PROTOCOLS["highlights"],
    )
    found = dict(zip(judge.measures, judge.measure(np.array([[4.0, 3, 2, 1]]))[0], strict=True))
    assert found["ap_trapezoid"] == pytest.approx(0.5 * 1 + 0.5 * (1 / 2 + 2 / 3) / 2)
    assert found["ap"] == pytest.approx((1 + 2 / 3) / 2)


def test_highlights_of_an_annotation():
    assert above_median([1, 2, 3, 4]).tolist() == [False, False, True, True]  # the lower median
    assert above_median([2, 2, 2]).sum() == 0
    assert best_share([5, 1, 5, 3], 0.5).tolist() == [True, False, True, False]
    assert best_share([5, 5, 5], 0.34).tolist() == [True, False, False]
    assert best_share([5, 4], 0.15).sum() == 0


def test_clips_keep_the_rest():
    assert clip_means(np.arange(5.0)[None], 2).tolist() == [[0.5, 2.5, 4.0]]


def test_diversity_is_the_mean_over_all_pairs():
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((6, 4))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    held = np.array([True, True, False, True, False, True])
    chosen = rows[held]
    pairs = [1 - a @ b for i, a in enumerate(chosen) for j, b in enumerate(chosen) if i != j]
    assert diversity(rows, held) == pytest.approx(np.mean(pairs))
    assert diversity(rows, np.zeros(6, bool)) == 0
    assert diversity(np.array([[1.0, 0], [0, 1]]), np.array([True, True])) == pytest.approx(1)
