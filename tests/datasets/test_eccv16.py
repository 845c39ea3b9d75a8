from __future__ import annotations

import dataclasses

import h5py
import numpy as np
import pytest

import small_data
from vidgist.datasets import (
    VideoRecord,
    append_videos,
    next_key,
    open_dataset,
    write_dataset,
)
from vidgist.errors import DataError, OutputError
from vidgist.types import Shots


def same(one: VideoRecord, other: VideoRecord) -> bool:
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, Shots) and isinstance(b, Shots):
            a, b = a.frames, b.frames
        if isinstance(a, np.ndarray):
            if not np.array_equal(a, b):
                return False
        elif field.name != "attributes" and a != b:
            return False
    return True


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "data.h5"
    written = small_data.dataset(path, count=12)
    dataset = open_dataset(path)
    assert dataset.keys == tuple(f"video_{i}" for i in range(1, 13))  # 2 before 10
    assert len(dataset) == 12
    assert "video_3" in dataset
    for before, after in zip(written, dataset, strict=True):
        assert same(before, after)
        assert after.attributes["backbone"] == "noise"


def test_the_file_has_the_fields_layout(tmp_path):
    path = tmp_path / "data.h5"
    record = small_data.dataset(path, count=1)[0]
    with h5py.File(path) as file:
        group = file["video_1"]
        np.testing.assert_array_equal(
            group["change_points"][:], record.shots.frames - np.array([0, 1])
        )
        np.testing.assert_array_equal(group["n_frame_per_seg"][:], record.shots.lengths)
        assert group["n_steps"][()] == len(record.picks)
        assert group["video_name"][()].decode() == record.name
        assert set(np.unique(group["user_summary"][:])) <= {0, 1}


@pytest.mark.parametrize(
    "missing",
    ["features", "picks", "n_frames", "change_points", "user_summary", "user_scores", "video_name"],
)
def test_any_field_may_be_missing(tmp_path, missing):
    path = tmp_path / "data.h5"
    small_data.dataset(path, count=1)
    with h5py.File(path, "a") as file:
        del file["video_1"][missing]
        if missing == "change_points":
            del file["video_1"]["n_frame_per_seg"]  # which tells the shots as well
    name = {"change_points": "shots", "video_name": "name"}.get(missing, missing)
    record = open_dataset(path)["video_1"]
    if missing == "n_frames":
        assert record.n_frames == record.user_summary.shape[1]
    else:
        assert getattr(record, name) in (None, "")


def test_shots_are_known_from_their_lengths_alone(tmp_path):
    path = tmp_path / "data.h5"
    (before,) = small_data.dataset(path, count=1)
    with h5py.File(path, "a") as file:
        del file["video_1"]["change_points"]
    np.testing.assert_array_equal(open_dataset(path)["video_1"].shots.frames, before.shots.frames)
    with h5py.File(path, "a") as file:
        file["video_1"]["n_frame_per_seg"][0] += 1
    with pytest.raises(DataError, match="n_frame_per_seg must be the frames of each shot"):
        open_dataset(path)["video_1"]


def test_reading_some_fields_only(tmp_path):
    path = tmp_path / "data.h5"
    small_data.dataset(path, count=1)
    record = open_dataset(path).read("video_1", fields=("picks",))
    assert record.picks is not None
    assert record.features is None


def test_old_files_hold_floats_and_no_names(tmp_path):
    path = tmp_path / "old.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("video_7")
        group["n_frames"] = np.float64(30.0)
        group["picks"] = np.array([0.0, 15.0])
        group["change_points"] = np.array([[0.0, 9.0], [10.0, 29.0]])
        group["user_summary"] = np.eye(2, 30, dtype=np.float32)
    record = open_dataset(path)["video_7"]
    assert record.n_frames == 30
    np.testing.assert_array_equal(record.shots.frames, [[0, 10], [10, 30]])
    assert record.user_summary.dtype == bool


def test_one_number_may_be_an_array_of_one(tmp_path):
    path = tmp_path / "matlab.h5"
    with h5py.File(path, "w") as file:
        file["video_1/n_frames"] = np.array([[30.0]])
        file["video_1/picks"] = np.array([0, 15])
    assert open_dataset(path)["video_1"].n_frames == 30


