from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import small_data
from vidgist.datasets import open_dataset
from vidgist.datasets.splits import Split
from vidgist.errors import DataError
from vidgist.evaluation.entries import method_entry, scores_entry
from vidgist.evaluation.evaluate import evaluate, with_splits
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.reference import baseline_entries
from vidgist.evaluation.tables import as_data, render
from vidgist.scoring.scorer import Scorer
from vidgist.types import Shots


@pytest.fixture
def dataset(tmp_path):
    small_data.dataset(tmp_path / "data.h5", count=5, without=(2,))
    return open_dataset(tmp_path / "data.h5")


def run(records, entries, **more):
    return evaluate(
        records,
        entries,
        metric="tvsum",
        protocol=PROTOCOLS["paper"],
        title="t",
        dataset="data.h5",
        **more,
    )


def method():
    return method_entry("method", Scorer("paper"))


def test_rows_are_what_the_judge_says(dataset):
    table = run(dataset, [method(), *baseline_entries(seeds=4)])
    assert table.videos == ("video_1", "video_3", "video_4", "video_5")
    record = dataset["video_3"]
    judge = Judge(record, metric="tvsum", protocol=PROTOCOLS["paper"])
    scores = Scorer("paper").score(record.to_features()).importance
    np.testing.assert_allclose(table.row("method").values[1], judge.measure(scores[None]))
    assert [row.name for row in table.rows] == ["method", "random", "constant", "human", "ceiling"]
    assert table.row("random").values.shape == (4, 4, 3)
    assert not table.row("method").baseline


def test_all_rows_are_means_over_the_same_videos(dataset):
    table = run(dataset, [method(), *baseline_entries(seeds=2)])
    assert any("4 of 5 videos have features; left out: video_2" in note for note in table.notes)
    assert any("too few" in note for note in table.notes)
    assert len(run(dataset, baseline_entries(seeds=2)).videos) == 5


def test_random_rows_do_not_depend_on_other_videos(dataset):
    whole = run(dataset, baseline_entries(seeds=3))
    part = run([dataset["video_4"]], baseline_entries(seeds=3))
    np.testing.assert_array_equal(part.row("random").values[0], whole.row("random").values[3])


def test_somebodys_scores(dataset):
    scores = {key: np.arange(dataset[key].n_samples, dtype=float) for key in dataset.keys}
    table = run(dataset, [scores_entry("mine", scores)])
    judge = Judge(dataset["video_1"], metric="tvsum", protocol=PROTOCOLS["paper"])
    np.testing.assert_allclose(table.rows[0].values[0], judge.measure(scores["video_1"][None]))


def test_scores_by_frame_count_at_the_samples(dataset):
    scores, by_frame = {}, {}
    for record in dataset:
        values = np.random.default_rng(0).random(record.n_samples)
        steps = np.diff(np.append(record.sample_picks, record.n_frames))
        scores[record.key], by_frame[record.key] = values, np.repeat(values, steps)
    table = run(dataset, [scores_entry("mine", scores), scores_entry("by frame", by_frame)])
    np.testing.assert_array_equal(table.rows[0].values, table.rows[1].values)
    short = {**by_frame, "video_1": by_frame["video_1"][:-1]}
    with pytest.raises(DataError, match=r"one score a sample.*or one a frame"):
        run(dataset, [scores_entry("short", short)])


def test_unannotated_videos_have_no_numbers_but_notes(dataset):
    bare = (dataclasses.replace(r, user_scores=None, user_summary=None) for r in dataset)
    table = run(bare, baseline_entries(seeds=2))
    assert np.isnan(table.mean(table.row("ceiling"))).all()
    assert any("no tau" in note for note in table.notes)
    assert any("no F1" in note for note in table.notes)
    assert not any("metric=" in note for note in table.notes)


def test_nothing_to_measure(dataset):
    with pytest.raises(DataError, match="no videos"):
        run([], [method()])
    bare = (dataclasses.replace(r, features=None) for r in dataset)
    with pytest.raises(DataError, match="none of its videos has features"):
        run(bare, [method()])


def test_summaries_that_must_be_empty_are_told(dataset):
    table = run(dataset, baseline_entries(seeds=1))
    assert not any("summary is empty" in note for note in table.notes)
    long = [
        dataclasses.replace(r, shots=Shots(frames=np.array([[0, r.n_frames]]))) if i < 2 else r
        for i, r in enumerate(dataset)
    ]
    table = run(long, baseline_entries(seeds=1))
    assert any(note.startswith("in 2 of 5 videos no shot") for note in table.notes)
    assert (table.row("ceiling").values[:2, :, 2] == 0).all()


def test_an_error_names_the_file(dataset):
    lost = (dataclasses.replace(r, picks=None, n_frames=None, shots=None) for r in dataset)
    with pytest.raises(DataError, match=r"^data\.h5: video_1: the file does not say"):
        run(lost, baseline_entries(seeds=1))


def test_progress_is_told(dataset):
    told = []
    run(
        dataset,
        baseline_entries(seeds=1),
        total=5,
        progress=lambda stage, done, total: told.append((stage, done, total)),
    )
    assert told[-1] == ("evaluating", 5, 5)


