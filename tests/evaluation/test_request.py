"""One evaluation from files to a table; on the real data, the figures of the field."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import small_data
from vidgist.datasets import open_dataset
from vidgist.datasets.splits import read_splits
from vidgist.errors import DataError, SettingError
from vidgist.evaluation.entries import method_entry
from vidgist.evaluation.evaluate import evaluate, with_splits
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.evaluation.reference import baseline_entries
from vidgist.evaluation.request import Request
from vidgist.scoring.presets import PRESETS
from vidgist.scoring.scorer import Scorer


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.h5"
    small_data.dataset(path, count=4, without=(3,))
    return path


def request(data, **more):
    settings = {
        "metric": "tvsum",
        "settings": PRESETS["paper"],
        "protocol": PROTOCOLS["paper"],
        "seeds": 3,
    }
    return Request(data=data, **{**settings, **more})


def test_the_document_has_the_keys_that_others_hold_on_to(data):
    asked = request(data)
    document = asked.document(asked.run())
    assert {"dataset", "metric", "preset", "settings", "videos", "mean"} <= set(document)
    assert set(document["videos"]) == {"video_1", "video_2", "video_4"}
    assert set(document["mean"]) == {
        *("tau", "rho", "f1"),
        *("captured", "repeats", "coverage", "lowest_fifth"),
    }
    for measure, mean in document["mean"].items():
        each = [numbers[measure] for numbers in document["videos"].values()]
        assert mean == pytest.approx(np.mean(each))
    assert document["settings"]["criteria"] == ("alignment", "uniformity")
    assert "splits" not in document
    json.dumps(document, allow_nan=False)


def test_with_splits_the_mean_is_over_splits(data, tmp_path):
    splits = tmp_path / "splits.json"
    parts = [["video_1", "video_2"], ["video_2"]]
    splits.write_text(json.dumps([{"train_keys": [], "test_keys": part} for part in parts]))
    asked = request(data, splits=splits)
    document = asked.document(asked.run())
    assert len(document["splits"]) == 2
    assert document["splits"][1] == document["videos"]["video_2"]
    mean = np.mean([part["rho"] for part in document["splits"]])
    assert document["mean"]["rho"] == pytest.approx(mean)


@pytest.mark.parametrize("name", ["random", "constant", "human"])
def test_baselines_in_the_place_of_the_method(data, name):
    asked = request(data, scores=name)
    table = asked.run()
    document = asked.document(table)
    assert len(document["videos"]) == 4  # no features are needed
    assert document["mean"]["f1"] == pytest.approx(document["baselines"][name]["mean"]["f1"])
    assert document["settings"]["scores"] == name


def test_somebodys_scores_and_the_videos_they_leave_out(data, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"video_2": list(range(24)), "clip video_1": list(range(21))}))
    asked = request(data, scores=str(path))
    table = asked.run()
    assert table.videos == ("video_1", "video_2")
    assert table.rows[0].name == "mine.json"
    assert any("2 of 4 videos have scores of mine.json" in note for note in table.notes)


def test_files_beside_are_rows_with_intervals_of_the_differences(data, tmp_path):
    rng = np.random.default_rng(1)
    files = []
    for name, count in (("mine.json", 4), ("theirs.json", 3), ("random", 4)):
        path = tmp_path / name
        scores = {f"video_{i}": rng.random(18 + 3 * i).tolist() for i in range(1, count + 1)}
        path.write_text(json.dumps(scores))
        files.append(path)
    mine, theirs, odd = files
    asked = request(data, scores=str(mine), beside=(theirs, odd))
    table = asked.run()
    assert [row.name for row in table.rows][:4] == ["mine.json", "theirs.json", str(odd), "random"]
    assert table.videos == ("video_1", "video_2", "video_3")
    assert "3 of 4 videos have scores of all rows" in table.notes[0]
    assert "theirs.json - mine.json" in asked.document(table)["differences"]
    alone = request(data, scores=str(theirs)).run()
    np.testing.assert_array_equal(table.rows[1].values, alone.rows[0].values)
    beside_method = request(data, beside=(theirs,)).run()
    assert beside_method.videos == ("video_1", "video_2")  # the third has no features
    with pytest.raises(SettingError, match="there are two rows"):
        request(data, scores=str(mine), beside=(mine, mine)).run()
    theirs.write_text(json.dumps({"video_4": [1.0] * 30}))
    few = tmp_path / "few.json"
    few.write_text(json.dumps({"video_1": [1.0] * 21}))
    with pytest.raises(DataError, match="no video has scores in all"):
        request(data, scores=str(few), beside=(theirs,)).run()


def test_wrong_number_of_scores(data, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"video_2": [1, 2, 3]}))
    said = r"^data\.h5: video_2: has 24 samples, but 3 scores in mine.json"
    with pytest.raises(DataError, match=said):
        request(data, scores=str(path)).run()


def test_a_misspelled_baseline_is_no_file(data):
    with pytest.raises(SettingError, match="did you mean 'random'"):
        request(data, scores="randon")
    for file in ("randon.json", "there/randon"):
        with pytest.raises(DataError, match="no such file"):
            request(data, scores=file).run()


@pytest.mark.parametrize(
    ("kind", "metric", "said"),
    [("tvsum", "summe", "need metric='tvsum'"), ("summe", "tvsum", "take metric='summe'")],
)
def test_the_metric_of_another_data_set_is_said(tmp_path, kind, metric, said):
    path = tmp_path / "data.h5"
    small_data.dataset(path, count=2, kind=kind)
    wrong, right = (request(path, metric=m).run().notes for m in (metric, kind))
    assert said in wrong[0]
    assert not any(said in note for note in right)


def test_our_own_shots(data):
    one, other = request(data).run(), request(data, shots="kts").run()
    np.testing.assert_array_equal(one.rows[0].values[..., :2], other.rows[0].values[..., :2])
    baseline = request(data, shots="kts", scores="constant").run()
    assert baseline.videos == other.videos == ("video_1", "video_2", "video_4")
    assert not np.array_equal(one.rows[0].values[..., 2], other.rows[0].values[..., 2])
    with pytest.raises(SettingError, match="official, kts"):
        request(data, shots="KTS")


def test_annotations_are_joined(data, tmp_path):
    path = tmp_path / "ydata.mat"
    rng = np.random.default_rng(0)
    plain = request(data)
    frames = {r.name: r.n_frames for r in plain.records()}
    small_data.tvsum_annotations(path, {n: rng.integers(1, 6, (6, f)) for n, f in frames.items()})
    joined = list(request(data, annotations=path, shots_from=data).records())
    assert [len(r.user_scores) for r in joined] == [6] * 4
    assert [len(r.user_summary) for r in joined] == [6] * 4
    table = request(data, annotations=path, protocol=PROTOCOLS["otani"]).run()
    assert np.isfinite(table.rows[0].values).all()


def test_annotations_of_other_videos(data, tmp_path):
    path = tmp_path / "ydata.mat"
    small_data.tvsum_annotations(path, {"unknown": np.ones((2, 30))})
    with pytest.raises(DataError, match="none of its videos is in"):
        request(data, annotations=path).run()


# The figures of the field, on the real data.


@pytest.fixture(scope="module")
def tvsum(shared):
    """Both rows of the paper, and the baselines, on all videos."""
    reference = PRESETS["reference"]
    entries = [
        method_entry(" x ".join(c), Scorer(dataclasses.replace(reference, criteria=c)))
        for c in (("alignment",), ("alignment", "uniformity"))
    ]
    return evaluate(
        open_dataset(shared / "data" / "tvsum" / "eccv16_dataset_tvsum_efficientnet_lite0.h5"),
        [*entries, *baseline_entries(seeds=5)],
        metric="tvsum",
        protocol=PROTOCOLS["reference"],
        title="TVSum",
        dataset="TVSum",
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("alignment", [0.09882, 0.12901, 0.56241]),
        ("alignment x uniformity", [0.12546, 0.16502, 0.58514]),
    ],
)
def test_scores_without_training_on_tvsum(tvsum, row, expected):
    np.testing.assert_allclose(tvsum.mean(tvsum.row(row)), expected, atol=1e-4)


def test_people_and_the_ceiling_on_tvsum(tvsum):
    np.testing.assert_allclose(tvsum.mean(tvsum.row("human"))[:2], [0.1774, 0.2042], atol=1e-4)
    np.testing.assert_allclose(tvsum.mean(tvsum.row("ceiling"))[:2], [0.378, 0.473], atol=5e-4)


def test_chance_on_tvsum(tvsum):
    tau, rho, f1 = tvsum.mean(tvsum.row("random"))
    assert abs(tau) < 0.01
    assert abs(rho) < 0.01
    assert 0.52 < f1 < 0.57  # most of what methods reach
    assert tvsum.mean(tvsum.row("constant"))[2] > 0.55


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("alignment", [0.1021, 0.1345, 0.572]),
        ("alignment x uniformity", [0.1373, 0.1812, 0.603]),
    ],
)
def test_canonical_on_tvsum(shared, tvsum, row, expected):
    splits = read_splits(shared / "data" / "splits" / "tvsum_legacy.json")
    table = with_splits(tvsum, splits, all_videos=tvsum.videos)
    found = table.mean(table.row(row))
    np.testing.assert_allclose(found[:2], expected[:2], atol=5e-5)
    assert found[2] == pytest.approx(expected[2], abs=5e-4)
    assert len(table.videos) == 34
    assert any("34 distinct videos of 50" in note for note in table.notes)


def test_constant_scores_pass_people_where_summaries_are_correlated(shared):
    asked = Request(
        data=shared / "data" / "tvsum" / "eccv16_dataset_tvsum_efficientnet_lite0.h5",
        metric="tvsum",
        settings=PRESETS["paper"],
        protocol=PROTOCOLS["binary"],
        scores="constant",
        seeds=2,
    )
    table = asked.run()
    constant, human = (table.mean(table.row(name))[0] for name in ("constant", "human"))
    assert 0.5 < human < constant < 0.6


def test_people_on_summe(shared):
    asked = Request(
        data=shared / "data" / "summe" / "eccv16_dataset_summe.h5",
        metric="summe",
        settings=PRESETS["paper"],
        protocol=PROTOCOLS["paper"],
        scores="human",
        seeds=2,
    )
    table = asked.run()
    np.testing.assert_allclose(table.mean(table.row("human"))[:2], 0.2096, atol=1e-4)
    assert abs(table.mean(table.row("random"))[0]) < 0.02
