"""Mr.HiSum and YouTube Highlights as HDF5: samples in the place of frames, and clips."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from vidgist.datasets import open_dataset
from vidgist.errors import DataError
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import PROTOCOLS


def mr_hisum(path, shots, *, summary="gtsummary"):
    rng = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        group = file.create_group("video_12")
        group["features"] = rng.normal(size=(20, 8)).astype(np.float32)
        group["gtscore"] = np.linspace(0, 1, 20)
        group["change_points"] = np.array(shots)
        group[summary] = np.repeat([0.0, 1.0], [17, 3])
    return open_dataset(path)


@pytest.mark.parametrize("summary", ["gtsummary", "gt_summary"])
@pytest.mark.parametrize(
    "shots", [[[0, 8], [8, 17], [17, 20]], [[0, 7], [8, 16], [17, 19]]], ids=["touch", "inclusive"]
)
def test_samples_are_frames(tmp_path, shots, summary):
    record = mr_hisum(tmp_path / "mr_hisum.h5", shots, summary=summary)["video_12"]
    assert (record.n_frames, record.frame_rate) == (20, 1.0)
    np.testing.assert_array_equal(record.picks, np.arange(20))
    np.testing.assert_array_equal(record.shots.frames, [[0, 8], [8, 17], [17, 20]])
    np.testing.assert_array_equal(record.user_scores, [np.linspace(0, 1, 20)])
    judge = Judge(record, metric="tvsum", protocol=PROTOCOLS["paper"])
    # The order is the label's own, and the last 3 of 20 seconds are the summary.
    np.testing.assert_allclose(judge.measure(np.arange(20.0)[None]), [[1, 1, 1]])


def test_some_fields_alone_are_read_as_well(tmp_path):
    dataset = mr_hisum(tmp_path / "d.h5", [[0, 8], [8, 17], [17, 20]])
    record = dataset.read("video_12", fields=("change_points", "picks"))
    np.testing.assert_array_equal(record.shots.frames, [[0, 8], [8, 17], [17, 20]])
    assert record.features is None


def test_the_field_s_own_shots_may_still_not_touch(tmp_path):
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["video_1/n_frames"] = 20
        file["video_1/gtscore"] = np.ones(20)
        file["video_1/change_points"] = [[0, 8], [8, 20]]
    with pytest.raises(DataError, match="change_points must be"):
        open_dataset(tmp_path / "d.h5")["video_1"]


def clips(path, **fields):
    with h5py.File(path, "w") as file:
        group = file.create_group("-olTgMPAyMI")
        group["features"] = np.ones((3, 4), np.float16)
        group["clip"] = np.array([[0, 100], [47, 147], [94, 190]], np.float32)
        group["match"] = np.array([1, 0, -1], np.int8)
        group.attrs["fps"], group.attrs["n_frames"] = 30.0, 190
        for name, value in fields.items():
            del group[name]
            group[name] = value
    return open_dataset(path)["-olTgMPAyMI"]


def test_a_sample_is_the_middle_of_its_clip(tmp_path):
    record = clips(tmp_path / "h.h5")
    assert (record.n_frames, record.frame_rate) == (190, 30.0)
    np.testing.assert_array_equal(record.picks, [50, 97, 142])
    np.testing.assert_array_equal(record.user_scores, [[1, 0, -1]])


@pytest.mark.parametrize(
    "fields",
    [
        {"clip": np.array([[94.0, 190], [0, 100], [47, 147]])},
        {"clip": np.array([[0.0, 100], [47, 147]])},
        {"clip": np.full((3, 2), np.nan)},
        {"match": np.ones(4)},
        {"clip": np.array([[0.0, 100], [47, 147], [94, 1e300]])},
    ],
)
def test_wrong_clips(tmp_path, fields):
    with pytest.raises(DataError):
        clips(tmp_path / "h.h5", **fields)


def test_the_public_file_of_youtube_highlights(shared):
    dataset = open_dataset(shared / "data" / "highlights" / "youtube_highlights_i3d.h5")
    record = dataset[dataset.keys[0]]
    assert record.picks.shape == (len(record.features),)
    assert set(np.unique(record.user_scores)) <= {-1, 0, 1}
