"""Every convention against its definition, written out."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

import small_data
from vidgist.evaluation.compared import means, score_means, shots_of
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.keyshots import choose_greedily, keyshot_summaries
from vidgist.evaluation.protocols import PROTOCOLS, protocol
from vidgist.evaluation.reference import measure_human


@pytest.fixture
def record():
    return small_data.record(np.random.default_rng(3))


@pytest.fixture
def scores(record):
    return np.random.default_rng(5).random((1, len(record.picks)))


def judge(record, name, metric="tvsum"):
    return Judge(record, metric=metric, protocol=protocol(name, metric=metric))


def mean_correlation(scores, rows):
    return [
        np.mean([kendalltau(scores, row).statistic for row in rows]),
        np.mean([spearmanr(scores, row).statistic for row in rows]),
    ]


def by_frame(record, values):
    return np.repeat(values, np.diff(np.append(record.picks, record.n_frames)), axis=-1)


def parts(values, borders):
    return np.stack([values[..., a:b].mean(axis=-1) for a, b in pairwise(borders)], axis=-1)


def test_against_the_mean_annotation(record, scores):
    found = judge(record, "mean").measure(scores)[0, :2]
    mean = record.user_scores.mean(axis=0)
    np.testing.assert_allclose(found, mean_correlation(scores[0], [mean]))


def test_scores_against_the_mean_user_summary(record, scores):
    found = judge(record, "user-summary").measure(scores)[0, :2]
    mean = record.user_summary.mean(axis=0)
    np.testing.assert_allclose(found, mean_correlation(by_frame(record, scores[0]), [mean]))


@pytest.mark.parametrize(("name", "length"), [("2s", 60), ("umt", 50)])
def test_two_seconds(record, scores, name, length):
    record = dataclasses.replace(record, frame_rate=25.0)
    borders = [*range(0, record.n_frames, length), record.n_frames]
    found = judge(record, name).measure(scores)[0, :2]
    rows = parts(by_frame(record, record.user_scores), borders)
    ours = parts(by_frame(record, scores[0]), borders)
    np.testing.assert_allclose(found, mean_correlation(ours, rows))


def test_shot_means(record, scores):
    borders = np.append(record.shots.frames[:, 0], record.n_frames)
    found = judge(record, "shots").measure(scores)[0, :2]
    rows = parts(by_frame(record, record.user_scores), borders)
    ours = parts(by_frame(record, scores[0]), borders)
    np.testing.assert_allclose(found, mean_correlation(ours, rows))
    assert np.isnan(judge(dataclasses.replace(record, shots=None), "shots").measure(scores)).all()


def test_means_of_equal_scores_are_equal():
    picks = np.arange(0, 600, 15)
    third = np.full((1, 40), 1 / 3)
    third[0, 20:] = 0.1
    found = score_means(third, picks, 595, np.array([0, 45, 100, 300, 345, 595]))[0]
    assert len(set(found)) == 2
    assert means(np.array([[0.1] * 7]), np.array([0, 3, 7])).tolist() == [[0.1, 0.1]]


@pytest.mark.parametrize("name", ["2s", "shots", "mean", "user-summary", "csta", "umt"])
def test_constant_scores_rank_nothing(record, name):
    found = judge(record, name).measure(np.full((1, len(record.picks)), 1 / 3))
    assert found[0, :2].tolist() == [0, 0]


def test_csta_correlates_scores_on_tvsum_and_summaries_on_summe(record, scores):
    found = judge(record, "csta").measure(scores)[0, :2]
    np.testing.assert_allclose(found, mean_correlation(scores[0], record.user_scores))
    summe = judge(record, "csta", "summe")
    summary = summe.summaries(scores)[0]
    expected = mean_correlation(summary, [record.user_summary.mean(axis=0)])
    np.testing.assert_allclose(summe.measure(scores)[0, :2], expected)
    # A protocol as it is declared, not yet of a metric, is taken as that of the metric.
    declared = Judge(record, metric="summe", protocol=PROTOCOLS["csta"])
    np.testing.assert_array_equal(declared.measure(scores), summe.measure(scores))


def test_aliases():
    assert protocol("llmvs", metric="summe") == protocol("csta", metric="summe")
    assert protocol("ca-sum", metric="tvsum").name == "pgl-sum"


def test_the_budget_of_the_frames_that_shots_cover(record, scores):
    short = record.shots.frames.copy()
    short[-1, 1] -= 20
    ends_early = dataclasses.replace(record, shots=type(record.shots)(frames=short))
    capacity = int(0.15 * short[-1, 1])
    summary = judge(ends_early, "pgl-sum").summaries(scores)[0]
    assert summary.sum() <= capacity
    expected = keyshot_summaries(
        scores,
        picks=record.picks,
        n_frames=record.n_frames,
        frames=short,
        budget=capacity / record.n_frames + 1e-9,
    )
    np.testing.assert_array_equal(summary, expected[0])


def test_best_and_mean_f1(record, scores):
    summary = judge(record, "paper").summaries(scores)[0]
    users = record.user_summary
    each = 2 * (users & summary).sum(axis=1) / (users.sum(axis=1) + summary.sum())
    assert judge(record, "f1-best").measure(scores)[0, 2] == pytest.approx(each.max())
    assert judge(record, "f1-mean", "summe").measure(scores)[0, 2] == pytest.approx(each.mean())


def test_greedy_takes_the_best_shots_that_fit_below_the_budget():
    values = np.array([[0.5, 0.9, 0.9, 0.1]])
    lengths = np.array([2, 6, 3, 1])
    # Of equal values the later; 3 + 6 would reach 9; 3 + 2 + 1 stays below.
    assert choose_greedily(values, lengths, 9).tolist() == [[True, False, True, True]]
    assert choose_greedily(values, lengths, 10).tolist() == [[False, True, True, False]]


@pytest.mark.parametrize("name", ["shuffled", "budget-30"])
def test_references_are_rebuilt_by_the_rules_of_the_protocol(record, name):
    found = judge(record, name)
    expected = keyshot_summaries(
        record.user_scores,
        picks=record.picks,
        n_frames=record.n_frames,
        frames=found.shots.frames,
        budget=found.protocol.budget,
    )
    np.testing.assert_array_equal(found.references, expected)
    assert (found.references.mean(axis=1) <= found.protocol.budget).all()
    # SumMe's annotators chose themselves: nothing is rebuilt.
    assert judge(record, name, "summe").references is record.user_summary


def test_shuffled_shots_keep_their_lengths_and_the_video(record):
    shots = shots_of(record, PROTOCOLS["shuffled"])
    assert sorted(shots.lengths) == sorted(record.shots.lengths)
    assert shots.frames[0, 0] == 0
    assert shots.frames[-1, 1] == record.shots.frames[-1, 1]
    again = shots_of(record, PROTOCOLS["shuffled"])
    np.testing.assert_array_equal(shots.frames, again.frames)
    orders = {
        tuple(
            shots_of(dataclasses.replace(record, key=f"video_{i}"), PROTOCOLS["shuffled"]).lengths
        )
        for i in range(20)
    }
    assert len(orders) > 1


def test_extra_measures(record, scores):
    best = record.user_scores.mean(axis=0, keepdims=True)
    both = np.concatenate([-best, best])
    found = judge(record, "mr-hisum")
    assert found.measures == ("tau", "rho", "f1", "ap50", "ap15")
    values = found.measure(both)
    assert values[1, 3] == 1  # the mean annotation finds its own best half
    assert values[0, 3] == pytest.approx(1 / 3)  # and turned round finds it last of 3 clips
    top = judge(record, "umt").measure(np.repeat(record.user_scores[:1], 2, axis=0))
    assert top.shape == (2, 4)
    assert np.isfinite(judge(record, "diversity").measure(scores)).all()


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
@pytest.mark.parametrize("metric", ["tvsum", "summe"])
def test_every_protocol_has_numbers_and_a_human_row(record, scores, name, metric):
    if metric not in PROTOCOLS[name].metrics:
        pytest.skip(f"{name} is not defined for {metric}")
    found = judge(record, name, metric)
    values, human = found.measure(scores)[0], measure_human(found)[0]
    assert np.isfinite(values[:3]).all()
    assert np.isfinite(human[:3]).all()
    assert len(values) == len(found.measures) == len(human)
