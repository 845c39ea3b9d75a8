"""``vidgist keyframes``: stills alone, in a folder of their own."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import vidgist
from clips import render_clip
from vidgist.cli import main


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return render_clip(tmp_path_factory.mktemp("stills") / "a clip.mp4", scenes=(3, 3, 3, 3))


def test_as_many_as_asked_for(clip, tmp_path, capsys):
    out = tmp_path / "stills"
    assert main(["keyframes", str(clip.path), "-n", "3", "-o", str(out), "-q", "--json"]) == 0
    (done,) = json.loads(capsys.readouterr().out)["done"]
    files = [entry["file"] for entry in done["keyframes"]]
    assert len(files) == 3
    assert sorted(p.name for p in out.iterdir()) == sorted([*files, "keyframes.json"])
    times = [entry["time"] for entry in done["keyframes"]]
    assert times == sorted(times)
    # Three of four scenes: none twice.
    assert len({int(np.searchsorted(clip.cuts, t, side="right")) for t in times}) == 3
    assert sorted(entry["rank"] for entry in done["keyframes"]) == [0, 1, 2]
    written = json.loads((out / "keyframes.json").read_text())
    assert written["keyframes"] == done["keyframes"]
    assert files[0].startswith("0001_00-00-")


def test_format_and_size(clip, tmp_path):
    out = tmp_path / "stills"
    options = ["-n", "1", "--format", "png", "--size", "32", "-o", str(out), "-q"]
    assert main(["keyframes", str(clip.path), *options]) == 0
    (path,) = out.glob("*.png")
    with Image.open(path) as picture:
        assert max(picture.size) == 32


def test_several_videos_and_one_that_fails(clip, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no.mp4").write_text("no video")
    assert main(["keyframes", "no.mp4", str(clip.path), "-n", "1", "-q"]) == 1
    assert "no.mp4" in capsys.readouterr().err
    assert len(list((tmp_path / "a clip-keyframes").glob("*.jpg"))) == 1
    # What exists is not replaced unasked.
    assert main(["keyframes", str(clip.path), "-n", "1", "-q"]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert main(["keyframes", str(clip.path), "-n", "1", "-q", "--overwrite"]) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-n", "0"], "--keyframes: expected auto or a number"),
        (["--format", "gif"], "known: jpg, png"),
        (["--size", "0"], "--size"),
        (["--neighbors", "0.2"], "--preset paper"),
    ],
)
def test_wrong_usage_is_one_line(clip, options, message, capsys):
    assert main(["keyframes", str(clip.path), *options]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_from_python(clip, tmp_path):
    found = vidgist.find_keyframes(clip.path, "auto", settings="paper")
    assert 1 <= len(found) <= 4
    paths = found.save(tmp_path / "here", size=64)
    assert [path.exists() for path in paths] == [True] * len(found)
    assert len(list(found.images(size=16))) == len(found)
