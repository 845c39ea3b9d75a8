"""Summaries of data sets, made by a rule or given as files, measured second by second."""

from __future__ import annotations

import dataclasses
import json

import h5py
import numpy as np
import pytest

import small_data
from vidgist.datasets import open_dataset, write_dataset
from vidgist.datasets.intervals import Intervals
from vidgist.errors import DataError, SettingError
from vidgist.evaluation.f1 import f1_scores
from vidgist.evaluation.judge import SUMMARIES, Judge
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.reference_summaries import best_seconds, every_nth, nothing_alike
from vidgist.evaluation.request import Request
from vidgist.evaluation.scores_file import read_scores
from vidgist.evaluation.summaries import SummaryRule, runs_of
from vidgist.scoring.presets import PRESETS
from vidgist.selection import RULES


@pytest.fixture
def record():
    """24 samples half a second apart, in shots of one second; sample 8 on is liked most."""
    video = small_data.record(np.random.default_rng(0))
    scores = np.tile(np.arange(24) >= 8, (3, 1)) * 4.0 + 1
    scores[:, 12:] = 1
    return dataclasses.replace(video, user_scores=scores)


def judge_of(record, *, metric="tvsum", **rule):
    return Judge(record, metric=metric, protocol=PROTOCOLS["paper"], summaries=SummaryRule(**rule))


def column(judge, values, name):
    return values[:, judge.measures.index(name)]


def test_a_score_that_knows_captures_everything(record):
    judge = judge_of(record)
    found = judge.measure(record.user_scores[:1])
    assert column(judge, found, "captured") == pytest.approx(1)
    assert column(judge, found, "lowest_fifth") == 0
    worst = judge.measure(-record.user_scores[:1])
    assert column(judge, worst, "captured") < 0


def test_tau_rho_and_f1_are_what_they_are_without(record):
    scores = np.random.default_rng(1).random((SUMMARIES + 2, 24))
    plain = Judge(record, metric="tvsum", protocol=PROTOCOLS["paper"])
    for select in RULES:
        found = judge_of(record, select=select).measure(scores)
        np.testing.assert_array_equal(found[:, :3], plain.measure(scores))
        assert np.isfinite(found[:SUMMARIES]).all()
        assert np.isnan(found[SUMMARIES:, 3:]).all()
    assert plain.measures == ("tau", "rho", "f1")


def test_rule_and_budget(record):
    scores = np.random.default_rng(2).random(24)
    for select in RULES:
        for budget, seconds in (("15%", 0.15 * record.n_frames / 30), ("3s", 3.0)):
            pieces = judge_of(record, select=select, budget=budget).summary.pieces(scores)
            assert 0 < np.diff(pieces).sum() <= seconds + 1e-6
    with pytest.raises(SettingError, match="select"):
        SummaryRule(select="knapsac")
    with pytest.raises(SettingError, match=r"^budget: cannot read 'much'"):
        SummaryRule(budget="much")


def test_without_features_shots_or_annotations(record):
    scores = np.random.default_rng(3).random((1, 24))
    bare = dataclasses.replace(record, features=None)
    for select in RULES:
        judge = judge_of(bare, select=select)
        found = judge.measure(scores)
        assert np.isfinite(column(judge, found, "captured"))
        assert np.isnan(column(judge, found, "coverage"))
        assert np.isnan(column(judge, found, "repeats"))
    judge = judge_of(dataclasses.replace(record, shots=None))
    assert np.isnan(judge.measure(scores)[:, 3:]).all()
    assert np.isfinite(judge.measure_summary(Intervals(pieces=np.array([[0.0, 2]])))[:, 3:]).all()
    judge = judge_of(dataclasses.replace(record, user_scores=None))
    assert np.isnan(column(judge, judge.measure(scores), "captured"))
    assert np.isfinite(column(judge, judge.measure(scores), "coverage"))


def test_a_summary_has_no_tau_and_the_f1_of_its_frames(record):
    judge = judge_of(record)
    held = np.zeros(record.n_frames, dtype=bool)
    held[120:180] = True
    for summary in (
        held,
        Intervals(pieces=np.array([[4.0, 6.0]])),
        Intervals(pieces=np.array([[120.0, 180.0]]), unit="frames"),
    ):
        found = judge.measure_summary(summary)[0]
        assert np.isnan(found[:2]).all()
        assert found[2] == f1_scores(held[None], record.user_summary).mean()
        assert found[3] == pytest.approx(1)
    nothing = judge.measure_summary(np.zeros(record.n_frames))[0]
    assert nothing[3] == 0  # what chance captures


def test_pieces_outside_the_video_are_refused(record):
    judge = judge_of(record)
    for pieces in ([[-1.0, 2.0]], [[0.0, 99.0]]):
        with pytest.raises(DataError, match="outside the video"):
            judge.measure_summary(Intervals(pieces=np.array(pieces)))
    unknown = judge_of(dataclasses.replace(record, frame_rate=None))
    with pytest.raises(DataError, match="give the pieces in frames"):
        unknown.measure_summary(Intervals(pieces=np.array([[0.0, 1.0]])))


def test_people_are_judged_by_the_others(record):
    judge = judge_of(record)
    assert [p.captured for p in judge.summary.people(summaries=False)] == pytest.approx([1, 1, 1])
    alone = dataclasses.replace(record, user_scores=record.user_scores[:1])
    assert not list(judge_of(alone).summary.people(summaries=False))
    own = judge_of(record, metric="summe").summary
    shown = [p.shown for p in own.people(summaries=True)]
    assert shown == record.user_summary[:, record.picks].sum(axis=1).tolist()


