from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from decoded import decode
from vidgist.cli import main
from vidgist.demo import render_demo
from vidgist.demo.scenes import PROGRAM, SCENES, program
from vidgist.errors import OutputError, SettingError
from vidgist.render import OUTPUTS, default_outputs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder that one run of the command filled."""
    folder = tmp_path_factory.mktemp("demo") / "look"
    assert main(["demo", "-o", str(folder), "--seconds", "10", "--length", "4s", "-q"]) == 0
    return folder


def test_program():
    parts = program(60.0)
    assert parts[0].start == 0
    assert parts[-1].end == pytest.approx(60)
    assert all(a.end == b.start for a, b in pairwise(parts))
    assert sum(seconds for _, seconds in PROGRAM) == pytest.approx(60)
    shown = [part.scene for part in parts]
    assert set(shown) == set(SCENES)
    assert len(SCENES) >= 12
    assert shown.count("presenter") > 3
    assert all(a != b for a, b in pairwise(shown))
    again = [part for part in parts if part.scene == "city"]
    assert again[1].skip == pytest.approx(again[0].end - again[0].start)


def test_scenes_move_and_differ():
    small = {}
    for name, scene in SCENES.items():
        first, later = (scene(t).resize((16, 9)).convert("RGB") for t in (1.0, 1.5))
        small[name] = np.asarray(first, float)
        assert scene(1.0).tobytes() == scene(1.0).tobytes() != scene(1.04).tobytes()
        assert np.abs(small[name] - np.asarray(later, float)).mean() > 0.2
    names = list(SCENES)
    for k, one in enumerate(names):
        for other in names[:k]:
            assert np.abs(small[one] - small[other]).mean() > 15


def test_the_clip(folder):
    result = decode(folder / "demo.mp4")
    assert result.times == pytest.approx(np.arange(250) / 25, abs=1e-4)
    assert result.pictures[0].shape == (360, 640, 3)
    parts = program(10.0)
    pictures = np.stack([p[::8, ::8].astype(float) for p in result.pictures])
    steps = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2, 3))
    cuts = [round(part.start * 25) for part in parts[1:]]
    inside = np.delete(steps, [cut - 1 for cut in cuts])
    assert min(steps[cut - 1] for cut in cuts) > 2 * np.median(inside)
    assert result.sound.shape[0] == 2
    for part in parts:
        first, last = round(part.start * result.rate), round(part.end * result.rate)
        assert np.abs(result.sound[:, first:last]).max() > 0.05
    assert np.abs(result.sound).max() <= 1


@pytest.mark.parametrize("seconds", [0, 9.99, 3601, float("nan")])
def test_length_out_of_range(tmp_path, seconds):
    with pytest.raises(SettingError, match="seconds: expected 10 to 3600"):
        render_demo(tmp_path / "demo.mp4", seconds=seconds)


def test_never_over_an_existing_clip(tmp_path):
    (tmp_path / "demo.mp4").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        render_demo(tmp_path / "demo.mp4", seconds=10)
    assert (tmp_path / "demo.mp4").read_text() == "mine"


def test_results(folder, capsys):
    made = {path.name for path in folder.iterdir()}
    assert made == {"demo.mp4", *(OUTPUTS[name].target for name in default_outputs())}
    data = json.loads((folder / "summary.json").read_text())
    assert 0 < data["summary"]["duration"] <= 4
    assert data["settings"]["length"] == "4s"
    assert main(["demo", "-o", str(folder), "--seconds", "10"]) == 1
    assert "exist already; pass --overwrite" in capsys.readouterr().err


def test_the_clip_is_not_replaced_either(tmp_path, capsys):
    (tmp_path / "demo.mp4").write_text("mine")
    assert main(["demo", "-o", str(tmp_path)]) == 1
    assert "demo.mp4: exists already" in capsys.readouterr().err
    assert (tmp_path / "demo.mp4").read_text() == "mine"


def test_command_says_what_to_look_at(tmp_path, capsys, monkeypatch):
    def draw(path, **options):
        tmp_path.joinpath("demo.mp4").write_text("")
        return path

    def summarize_one(path, folder, **options):
        (folder / "summary.mp4").write_text("")
        return {"video": str(path), "output": str(folder), "duration": 60.0, "summary": 9.0} | {
            "selected": 4,
            "pieces": 5,
            "shots": 25,
        }

    monkeypatch.setattr("vidgist.cli.demo.render_demo", draw)
    monkeypatch.setattr("vidgist.cli.demo.summarize_one", summarize_one)
    assert main(["demo", "-o", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "9.0 s of 1:00 min, 5 pieces from 4 of 25 shots -> " in said
    assert f"{tmp_path / 'demo.mp4'}" in said
    assert f"{tmp_path / 'summary.mp4'}" in said
    assert "storyboard" not in said  # it was not made
    assert main(["demo", "-o", str(tmp_path), "--overwrite", "--json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["shots"] == 25


def test_command_refuses_wrong_lengths_before_drawing(tmp_path, capsys):
    assert main(["demo", "-o", str(tmp_path / "a"), "--seconds", "5"]) == 2
    assert main(["demo", "-o", str(tmp_path / "a"), "--length", "much"]) == 2
    assert main(["demo", "-o", str(tmp_path / "a"), "--select", "knapsak"]) == 2
    assert capsys.readouterr().err.count("\n") == 3
    assert not (tmp_path / "a").exists() or not list((tmp_path / "a").iterdir())
