from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

import small_data
from vidgist.datasets import VideoRecord
from vidgist.errors import DataError
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.types import Shots


@pytest.fixture
def record():
    return small_data.record(np.random.default_rng(3))


@pytest.fixture
def scores(record):
    return np.random.default_rng(5).random((1, len(record.picks)))


def judge(record, metric="tvsum", protocol="paper"):
    return Judge(record, metric=metric, protocol=PROTOCOLS[protocol])


def mean_correlation(scores, rows):
    return [
        np.mean([kendalltau(scores, row).statistic for row in rows]),
        np.mean([spearmanr(scores, row).statistic for row in rows]),
    ]


def test_tvsum_at_the_picks(record, scores):
    found = judge(record).measure(scores)[0]
    np.testing.assert_allclose(found[:2], mean_correlation(scores[0], record.user_scores))


def test_many_vectors_are_measured_in_turns(record, monkeypatch):
    many = np.random.default_rng(6).random((7, len(record.picks)))
    whole = judge(record).measure(many)
    monkeypatch.setattr("vidgist.evaluation.judge.MAX_CELLS", 3 * record.n_frames)
    np.testing.assert_allclose(judge(record).measure(many), whole, rtol=1e-12)
    assert judge(record).measure(many[:0]).shape == (0, 3)


def test_summe_at_the_picks(record, scores):
    found = judge(record, "summe").measure(scores)[0]
    rows = record.user_summary[:, record.picks].astype(float)
    usable = [row for row in rows if np.ptp(row) > 0]
    np.testing.assert_allclose(found[:2], mean_correlation(scores[0], usable))


def test_summe_on_means_over_runs(record, scores):
    found = judge(record, "summe", "runs").measure(scores)[0]
    ends = [*record.picks[1:], record.n_frames]
    runs = [
        record.user_summary[:, a:b].mean(axis=1) for a, b in zip(record.picks, ends, strict=True)
    ]
    np.testing.assert_allclose(found[:2], mean_correlation(scores[0], np.array(runs).T))


def test_full_frame_rate(record, scores):
    steps = np.diff(np.append(record.picks, record.n_frames))
    spread = np.repeat(scores[0], steps)
    rows = np.repeat(record.user_scores, steps, axis=1)
    found = judge(record, "tvsum", "otani").measure(scores)[0]
    np.testing.assert_allclose(found[:2], mean_correlation(spread, rows))
    finer = np.random.default_rng(0).integers(1, 6, (5, record.n_frames))
    joined = dataclasses.replace(record, frame_scores=finer)
    found = judge(joined, "tvsum", "otani").measure(scores)[0]
    np.testing.assert_allclose(found[:2], mean_correlation(spread, finer))
    found = judge(record, "summe", "otani").measure(scores)[0]
    np.testing.assert_allclose(found[:2], mean_correlation(spread, record.user_summary))


@pytest.mark.parametrize("metric", ["tvsum", "summe"])
def test_binary_summaries_against_the_mean_summary(record, scores, metric):
    found = judge(record, metric, "binary")
    summary = found.summaries(scores)[0]
    expected = mean_correlation(summary, [record.user_summary.mean(axis=0)])
    np.testing.assert_allclose(found.measure(scores)[0, :2], expected)


def test_f1_is_the_mean_on_tvsum_and_the_best_on_summe(record, scores):
    summary = judge(record).summaries(scores)[0]
    users = record.user_summary
    each = 2 * (users & summary).sum(axis=1) / (users.sum(axis=1) + summary.sum())
    assert judge(record).measure(scores)[0, 2] == pytest.approx(each.mean())
    assert judge(record, "summe").measure(scores)[0, 2] == pytest.approx(each.max())


def test_many_score_vectors(record):
    scores = np.random.default_rng(0).random((4, len(record.picks)))
    together = judge(record).measure(scores)
    apart = np.concatenate([judge(record).measure(row[None]) for row in scores])
    np.testing.assert_allclose(together, apart)


def test_constant_scores_rank_nothing_and_count_as_zero(record):
    constant = np.full((1, len(record.picks)), 0.3)
    np.testing.assert_array_equal(judge(record).measure(constant)[0, :2], [0, 0])


def test_constant_annotators_are_left_out(record, scores):
    changed = record.user_scores.copy()
    changed[0] = 3
    one = judge(dataclasses.replace(record, user_scores=changed)).measure(scores)
    other = judge(dataclasses.replace(record, user_scores=changed[1:])).measure(scores)
    np.testing.assert_allclose(one[0, :2], other[0, :2])
    changed[:] = 3
    found = judge(dataclasses.replace(record, user_scores=changed)).measure(scores)
    assert np.isnan(found[0, :2]).all()


@pytest.mark.parametrize("empty", [None, np.empty((0, 24))])
def test_no_annotations(record, scores, empty):
    bare = dataclasses.replace(record, user_scores=empty, user_summary=None)
    assert np.isnan(judge(bare).measure(scores)).all()
    assert np.isnan(judge(bare, "summe").measure(scores)).all()
    no_users = dataclasses.replace(record, user_summary=np.empty((0, record.n_frames), bool))
    assert np.isnan(judge(no_users, "summe").measure(scores)).all()


def test_no_shots(record, scores):
    found = judge(dataclasses.replace(record, shots=None)).measure(scores)[0]
    assert np.isfinite(found[:2]).all()
    assert np.isnan(found[2])
    binary = judge(dataclasses.replace(record, shots=None), "summe", "binary").measure(scores)
    assert np.isnan(binary).all()


def test_one_sample():
    record = VideoRecord(
        key="v",
        picks=np.array([0]),
        n_frames=10,
        shots=Shots(frames=np.array([[0, 10]])),
        user_scores=np.ones((3, 1)),
        user_summary=np.ones((3, 10), bool),
    )
    found = judge(record).measure(np.ones((1, 1)))[0]
    assert np.isnan(found[:2]).all()
    assert found[2] == 0  # the only shot is longer than 15%


def test_wrong_scores(record):
    with pytest.raises(DataError, match="has 24 samples, but 3 scores"):
        judge(record).measure(np.ones((1, 3)))
    with pytest.raises(DataError, match="NaN or infinity"):
        judge(record).measure(np.full((1, 24), np.nan))


def test_samples_of_unknown_place():
    with pytest.raises(DataError, match="'n_frames' and 'picks'"):
        judge(VideoRecord(key="v", features=np.ones((3, 2))))
