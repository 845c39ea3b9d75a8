from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

import small_data
from vidgist.evaluation.f1 import f1_scores
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.reference import baseline_entries, measure_ceiling, measure_human


@pytest.fixture
def record():
    return small_data.record(np.random.default_rng(3))


def judge(record, metric="tvsum", protocol="paper"):
    return Judge(record, metric=metric, protocol=PROTOCOLS[protocol])


def measure(name, judge, seeds=3):
    return next(e for e in baseline_entries(seeds=seeds) if e.name == name).measure(judge)


def test_random_scores_follow_from_the_videos_name(record):
    one, other = (measure("random", judge(record)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert len(np.unique(one[:, 1])) == 3
    renamed = dataclasses.replace(record, key="video_2")
    assert not np.array_equal(measure("random", judge(renamed)), one)


def test_random_scores_agree_with_nobody(record):
    found = measure("random", judge(record), seeds=400)
    assert abs(found[:, 0].mean()) < 0.03
    assert abs(found[:, 1].mean()) < 0.04


def test_constant_scores_rank_nothing(record):
    found = measure("constant", judge(record))
    np.testing.assert_array_equal(found, judge(record).measure(np.ones((1, 24))))
    np.testing.assert_array_equal(found[0, :2], [0, 0])


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
    best = measure_ceiling(judge(record))
    mean = record.user_scores.mean(axis=0)
    np.testing.assert_array_equal(best, judge(record).measure(mean[None]))
    assert best[0, 0] > measure_human(judge(record))[0, 0]
    chosen = record.user_summary[:, record.picks].mean(axis=0)
    summe = judge(record, "summe")
    np.testing.assert_array_equal(measure_ceiling(summe), summe.measure(chosen[None]))


def test_no_ceiling_without_annotations(record):
    bare = dataclasses.replace(record, user_scores=None)
    assert np.isnan(measure_ceiling(judge(bare))).all()