def splits(*tests: tuple[str, ...]) -> list[Split]:
    return [Split(train=(), test=test) for test in tests]


def test_means_over_splits(dataset):
    table = run(dataset, baseline_entries(seeds=1))
    row = table.row("human")
    over = with_splits(table, splits(("video_1", "video_3"), ("video_3",)), all_videos=dataset.keys)
    values = dict(zip(table.videos, row.values[:, 0], strict=True))
    expected = ((values["video_1"] + values["video_3"]) / 2 + values["video_3"]) / 2
    np.testing.assert_allclose(over.mean(over.row("human")), expected)
    assert over.videos == ("video_1", "video_3")
    note = "2 splits: tested are 2 distinct videos of 5; never tested: video_2, video_4, video_5"
    assert any(note in said for said in over.notes)


def test_tested_videos_without_features(dataset):
    table = run(dataset, [method()])
    over = with_splits(table, splits(("video_1", "video_2")), all_videos=dataset.keys)
    assert over.videos == ("video_1",)
    assert any("1 of those 2 could be measured" in note for note in over.notes)
    with pytest.raises(DataError, match="none of the tested videos"):
        with_splits(table, splits(("video_2",)), all_videos=dataset.keys)


def test_splits_that_do_not_fit_the_data_set(dataset):
    table = run(dataset, baseline_entries(seeds=1))
    keys = dataset.keys
    strange = with_splits(table, splits(("video_1", "video_40")), all_videos=keys)
    assert "1 video of the splits not in data.h5 (video_40)" in strange.notes[0]
    assert "1 split: tested are 1 distinct video of 5" in strange.notes[1]
    smaller = [Split(train=("other.h5/video_1", "video_2"), test=("video_3",))]
    said = with_splits(table, smaller, all_videos=keys).notes[0]
    assert "2 videos of data.h5 in no split" in said
    assert "video_4, video_5" in said
    whole = [Split(train=tuple(keys[:3]), test=tuple(keys[3:]))]
    assert not any(
        "its splits?" in note for note in with_splits(table, whole, all_videos=keys).notes
    )


def test_splits_that_cannot_be_measured_are_named(dataset):
    table = run(dataset, [method()])
    parts = splits(("video_2",), ("video_1", "video_3"))
    over = with_splits(table, parts, all_videos=dataset.keys)
    assert over.splits == (("video_1", "video_3"),)
    assert any("could be measured: splits 1" in note for note in over.notes)


def test_splits_of_another_data_set(dataset):
    table = run(dataset, baseline_entries(seeds=1))
    with pytest.raises(DataError, match="split 2: none of its test videos"):
        with_splits(table, splits(("video_1",), ("video_40",)), all_videos=dataset.keys)


def test_a_video_without_annotations_is_named_and_counted():
    rng = np.random.default_rng(0)
    records = [small_data.record(rng, key=f"video_{n}") for n in range(1, 4)]
    records[1] = dataclasses.replace(records[1], user_scores=None)
    records[2] = dataclasses.replace(records[2], user_scores=None, user_summary=None)
    scores = {record.key: rng.random(24) for record in records}
    table = run(
        records,
        [scores_entry("mine", scores)],
    )
    assert table.counts(table.rows[0]).tolist() == [1, 1, 2]
    notes = " / ".join(table.notes)
    assert "tau and rho: means of 1 of 3 videos" in notes
    assert "video_2, video_3" in notes
    assert "F1: means of 2 of 3 videos" in notes
    text = render([table], style="terminal")
    assert "tau (n = 1)" in text
    assert "F1 % (n = 2)" in text
    assert as_data(table)["rows"]["mine"]["n"] == {"tau": 1, "rho": 1, "f1": 2}


def test_a_row_over_fewer_videos_than_the_others_says_so():
    rng = np.random.default_rng(0)
    records = [small_data.record(rng, key=f"video_{n}") for n in range(1, 4)]
    scores = {record.key: rng.random(24) for record in records}
    summary = scores | {"video_1": records[0].user_summary[0].astype(float)}
    table = run(
        records,
        [scores_entry("mine", scores), scores_entry("some summaries", summary)],
    )
    (line,) = [
        line for line in render([table], style="terminal").splitlines() if "some summ" in line
    ][:1]
    assert line.count("(n = 2)") == 2


def test_constant_and_zero_features_are_named():
    rng = np.random.default_rng(0)
    records = [small_data.record(rng, key=f"video_{n}") for n in range(1, 4)]
    records[0] = dataclasses.replace(records[0], features=np.ones((24, 8), np.float32))
    features = records[1].features.copy()
    features[[2, 5]] = 0
    records[1] = dataclasses.replace(records[1], features=features)
    table = run(
        records,
        [method_entry("alignment", Scorer("paper"))],
    )
    notes = " / ".join(table.notes)
    assert "features of 1 video are the same in every sample (video_1)" in notes
    assert "all zero: video_2: 2" in notes
