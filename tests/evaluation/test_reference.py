from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

import small_data
from vidgist.errors import DataError
from vidgist.evaluation.f1 import f1_scores
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.reference import (
    ceiling_scores,
    constant_scores,
    measure_human,
    random_scores,
)


@pytest.fixture
def record():
    return small_data.record(np.random.default_rng(3))


def judge(record, metric="tvsum", protocol="paper"):
    return Judge(record, metric=metric, protocol=PROTOCOLS[protocol])


def test_random_scores_are_those_of_the_generator():
    one, other = (random_scores(7, repeats=3, rng=np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert one.shape == (3, 7)
    assert 0 <= one.min() < one.max() < 1


def test_random_scores_agree_with_nobody(record):
    rng = np.random.default_rng(0)
    found = judge(record).measure(random_scores(24, repeats=400, rng=rng))
    assert abs(found[:, 0].mean()) < 0.03
    assert abs(found[:, 1].mean()) < 0.04


def test_constant_scores():
    np.testing.assert_array_equal(constant_scores(3), [[1, 1, 1]])


def test_people_are_left_out_of_those_they_are_compared_with(record):
    found = measure_human(judge(record))[0]
    users = record.user_scores
    pairs = [(a, b) for a in range(5) for b in range(5) if a != b]
    tau = np.mean([kendalltau(users[a], users[b]).statistic for a, b in pairs])
    rho = np.mean([spearmanr(users[a], users[b]).statistic for a, b in pairs])
    np.testing.assert_allclose(found[:2], [tau, rho])


@pytest.mark.parametrize(("metric", "combine"), [("tvsum", np.mean), ("summe", np.max)])
def test_f1_of_people(record, metric, combine):
    users = record.user_summary
    expected = [
        combine(f1_scores(users[[u]], np.delete(users, u, axis=0))) for u in range(len(users))
    ]
    assert measure_human(judge(record, metric))[0, 2] == pytest.approx(np.mean(expected))


def test_people_under_the_binary_protocol(record):
    users = record.user_summary
    expected = np.mean(
        [
            kendalltau(users[u], np.delete(users, u, axis=0).mean(axis=0)).statistic
            for u in range(len(users))
        ]
    )
    found = measure_human(judge(record, "summe", "binary"))[0]
    assert found[0] == pytest.approx(expected)


def test_people_at_the_full_frame_rate(record):
    # Each sample's value stands for its frames, so that only the last sample weighs less.
    found = measure_human(judge(record, "tvsum", "otani"))[0]
    np.testing.assert_allclose(found[:2], measure_human(judge(record))[0, :2], atol=0.02)


def test_people_who_rank_nothing(record):
    users = record.user_scores.copy()
    users[0] = 2
    found = measure_human(judge(dataclasses.replace(record, user_scores=users)))
    without = measure_human(judge(dataclasses.replace(record, user_scores=users[1:])))
    np.testing.assert_allclose(found[0, :2], without[0, :2])
    users[:] = 2
    none = measure_human(judge(dataclasses.replace(record, user_scores=users)))
    assert np.isnan(none[0, :2]).all()


def test_one_person_or_none(record):
    one = dataclasses.replace(
        record, user_scores=record.user_scores[:1], user_summary=record.user_summary[:1]
    )
    assert np.isnan(measure_human(judge(one))).all()
    none = dataclasses.replace(record, user_scores=None, user_summary=None)
    assert np.isnan(measure_human(judge(none))).all()


def test_the_ceiling_is_the_mean_annotation(record):
    np.testing.assert_allclose(ceiling_scores(judge(record))[0], record.user_scores.mean(axis=0))
    chosen = record.user_summary[:, record.picks].mean(axis=0)
    np.testing.assert_allclose(ceiling_scores(judge(record, "summe"))[0], chosen)
    best = judge(record).measure(ceiling_scores(judge(record)))[0, 0]
    assert best > measure_human(judge(record))[0, 0]


def test_no_ceiling_without_annotations(record):
    bare = dataclasses.replace(record, user_scores=None)
    with pytest.raises(DataError, match="has no annotations"):
        ceiling_scores(judge(bare))