@pytest.mark.parametrize(
    ("field", "value"),
    [("user_summary", np.eye(2, 30)), ("change_points", [[0, 9], [10, 29]])],
)
def test_the_number_of_frames_is_told_by_others(tmp_path, field, value):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["video_1/picks"] = np.array([0, 15])
        file[f"video_1/{field}"] = value
        file["video_2/picks"] = np.array([0, 15])
    dataset = open_dataset(path)
    assert dataset["video_1"].n_frames == 30
    assert dataset["video_2"].n_frames is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("change_points", [[0, 9], [5, 29]], "change_points"),
        ("change_points", [[0, 9], [10, 30]], "change_points"),
        ("change_points", [[9, 0]], "change_points"),
        ("picks", [0, 30], "last pick"),
        ("picks", [15, 0], "do not descend"),
        ("picks", [0.5, 1.0], "expected integers"),
        ("picks", [0, 1, 2], "picks"),
        ("n_frames", 0, "n_frames is 0; expected 1 to"),
        ("n_frames", 10**12, "expected 1 to"),
        ("n_frames", [30, 30], "expected one value"),
        ("features", [[np.nan, 1.0], [1.0, 1.0]], "NaN"),
        ("features", np.zeros((0, 4)), "empty"),
        ("user_summary", np.zeros((2, 29)), "user_summary"),
        ("user_scores", np.zeros((2, 3)), "user_scores"),
    ],
)
def test_contradictions_are_told(tmp_path, field, value, said):
    path = tmp_path / "data.h5"
    good = {"n_frames": 30, "picks": [0, 15], "features": np.ones((2, 2))}
    with h5py.File(path, "w") as file:
        group = file.create_group("video_1")
        for name, data in {**good, field: value}.items():
            group[name] = np.asarray(data)
    with pytest.raises(DataError, match=said):
        open_dataset(path)["video_1"]


def test_a_file_without_videos(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file.create_group("layer1")["weights"] = np.zeros(3)
    with pytest.raises(DataError, match="none of its groups is a video"):
        open_dataset(path)


def test_annotations_are_not_a_data_set(tmp_path):
    path = tmp_path / "ydata.mat"
    small_data.tvsum_annotations(path, {"abc": np.ones((2, 30))})
    with pytest.raises(DataError, match="annotations='FILE'"):
        open_dataset(path)


def test_an_unknown_video(tmp_path):
    path = tmp_path / "data.h5"
    small_data.dataset(path, count=2)
    with pytest.raises(DataError, match="has no video 'video_9'"):
        open_dataset(path)["video_9"]


def test_append_gives_free_keys_and_keeps_what_is_there(tmp_path):
    path = tmp_path / "data.h5"
    records = small_data.dataset(path, count=2)
    new = dataclasses.replace(records[0], key="", name="new\udcff one")
    assert append_videos(path, [new, new]) == ("video_3", "video_4")
    dataset = open_dataset(path)
    assert len(dataset) == 4
    assert same(dataset["video_1"], records[0])
    assert dataset["video_3"].name == "new\udcff one"  # not UTF-8: a file name of old


def test_append_is_all_or_nothing(tmp_path):
    path = tmp_path / "data.h5"
    records = small_data.dataset(path, count=2)
    before = path.read_bytes()

    def broken():
        yield dataclasses.replace(records[0], key="")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        append_videos(path, broken())
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["data.h5"]


def test_append_replaces_only_when_asked(tmp_path):
    path = tmp_path / "data.h5"
    records = small_data.dataset(path, count=2)
    with pytest.raises(OutputError, match="overwrite=True"):
        append_videos(path, [records[0]])
    changed = dataclasses.replace(records[0], name="changed")
    append_videos(path, [changed], overwrite=True)
    assert open_dataset(path)["video_1"].name == "changed"


def test_append_to_what_is_no_data_set(tmp_path):
    path = tmp_path / "data.h5"
    path.write_text("text")
    with pytest.raises(DataError):
        append_videos(path, [])
    assert path.read_text() == "text"


def test_write_keeps_an_existing_file(tmp_path):
    path = tmp_path / "data.h5"
    records = small_data.dataset(path, count=1)
    with pytest.raises(OutputError, match="exists already"):
        write_dataset(path, records)


def test_next_key():
    assert next_key([]) == "video_1"
    assert next_key(["video_2", "other", "video_10"]) == "video_11"


def test_what_is_no_number_is_named(tmp_path):
    record = small_data.record(np.random.default_rng(0), n_samples=9)
    values = {"features": np.array(record.features), "user_scores": np.array(record.user_scores)}
    values["features"][4, 1] = np.nan
    values["user_scores"][2, 7] = np.inf
    for name, place in (("features", 4), ("user_scores", 7)):
        path = tmp_path / f"{name}.h5"
        write_dataset(path, [record])
        with h5py.File(path, "r+") as file:
            file["video_1"][name][...] = values[name]
        with pytest.raises(DataError, match=rf"video_1: '{name}' holds NaN .* at place {place},"):
            open_dataset(path)["video_1"]


def test_features_that_are_turned_round_are_recognized(tmp_path):
    record = small_data.record(np.random.default_rng(0), n_samples=9)
    write_dataset(tmp_path / "data.h5", [record])
    with h5py.File(tmp_path / "data.h5", "r+") as file:
        del file["video_1/features"]
        file["video_1/features"] = np.array(record.features).T
    with pytest.raises(DataError, match=r"'features' are turned round: \(8, 9\) for the 9 samples"):
        open_dataset(tmp_path / "data.h5")["video_1"]
