from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from clips import render_clip
from vidgist.cli import main
from vidgist.datasets.eccv16 import open_dataset


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return [
        render_clip(folder / "one.mp4", scenes=(2.0, 2.0), looks=(0, 1)),
        render_clip(folder / "-o <two>'s\n.mp4", scenes=(1.0, 2.0), looks=(2, 3), fps=10),
    ]


def run(*arguments: object) -> int:
    return main(["features", *map(str, arguments)])


def test_the_file_has_the_fields_of_the_layout(clips, tmp_path, capsys):
    path = tmp_path / "data.h5"
    assert run(clips[0].path, "-o", path, "-q", "--", clips[1].path) == 0
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["done", "video_1"],
        ["done", "video_2"],
        ["2", "done,"],
    ]
    with h5py.File(path) as file:
        assert set(file) == {"video_1", "video_2"}
        for clip, group in zip(clips, file.values(), strict=True):
            n_frames, picks = int(group["n_frames"][()]), group["picks"][:]
            assert n_frames == len(clip.times)
            np.testing.assert_array_equal(picks, [clip.shown_at(t) for t in group["times"][:]])
            assert group["features"].shape == (len(picks), 1280)
            assert group["features"].dtype == np.float32
            assert int(group["n_steps"][()]) == len(picks)
            points = group["change_points"][:]
            assert (points[0, 0], points[-1, 1]) == (0, n_frames - 1)
            np.testing.assert_array_equal(points[1:, 0], points[:-1, 1] + 1)
            np.testing.assert_array_equal(
                group["n_frame_per_seg"][:], points[:, 1] - points[:, 0] + 1
            )
    dataset = open_dataset(path)
    assert [record.name for record in dataset] == ["one", "-o <two>'s\n"]
    assert dataset.attributes["backbone"] == "efficientnet_lite0"
    assert dataset.attributes["samples_per_second"] == 2.0
    assert dataset.read("video_1").frame_rate == pytest.approx(25)


def test_shots_of_a_file_are_written(clips, tmp_path, capsys):
    path, cuts = tmp_path / "data.h5", tmp_path / "shots.json"
    cuts.write_text(json.dumps({"one": [[0, 1], [1, 4]], "-o <two>'s\n": [[0, 3]]}))
    assert run(clips[0].path, "-o", path, "-q", "--shots", cuts, "--", clips[1].path) == 0
    one, two = open_dataset(path)
    np.testing.assert_array_equal(one.shots.frames, [[0, 25], [25, 100]])
    assert len(two.shots) == 1
    assert one.attributes["shots"] == "shots.json"


def test_shots_that_are_not_there_are_one_line(clips, tmp_path, capsys):
    assert run(clips[0].path, "-o", tmp_path / "data.h5", "--shots", "cuts.csv") == 1
    assert capsys.readouterr().err == "error: cuts.csv: there is no such file; check the path\n"
    assert not (tmp_path / "data.h5").exists()


def test_a_video_that_is_in_it_is_skipped_under_any_name(clips, tmp_path, capsys):
    path = tmp_path / "data.h5"
    assert run(clips[0].path, "-o", path, "-q", "--float16") == 0
    before = path.read_bytes()
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clips[0].path.read_bytes())
    capsys.readouterr()
    assert run(clips[0].path, copy, "-o", path, "-q", "--float16", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [v["state"] for v in document["videos"]] == ["skipped", "skipped"]
    assert [v["key"] for v in document["videos"]] == ["video_1", "video_1"]
    assert path.read_bytes() == before
    with h5py.File(path) as file:
        assert file["video_1/features"].dtype == np.float16


def test_one_bad_video_does_not_stop_the_rest(clips, tmp_path, capsys):
    path = tmp_path / "data.h5"
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    assert run(bad, tmp_path / "missing.mp4", clips[0].path, "-o", path) == 1
    done = capsys.readouterr()
    *lines, counts = done.out.splitlines()
    assert [line.split()[0] for line in lines] == ["failed", "failed", "done"]
    assert counts == "1 done, 0 skipped, 2 failed"
    journal = tmp_path / "data.h5.batch.jsonl"
    noted = [json.loads(line) for line in journal.read_text().splitlines()]
    assert {(Path(n["video"]).name, n["state"]) for n in noted} == {
        ("bad.mp4", "failed"),
        ("missing.mp4", "failed"),
        (clips[0].path.name, "done"),
    }
    assert run(bad, clips[0].path, "-o", path, "-q") == 1
    again = [json.loads(line) for line in journal.read_text().splitlines()][len(noted) :]
    assert {n["state"] for n in again} == {"failed", "skipped"}
    assert all(n["error"] for n in again if n["state"] == "failed")
    errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 2
    assert "bad.mp4" in errors[0]
    assert "missing.mp4: no such file" in errors[1]  # with the reason, once
    assert len(open_dataset(path)) == 1


def test_when_all_fail_there_is_no_file(tmp_path, capsys):
    assert run(tmp_path / "missing.mp4", "-o", tmp_path / "data.h5", "-q") == 1
    assert not list(tmp_path.iterdir())


def test_another_backbone_or_rate_is_refused(clips, tmp_path, capsys):
    path = tmp_path / "data.h5"
    assert run(clips[0].path, "-o", path, "-q", "--fps", 1) == 0
    before = path.read_bytes()
    assert run(clips[1].path.resolve(), "-o", path, "-q") == 1
    assert "samples_per_second is 1.0, now 2.0" in capsys.readouterr().err
    onnx = tmp_path / "lite0.onnx"
    assert main(["backbones", "export", "efficientnet_lite0", "-o", str(onnx), "-q"]) == 0
    assert run(clips[1].path, "-o", path, "-q", "--fps", 1, "--backbone", onnx) == 1
    assert "backbone is efficientnet_lite0, now lite0" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "wrong", [["--fps", "0"], ["--fps", "5000"], ["--backbone", "resnet"], ["--threads", "0"], []]
)
def test_wrong_usage_is_exit_2(clips, tmp_path, capsys, wrong):
    arguments = [*wrong, "-o", tmp_path / "data.h5"] if wrong else []
    assert run(clips[0].path, *arguments) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")
    assert not list(tmp_path.iterdir())
