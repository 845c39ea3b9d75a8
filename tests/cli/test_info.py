"""``vidgist info`` as a user sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clips import render_clip, render_sound, truncated
from vidgist.cli import main


def test_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(1,), rotation=90, ticks=())
    assert main(["info", str(clip.path)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[0] == str(clip.path)
    assert "duration 0:00:01 (1.000 s)" in lines
    assert "size 96 x 128 (stored 128 x 96, rotated by 90 degrees clockwise)" in lines
    assert "frame rate 25.000 a second, constant" in lines
    assert "video h264, yuv420p" in lines
    assert "sound yes" in lines
    assert "stream 0 video, h264, 128 x 96, used" in lines
    assert "stream 1 audio, aac, 48000 Hz, 1 channel, used" in lines


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = render_clip(tmp_path / "a.mp4", scenes=(1,)).path
    second = render_clip(tmp_path / "b.h264", scenes=(0.4,), container="h264").path
    assert main(["info", str(first), str(second), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    one, two = document["videos"]
    assert one["path"] == str(first)
    assert (one["duration"], two["duration"]) == (1.0, None)
    assert (one["frame_rate"], one["variable_frame_rate"], one["rotation"]) == (25.0, False, 0)
    assert one["streams"][0]["type"] == "video"


def test_one_bad_file_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,)).path
    sound = render_sound(tmp_path / "b.wav", codec="pcm_s16le")
    missing = tmp_path / "two\nlines.mp4"
    assert main(["info", str(missing), str(sound), str(clip)]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(str(clip))
    first, second = err.splitlines()
    assert first.startswith("error: ")
    assert "two\\nlines.mp4: no such file" in first
    assert "b.wav: no video in it beside the sound" in second


@pytest.mark.parametrize("name", ["-a.mp4", "a b:%d.mp4"])
def test_names(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.2,)).path
    (tmp_path / name).write_bytes(clip.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert main(["info", "--", name]) == 0
    assert capsys.readouterr().out.startswith(name)


def test_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = str(render_clip(tmp_path / "a.mp4", scenes=(1,)).path)
    assert main(["info", clip, "--max-pixels", "100"]) == 1
    assert "--max-pixels" in capsys.readouterr().err
    assert main(["info", clip, "--max-hours", "0.0001"]) == 1
    assert "--max-hours" in capsys.readouterr().err
    assert main(["info", clip, "--max-pixels", "0"]) == 2
    assert main(["info"]) == 2


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--help"]) == 0
    assert "vidgist info talk.mp4" in capsys.readouterr().out


def test_holes_joints_and_damage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    times = [k / 25 + (90 if k >= 50 else 0) for k in range(100)]
    hole = render_clip(tmp_path / "hole.mp4", scenes=(95,), times=times).path
    parts = [render_clip(tmp_path / f"{k}.ts", scenes=(2,), ticks=()).path for k in range(2)]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    whole = render_clip(
        tmp_path / "whole.mp4", scenes=(4,), container_options={"movflags": "faststart"}
    ).path
    cut = truncated(whole, tmp_path / "cut.mp4", keep=0.5)
    assert main(["info", str(hole), str(joined), str(cut)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "holes 2.00 s to 0:01:32" in lines
    assert lines.count("frame rate 25.000 a second, constant") == 3
    assert "joints at 2.00 s" in lines
    assert any(line.startswith("duration 0:00:04 (4.0") for line in lines)
    assert any(line.startswith("damage ") and "it ends at" in line for line in lines)
    assert main(["info", str(hole), str(whole), "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["videos"]
    assert first["holes"] == [[pytest.approx(2.0), pytest.approx(92.0)]]
    assert (second["holes"], second["joints"], second["damage"]) == ([], [], [])
