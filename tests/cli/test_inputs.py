"""Inputs of commands that are no single file: ``--join``, ``--input-rate``, ``-``, pictures."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from clips import picture, render_clip
from vidgist.cli import main
from vidgist.video import spool


@pytest.fixture(autouse=True)
def clips(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.mp4", "b.mp4"):
        render_clip(tmp_path / name, scenes=(2.0,), ticks=(0.5,))
    yield tmp_path
    spool.clear()


def facts(capsys):
    return json.loads(capsys.readouterr().out)["videos"]


def test_parts_of_one_video(capsys):
    assert main(["summarize", "--join", "a.mp4", "b.mp4", "--make", "json,mp4", "-q"]) == 0
    assert "a.mp4 + b.mp4: 2.0 s of 4.0 s" in capsys.readouterr().out
    video = json.loads(Path("a-gist/summary.json").read_text())["video"]
    assert video["path"] == "a.mp4 + b.mp4"
    assert video["duration"] == pytest.approx(4.0, abs=0.01)
    assert main(["info", "a.mp4 + b.mp4", "--json"]) == 0
    assert facts(capsys)[0]["duration"] == pytest.approx(4.0, abs=0.01)


def test_the_summary_of_parts_can_be_cut_again(clips, capsys):
    options = ["--make", "json,mp4", "-q", "--length", "3s"]
    assert main(["summarize", "a.mp4 + b.mp4", *options]) == 0
    assert main(["recut", "a-gist", "--length", "1s", "-q"]) == 0
    document = json.loads(Path("a-gist/summary.json").read_text())
    assert document["video"]["path"] == "a.mp4 + b.mp4"
    assert document["summary"]["duration"] == pytest.approx(1.0, abs=0.05)
    (clips / "b.mp4").unlink()
    assert main(["recut", "a-gist", "--length", "2s", "-q"]) == 1
    assert "is not there" in capsys.readouterr().err


def test_parts_in_a_folder_and_in_a_worker(clips, capsys):
    assert main(["summarize", "--join", ".", "--jobs", "1", "--make", "json", "-q", "-o", "x"]) == 0
    assert (clips / "x" / "a-gist" / "summary.json").exists()
    assert main(["summarize", "--join", ".", "--jobs", "1", "--make", "json", "-q", "-o", "x"]) == 0
    assert "0 done, 1 skipped" in capsys.readouterr().out


def test_another_rate(capsys):
    assert main(["info", "a.mp4", "--input-rate", "50", "--json"]) == 0
    assert facts(capsys)[0]["frame_rate"] == 50
    assert main(["summarize", "a.mp4", "--input-rate", "50", "--make", "json", "-q"]) == 0
    assert "0.50 s of 1.0 s" in capsys.readouterr().out
    assert main(["info", "a.mp4", "--input-rate", "0"]) == 2
    assert "error: --input-rate: expected frames a second" in capsys.readouterr().err


def test_a_folder_of_pictures_is_one_video(clips, capsys):
    (clips / "shot").mkdir()
    for k in range(30):
        Image.fromarray(picture(k, 0, (96, 128))).save(clips / "shot" / f"{k:04}.png")
    assert main(["summarize", "shot", "-o", "out", "--make", "json"]) == 0
    assert "30 pictures, taken as 25 a second" in capsys.readouterr().err
    assert (clips / "out" / "summary.json").exists()
    assert main(["keyframes", "shot/%04d.png", "--input-rate", "10", "-n", "1", "-q"]) == 0
    assert (clips / "shot-keyframes").exists()
    assert main(["features", "shot", "-o", "f.h5", "-q"]) == 0


def test_standard_input(clips, monkeypatch, capsys):
    class Pipe:
        buffer = io.BytesIO((clips / "a.mp4").read_bytes())
        isatty = staticmethod(lambda: False)

    monkeypatch.setattr(sys, "stdin", Pipe)
    assert main(["summarize", "-", "--make", "json,keyframes", "-q"]) == 0
    assert (clips / "stdin-gist" / "keyframes").exists()
    assert not spool.is_spooled("-")  # deleted when its results are there
    assert main(["summarize", "-", "a.mp4", "-q"]) == 2
    assert "-: is one video; give it alone" in capsys.readouterr().err


def test_folders_say_what_they_leave_out(clips, capsys):
    (clips / "main.ts").write_text("export const answer = 42;\n")
    (clips / "b.mp4").unlink()
    assert main(["keyframes", ".", "-n", "1", "-o", "x"]) == 0
    assert "main.ts" in capsys.readouterr().err


def test_folders_of_results_have_names_that_windows_takes(clips):
    (clips / "a.mp4").rename(clips / "12:30 what?.mp4")
    assert main(["summarize", "12:30 what?.mp4", "--make", "json", "-q"]) == 0
    assert (clips / "12_30 what_-gist").exists()
    assert main(["keyframes", "12:30 what?.mp4", "-n", "1", "-q"]) == 0
    assert (clips / "12_30 what_-keyframes").exists()
