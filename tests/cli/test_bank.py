from __future__ import annotations

import json

import numpy as np
import pytest

from clips import render_clip
from vidgist.cli import main
from vidgist.scoring.bank import read_bank


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return [
        render_clip(folder / "one.mp4", scenes=(2.0, 2.0), looks=(0, 1)).path,
        render_clip(folder / "two.mp4", scenes=(1.0, 2.0), looks=(2, 3), fps=10).path,
    ]


def run(*arguments: object) -> int:
    return main([*map(str, arguments), "-q"])


def test_a_bank_of_videos_and_of_their_features_is_the_same(clips, tmp_path, capsys):
    direct, stored = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    assert run("bank", *clips, "-o", direct, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["videos"] == 2
    assert document["backbone"] == "efficientnet_lite0"
    assert document["failed"] == []
    assert run("features", *clips, "-o", tmp_path / "data.h5") == 0
    assert run("bank", tmp_path / "data.h5", "-o", stored) == 0
    assert "2 videos" in capsys.readouterr().out
    one, other = read_bank(direct), read_bank(stored)
    np.testing.assert_allclose(one.deviation, other.deviation, atol=1e-6)
    assert one.fingerprint == other.fingerprint == document["fingerprint"]
    assert one.samples == other.samples == document["samples"]


def test_one_bad_video_does_not_stop_the_rest(clips, tmp_path, capsys):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    assert run("bank", bad, clips[1], "-o", tmp_path / "bank") == 1
    assert "bad.mp4" in capsys.readouterr().err
    assert read_bank(tmp_path / "bank").videos == 1
    assert run("bank", bad, "-o", tmp_path / "none") == 1
    assert "no video to make a bank from" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_an_existing_bank_is_kept_unless_told(clips, tmp_path, capsys):
    path = tmp_path / "bank"
    path.write_bytes(b"mine")
    assert run("bank", clips[1], "-o", path) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert path.read_bytes() == b"mine"


def test_score_uses_the_bank_that_is_given(clips, tmp_path, capsys):
    path = tmp_path / "bank.safetensors"
    assert run("bank", clips[1], "-o", path) == 0
    capsys.readouterr()
    curves = {}
    for bank in ("none", path, None):
        options = [] if bank is None else ["--bank", bank]
        assert run("score", clips[0], "--preset", "best", "--json", *options) == 0
        document = json.loads(capsys.readouterr().out)
        curves[bank] = document["videos"]["one.mp4"]["belonging"]
    assert curves["none"] != curves[path] != curves[None]


def test_wrong_banks_are_one_line(clips, tmp_path, capsys):
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"\x80\x04 not a bank")
    for given in (damaged, tmp_path / "absent"):
        assert run("score", clips[0], "--preset", "best", "--bank", given) == 1
        error = capsys.readouterr().err
        assert given.name in error
        assert error.count("\n") == 1
    assert run("score", clips[0], "--preset", "paper", "--bank", damaged) == 2
    assert "--preset best" in capsys.readouterr().err
    assert run("score", clips[0], "--preset", "best", "--neighbors", 0.2) == 2
    assert "alignment" in capsys.readouterr().err


def test_a_bank_of_few_videos_is_warned_of(clips, tmp_path, capsys):
    assert main(["bank", str(clips[0]), "-o", str(tmp_path / "a.safetensors")]) == 0
    out, err = capsys.readouterr()
    assert "made of 1 video; 10 or more are better" in err
    assert ": 1 video, " in out
