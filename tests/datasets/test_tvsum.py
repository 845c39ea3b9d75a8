from __future__ import annotations

import h5py
import numpy as np
import pytest

import small_data
from vidgist.datasets import open_dataset
from vidgist.datasets.annotations import read_tvsum
from vidgist.errors import DataError
from vidgist.evaluation.join import read_annotations


def test_reads_what_matlab_writes(tmp_path):
    rng = np.random.default_rng(0)
    videos = {"AwmHb44_ouw": rng.integers(1, 6, (4, 90)), "-x_": rng.integers(1, 6, (4, 60))}
    path = tmp_path / "ydata.mat"
    small_data.tvsum_annotations(path, videos, category="VU")
    found = read_tvsum(path)
    assert list(found) == list(videos)
    for name, scores in videos.items():
        np.testing.assert_array_equal(found[name].frame_scores, scores)
        assert found[name].frame_scores.dtype == np.uint8
        assert found[name].n_frames == scores.shape[1]
        assert found[name].frame_rate == pytest.approx(30)
        assert found[name].category == "VU"


def test_scores_between_whole_numbers_stay(tmp_path):
    path = tmp_path / "ydata.mat"
    small_data.tvsum_annotations(path, {"a": np.full((2, 30), 2.5)})
    assert read_tvsum(path)["a"].frame_scores[0, 0] == 2.5


def test_wrong_files_are_told(tmp_path):
    path = tmp_path / "data.h5"
    small_data.dataset(path, count=1)
    with pytest.raises(DataError, match="without 'tvsum50'"):
        read_tvsum(path)


@pytest.mark.parametrize("what", ["missing", "not references", "frames", "outside", "nan"])
def test_damage_is_told(tmp_path, what):
    path = tmp_path / "ydata.mat"
    scores = np.full((2, 30), np.nan) if what == "nan" else np.ones((2, 30))
    small_data.tvsum_annotations(path, {"a": scores})
    with h5py.File(path, "a") as file:
        root = file["tvsum50"]
        if what == "missing":
            del root["user_anno"]
        elif what == "not references":
            del root["user_anno"]
            root["user_anno"] = np.ones((1, 1))
        elif what == "frames":
            file[root["nframes"][0, 0]][...] = 31
        elif what == "outside":
            del root["video"]
            root["video"] = h5py.ExternalLink("other.h5", "/video")
    with pytest.raises(DataError):
        read_tvsum(path)


def test_the_release_agrees_with_the_fields_file(shared):
    folder = shared / "data" / "tvsum"
    found = read_tvsum(folder / "ydata-tvsum50.mat")
    assert len(found) == 50
    dataset = open_dataset(folder / "eccv16_dataset_tvsum_efficientnet_lite0.h5")
    fields = ("video_name", "picks", "n_frames", "user_scores")
    for record in dataset.records(fields=fields):
        annotation = found[record.name]
        assert annotation.n_frames == record.n_frames
        np.testing.assert_array_equal(annotation.frame_scores[:, record.picks], record.user_scores)


def test_the_same_as_text(tmp_path):
    rng = np.random.default_rng(0)
    videos = {"AwmHb44_ouw": rng.integers(1, 6, (4, 90)), "-x_": rng.integers(1, 6, (4, 60))}
    small_data.tvsum_annotations(tmp_path / "ydata.mat", videos, category="VU")
    rows = [
        f"{name}\tVU\t{','.join(map(str, row))}\n" for name, rows in videos.items() for row in rows
    ]
    path = tmp_path / "ydata-tvsum50-anno.tsv"
    path.write_text("".join(rows))
    found, expected = read_annotations(path), read_tvsum(tmp_path / "ydata.mat")
    assert list(found) == list(expected)
    for name, annotation in found.items():
        np.testing.assert_array_equal(annotation.frame_scores, expected[name].frame_scores)
        assert annotation.frame_scores.dtype == np.uint8
        assert (annotation.n_frames, annotation.category) == (expected[name].n_frames, "VU")


@pytest.mark.parametrize(
    "text",
    ["a\tVT\t1,2,x\n", "a\tVT\t1,2\na\tVT\t1\n", "a\tVT\t1,2\nb\n", "a\tVT\t1,nan\n"],
)
def test_wrong_text(tmp_path, text):
    path = tmp_path / "anno.tsv"
    path.write_text(text)
    with pytest.raises(DataError, match="fetch the file again"):
        read_annotations(path)
