"""What the records of torch's backbones say, and what they answer where it cannot be had."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

from vidgist.backbones import BACKBONES
from vidgist.backbones.networks import record as record_module
from vidgist.backbones.networks.record import TorchRecord
from vidgist.backbones.networks.stored import hub_file, own_file, torch_file, weights_folder
from vidgist.cli import main
from vidgist.errors import MissingExtraError, ModelError
from vidgist.paper import s7

TORCH = {name: r for name, r in BACKBONES.items() if isinstance(r, TorchRecord)}
HERE = all(importlib.util.find_spec(name) for name in ("torch", "torchvision", "timm"))


def test_every_row_of_table_s7_has_its_backbone():
    assert set(s7.BACKBONES) <= TORCH.keys()
    assert len(s7.BACKBONES) == 15


def test_what_people_use_today_is_there():
    for beginning in ("dinov2", "clip", "siglip", "convnext", "r3d_18"):
        assert any(name.startswith(beginning) for name in TORCH), beginning


@pytest.mark.parametrize("name", TORCH)
def test_a_record_says_all_there_is_to_say(name):
    details = TORCH[name].details()
    for key in ("library", "model", "layer", "license", "source", "file", "dimension"):
        assert details[key], key
    assert len(details["mean"]) == len(details["std"]) == 3
    assert details["runtime"] == "torch"
    assert (details["clip"] is None) == (TORCH[name].window is None)


def test_windows_are_sixteen_frames():
    windows = {name: r.window for name, r in TORCH.items() if r.window is not None}
    assert {"r3d50", "r3d101", "r3d_18"} <= windows.keys()
    assert {window.frames for window in windows.values()} == {16}


def test_without_the_libraries_one_line_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(record_module, "_LIBRARIES", ("no_such_library",))
    for record in TORCH.values():
        assert not record.installed()
        assert record.state() == "extra backbones"
    with pytest.raises(MissingExtraError, match=r"'dino_s16' needs .*'vidgist\[backbones\]'"):
        TORCH["dino_s16"].load()
    output = tmp_path / "x.onnx"
    assert main(["backbones", "export", "dino_s16", "-o", str(output)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pip install 'vidgist[backbones]'" in error
    assert not output.exists()


def test_weights_are_found_where_users_and_libraries_put_them(monkeypatch, tmp_path):
    for name in ("VIDGIST_WEIGHTS", "TORCH_HOME", "HF_HUB_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setattr(TorchRecord, "libraries", lambda self: True)
    vit, vgg, moco = (TORCH[name] for name in ("vit_s16", "vgg19", "moco"))
    states = [record.state() for record in (vit, vgg, moco)]
    assert states == ["fetched at first use", "fetched at first use", "put file in place"]

    snapshot = tmp_path / "HF_HUB_CACHE" / f"models--timm--{vit.model}" / "snapshots" / "abc"
    checkpoints = tmp_path / "TORCH_HOME" / "hub" / "checkpoints"
    for path in (
        snapshot / "model.safetensors",
        checkpoints / vgg.file,
        weights_folder() / moco.file,
    ):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
    assert weights_folder() == tmp_path / "VIDGIST_WEIGHTS"
    assert hub_file(f"timm/{vit.model}", "model.safetensors") == snapshot / "model.safetensors"
    assert torch_file(vgg.file) == checkpoints / vgg.file
    assert own_file(moco.file) == weights_folder() / moco.file
    assert all(record.installed() for record in (vit, vgg, moco))
    # A user's own file comes first.
    (weights_folder() / vgg.file).write_bytes(b"")
    assert vgg.weights_path() == weights_folder() / vgg.file


def test_show_says_where_a_file_goes(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("VIDGIST_WEIGHTS", str(tmp_path))
    assert main(["backbones", "show", "r3d50"]) == 0
    said = capsys.readouterr().out
    for words in (
        f"r3d50_K_200ep.pth (your own copy goes into {tmp_path})",
        "windows of 16 frames, 25 a second, 112 x 112",
        "0.4345 0.4051 0.3775",
        "MIT",
    ):
        assert words in said
    assert main(["backbones", "show", "r3d50", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["clip"] == {"frames": 16, "rate": 25.0}
    assert main(["backbones", "show", "r3d5"]) == 2
    assert "did you mean 'r3d50'" in capsys.readouterr().err


def test_a_table_of_all_fits_a_terminal(monkeypatch, capsys):
    for libraries in (("json",), ("no_such_library",)):
        monkeypatch.setattr(record_module, "_LIBRARIES", libraries)
        assert main(["backbones"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 1 + len(BACKBONES)
        assert max(map(len, lines)) <= 100


def test_frame_windows_are_not_rounded_to_int8(tmp_path, capsys):
    arguments = ["backbones", "export", "r3d50", "-o", str(tmp_path / "x"), "--int8", "talk.mp4"]
    assert main(arguments) == 2
    assert "frame windows" in capsys.readouterr().err


@pytest.mark.skipif(not HERE, reason="needs torch, torchvision and timm")
def test_a_missing_file_says_from_where_and_where_to(monkeypatch, tmp_path):
    monkeypatch.setenv("VIDGIST_WEIGHTS", str(tmp_path))
    for name in ("moco", "r3d50", "r3d101"):
        with pytest.raises(ModelError) as caught:
            TORCH[name].load()
        said = str(caught.value)
        for words in (name, TORCH[name].file, "github.com/", str(tmp_path)):
            assert words in said
        assert "\n" not in said


@pytest.mark.skipif(not HERE, reason="needs torch, torchvision and timm")
def test_listing_imports_none_of_the_libraries():
    code = (
        "import sys; from vidgist.backbones import BACKBONES;"
        "[r.details() for r in BACKBONES.values()];"
        "print([m for m in ('torch', 'torchvision', 'timm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
