from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from vidgist.datasets import open_dataset
from vidgist.datasets.annotations import read_summe, read_summe_video
from vidgist.errors import DataError


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "GT"
    made.mkdir()
    rng = np.random.default_rng(0)
    for name in ("Base jumping", "Air_Force_One"):
        scores = rng.integers(0, 3, (40, 5)).astype(np.uint8)
        savemat(made / f"{name}.mat", {"user_score": scores, "FPS": 25, "nFrames": 40})
    return made


def test_reads_a_folder_by_name(folder):
    found = read_summe(folder)
    assert list(found) == ["Air_Force_One", "Base jumping"]
    annotation = found["Base jumping"]
    assert annotation.frame_summary.shape == (5, 40)
    assert annotation.frame_summary.dtype == bool
    assert annotation.frame_rate == 25


def test_reads_one_file(folder):
    assert list(read_summe(folder / "Base jumping.mat")) == ["Base jumping"]


def test_any_choice_counts_whatever_its_number(tmp_path):
    savemat(tmp_path / "a.mat", {"user_score": np.array([[0, 7], [2, 0]])})
    found = read_summe_video(tmp_path / "a.mat")
    np.testing.assert_array_equal(found.frame_summary, [[False, True], [True, False]])
    assert found.frame_rate is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"other": 1}, "without 'user_score'"),
        ({"user_score": "text"}, "not an array of real numbers"),
        ({"user_score": np.zeros((2, 2, 2))}, "expected"),
        ({"user_score": np.zeros((0, 2))}, "expected"),
        ({"user_score": np.array([[{"a": 1}]], dtype=object)}, "not an array of real numbers"),
    ],
)
def test_wrong_matlab_files(tmp_path, content, said):
    savemat(tmp_path / "a.mat", content)
    with pytest.raises(DataError, match=said):
        read_summe_video(tmp_path / "a.mat")


def test_other_kinds_and_damage(folder, tmp_path):
    (tmp_path / "a.mat").write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match="not a MATLAB 5 file"):
        read_summe_video(tmp_path / "a.mat")
    with pytest.raises(DataError, match="no such folder"):
        read_summe(tmp_path / "nothing")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match=r"no \.mat file"):
        read_summe(empty)


def test_the_release_agrees_with_the_fields_file(shared):
    found = read_summe(shared / "data" / "summe" / "GT")
    assert len(found) == 25
    dataset = open_dataset(shared / "data" / "summe" / "eccv16_dataset_summe.h5")
    for record in dataset.records(fields=("video_name", "user_summary")):
        np.testing.assert_array_equal(found[record.name].frame_summary, record.user_summary)
