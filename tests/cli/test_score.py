"""``vidgist score`` on data sets whose videos do not all tell the same."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

import small_data
from vidgist.cli import main
from vidgist.datasets import VideoRecord, write_dataset


def mixed(path):
    rng = np.random.default_rng(0)
    one, other = rng.random((2, 6, 4))
    write_dataset(
        path,
        [
            VideoRecord(key="video_1", features=one, picks=np.arange(6) * 15, n_frames=90),
            VideoRecord(
                key="video_2",
                features=other,
                picks=np.arange(6) * 15,
                n_frames=90,
                times=np.arange(6) / 2,
            ),
            VideoRecord(key="video_3", n_frames=90, name="without features"),
        ],
    )
    return path


def test_one_header_holds_for_videos_with_and_without_times(tmp_path, capsys):
    path = mixed(tmp_path / "mixed.h5")
    assert main(["score", str(path), "--preset", "paper", "-q"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["time"] for row in rows] == [""] * 6 + [f"{t / 2}" for t in range(6)]
    assert main(["score", str(path), "--preset", "paper", "-q", "--json"]) == 0
    videos = json.loads(capsys.readouterr().out)["videos"]
    for row, t in zip(rows, [*range(6), *range(6)], strict=True):
        assert None not in row
        assert float(row["alignment"]) == videos[row["video"]]["alignment"][t]
        assert float(row["importance"]) == videos[row["video"]]["importance"][t]


def test_a_file_without_features_is_an_error(tmp_path, capsys):
    path = tmp_path / "bare.h5"
    write_dataset(path, [VideoRecord(key="video_1", n_frames=90, picks=np.arange(6) * 15)])
    for more in ([], ["--json"]):
        assert main(["score", str(path), "-q", *more]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert f"error: {path}: none of its videos has features" in printed.err


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_it_writes_is_evaluated_as_the_method_itself(tmp_path, capsys, options):
    data, mine = tmp_path / "data.h5", tmp_path / "mine"
    small_data.dataset(data, count=3)
    common = ["--preset", "reference", "-q"]
    assert main(["score", str(data), *common, "-o", str(mine), *options]) == 0
    measured = []
    for scores in ([], ["--scores", str(mine)]):
        command = ["evaluate", str(data), "--metric", "tvsum", "--json", "--seeds", "2"]
        assert main([*command, *common, *scores]) == 0
        measured.append(json.loads(capsys.readouterr().out)["mean"])
    assert measured[1] == pytest.approx(measured[0])