def test_reference_summaries():
    times, shots = np.arange(12.0), np.array([[0.0, 6], [6, 12]])
    scores = np.array([0, 0, 9, 9, 0, 0, 0, 1, 1, 1, 1, 0.0])
    common = {"budget": 8.0, "end": 12.0}
    assert best_seconds(scores, times, shots, **common).tolist() == [[0, 4], [7, 11]]
    same = nothing_alike(scores, times, shots, np.ones((12, 2)), **common)
    assert same.tolist() == [[0, 4]]
    other = nothing_alike(scores, times, shots, np.eye(2)[[0] * 6 + [1] * 6], **common)
    assert len(other) == 2
    assert np.diff(every_nth(100.0, budget=15.0)).sum() == pytest.approx(15)
    assert runs_of(np.ones(3)).tolist() == [[0, 3]]


FORMS = {
    "pairs": [[4, 6]],
    "seconds": {"pieces": [[4, 6.0]], "unit": "seconds"},
    "no unit": {"pieces": [[4, 6]]},
    "frames": {"pieces": [[120, 180]], "unit": "frames"},
    "summary.json": {"pieces": [{"start": 4.0, "end": 6.0, "shot": 4}]},
    "binary": [int(120 <= f < 180) for f in range(24 * 15 - 4)],
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_json_is_the_same_summary(record, form, tmp_path):
    data, path = tmp_path / "data.h5", tmp_path / "mine.json"
    write_dataset(data, [record])
    path.write_text(json.dumps({"video_1": FORMS[form]}))
    table = _request(data, path).run()
    values = dict(zip(table.measures, table.mean(table.rows[0]), strict=True))
    assert values["captured"] == pytest.approx(1)
    assert values["f1"] > 0
    assert np.isnan(values["tau"])
    assert np.isnan(values["rho"])


@pytest.mark.parametrize("name", ["machine_summary", "summary", "pieces"])
def test_every_form_of_hdf5(record, name, tmp_path):
    data, path = tmp_path / "data.h5", tmp_path / "mine.h5"
    write_dataset(data, [record])
    with h5py.File(path, "w") as file:
        if name == "pieces":
            file["video_1/pieces"] = np.array([[120, 180]])
            file["video_1/pieces"].attrs["unit"] = "frames"
        else:
            file[f"video_1/{name}"] = np.array(FORMS["binary"], np.uint8)
    table = _request(data, path).run()
    assert table.mean(table.rows[0])[3] == pytest.approx(1)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"pieces": [[1]]}, "or a summary"),
        ({"pieces": [[2, "a"]]}, "or a summary"),
        ({"pieces": 3}, "or a summary"),
        ({"intervals": [[1, 2]]}, "or a summary"),
        ([[1, 2], 3], "or a summary"),
        ([[1, 2, 3]], "or a summary"),
        ("all", "or a summary"),
        ({"pieces": [[1, 2]], "unit": "minutes"}, "expected the unit seconds or frames"),
        ({"pieces": [[2, 1]]}, "does not end after it starts"),
        ({"pieces": [[2, float("nan")]]}, "does not end after it starts|finite"),
    ],
)
def test_other_shapes_are_refused_in_a_line(entry, said, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"video_1": entry}))
    with pytest.raises(DataError, match=said) as error:
        read_scores(path, names=[("video_1", "")])
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_another_rule_stands_beside_the_field_s(tmp_path):
    data = tmp_path / "data.h5"
    small_data.dataset(data, count=3)
    table = _request(data, None, select="gist").run()
    assert [row.name for row in table.rows[:3]] == [
        "alignment x uniformity",
        "alignment x uniformity, knapsack",
        "uniform, 3 s",
    ]
    field = _request(data, None).run()
    np.testing.assert_array_equal(table.mean(table.rows[1])[3:], field.mean(field.rows[0])[3:])
    np.testing.assert_array_equal(table.mean(table.rows[0])[:3], field.mean(field.rows[0])[:3])
    document = _request(data, None, select="gist").document(table)
    assert "alignment x uniformity - alignment x uniformity, knapsack" in document["differences"]
    json.dumps(document, allow_nan=False)


def _request(data, scores, **more):
    return Request(
        data=data,
        metric="tvsum",
        settings=PRESETS["paper"],
        protocol=PROTOCOLS["paper"],
        scores=None if scores is None else str(scores),
        seeds=2,
        **more,
    )


@pytest.mark.parametrize(
    ("shots", "select", "captured", "repeats"),
    [
        ("official", "gist", 0.383, 0.006),
        ("official", "knapsack", 0.252, 0.12),
        ("kts", "gist", 0.393, 0.004),
        ("kts", "knapsack", 0.194, 0.06),
    ],
)
def test_what_the_rules_capture_on_tvsum(shared, shots, select, captured, repeats):
    from vidgist.evaluation.entries import matched
    from vidgist.evaluation.segmentation import resegment
    from vidgist.scoring.scorer import Scorer

    data = open_dataset(shared / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5")
    scorer, found = matched(Scorer("best"), data), []
    for record in data:
        judge = judge_of(record if shots == "official" else resegment(record), select=select)
        scores = scorer.score(record.to_features()).importance
        found.append(judge.summary.measure(judge.summary.pieces(scores)))
    means = np.mean(found, axis=0)
    assert means[0] == pytest.approx(captured, abs=0.004)
    assert means[1] == pytest.approx(repeats, abs=0.01)
