from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

from vidgist.errors import DataError
from vidgist.evaluation.scores_file import read_scores

NAMES = [("video_1", "one"), ("video_2", ""), ("video_3", "three")]


def test_json_by_key_or_name(tmp_path):
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"one": [1, 2.5], "video_2": [3, 4], "other": [5]}))
    found = read_scores(path, names=NAMES)
    assert list(found) == ["video_1", "video_2"]
    np.testing.assert_array_equal(found["video_1"], [1, 2.5])


def test_hdf5_with_score_in_each_group(tmp_path):
    path = tmp_path / "s.h5"
    with h5py.File(path, "w") as file:
        file["video_1/score"] = np.array([1, 2], np.float32)
        file["video_2/other"] = np.ones(2)
    assert list(read_scores(path, names=NAMES)) == ["video_1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1, 2]", "expected an object"),
        ('{"video_1": [1, "a"]}', "video_1: expected a list of numbers"),
        ('{"video_1": [true]}', "video_1: expected a list of numbers"),
        ('{"video_1": [[1]]}', "video_1: expected a list of numbers"),
        ('{"video_1": {"score": [1]}}', "video_1: expected a list of numbers"),
        ('{"video_1": [1%s]}' % ("0" * 400), "beyond what a float can be"),
        ('{"other": [1]}', "for no video"),
        ("{}", "for no video"),
        ('{"video_1": [NaN]}', "finite numbers"),
        ("{", "JSON"),
        ("hello", "JSON"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_wrong_files(tmp_path, text, said):
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_scores(path, names=NAMES)


def test_hdf5_without_scores(tmp_path):
    path = tmp_path / "s.h5"
    h5py.File(path, "w").close()
    with pytest.raises(DataError, match="none of its groups has 'score'"):
        read_scores(path, names=NAMES)
