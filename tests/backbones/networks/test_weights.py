"""Weights from files and caches: numbers only, all of them, and one line where that fails."""

from __future__ import annotations

import dataclasses
import os
import pickle
import subprocess
import sys
from collections import Counter
from urllib.error import URLError

import numpy as np
import pytest

for library in ("torch", "torchvision", "timm"):
    pytest.importorskip(library, reason="needs the extra: pip install 'vidgist[backbones]'")

import torch  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

from clips import render_clip  # noqa: E402
from vidgist.backbones import BACKBONES, load_backbone  # noqa: E402
from vidgist.backbones.networks.network import TorchBackbone, onnx_of  # noqa: E402
from vidgist.backbones.networks.weights import read_weights  # noqa: E402
from vidgist.errors import ModelError, SettingError  # noqa: E402
from vidgist.features import extract_features  # noqa: E402


@pytest.fixture(autouse=True)
def own_places(monkeypatch, tmp_path):
    for name in ("VIDGIST_WEIGHTS", "TORCH_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
        (tmp_path / name).mkdir()
    return tmp_path


def random_state(record) -> dict[str, torch.Tensor]:
    torch.manual_seed(3)
    return record.library_network(pretrained=False).state_dict()


def assert_same(network, state, *, besides: str = "") -> None:
    found = network.state_dict()
    for name, values in state.items():
        if not besides or not name.startswith(f"{besides}."):
            assert torch.equal(found[name], values), name


def test_the_encoder_is_taken_out_of_a_checkpoint_of_moco(tmp_path):
    record = dataclasses.replace(BACKBONES["moco"], md5="")
    state = random_state(record)
    others = {f"module.encoder_k.{name}": values + 1 for name, values in state.items()}
    names = {f"module.encoder_q.{name}": values for name, values in state.items()}
    # The head of the second version, which is no part of the feature.
    names |= {"module.encoder_q.fc.0.weight": torch.zeros(2, 2), "module.queue": torch.zeros(2)}
    del names["module.encoder_q.fc.weight"], names["module.encoder_q.fc.bias"]
    checkpoint = {"epoch": 800, "arch": "resnet50", "state_dict": others | names}
    torch.save(checkpoint, tmp_path / "VIDGIST_WEIGHTS" / record.file)
    assert record.installed()
    assert_same(record.library_network(pretrained=True), state, besides="fc")
    assert record.load().dimension == 2048
    # The file of its authors is told by its hash.
    with pytest.raises(ModelError, match=r"another file .*expected a04e12f8"):
        BACKBONES["moco"].load()


def test_a_checkpoint_of_r3d_with_all_that_training_leaves_in_it(tmp_path):
    record = BACKBONES["r3d50"]
    state = random_state(record)
    file = tmp_path / "VIDGIST_WEIGHTS" / record.file
    checkpoint = {
        "epoch": 200,
        "arch": "resnet50",
        "state_dict": state,
        "scheduler": {"milestones": Counter({50: 1, 100: 1}), "last_epoch": 200},
    }
    torch.save(checkpoint, file)
    assert_same(record.library_network(pretrained=True), state, besides="fc")
    # Their first files want another normalization.
    torch.save({"state_dict": {f"module.{k}": v for k, v in state.items()}}, file)
    with pytest.raises(ModelError, match=r"another normalization; get r3d50_K_200ep\.pth"):
        record.load()
    # Another depth, a part missing, a part of another shape.
    for wrong in (
        {k: v for k, v in state.items() if not k.startswith("layer4.2")},
        state | {"layer5.0.conv1.weight": torch.zeros(1)},
        state | {"conv1.weight": torch.zeros(64, 3, 3, 7, 7)},
    ):
        torch.save({"state_dict": wrong}, file)
        with pytest.raises(ModelError, match="does not fit the network"):
            record.load()


class Harm:
    def __reduce__(self):
        return os.mkdir, (os.environ["VIDGIST_HARM"],)


@pytest.mark.parametrize("kind", ["object", "cut", "text", "list"])
def test_what_is_more_or_less_than_weights_is_refused(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("VIDGIST_HARM", str(tmp_path / "harm"))
    record = BACKBONES["r3d50"]
    file = tmp_path / "VIDGIST_WEIGHTS" / record.file
    if kind == "object":
        torch.save({"state_dict": {"conv1.weight": Harm()}}, file)
    elif kind == "cut":
        torch.save({"state_dict": {"conv1.weight": torch.zeros(1000)}}, file)
        file.write_bytes(file.read_bytes()[:2000])
    elif kind == "text":
        file.write_bytes(pickle.dumps("weights"))
    else:
        torch.save([1, 2, 3], file)
    with pytest.raises(ModelError, match=r"r3d50_K_200ep\.pth: (is damaged|holds)") as caught:
        record.load()
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "harm").exists()


def test_weights_of_timm_from_a_file_of_ones_own(tmp_path):
    record = BACKBONES["vit_s16"]
    state = random_state(record)
    file = tmp_path / "VIDGIST_WEIGHTS" / record.file
    save_file(state, file)
    assert record.state() == "installed"
    assert_same(record.library_network(pretrained=True), state)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    backbone = load_backbone("vit_s16", threads=1)
    expected = TorchBackbone(record.network(), record).extract(pixels)
    np.testing.assert_array_equal(backbone.extract(pixels), expected)
    assert backbone.bytes > 4 * 21e6
    prints = {backbone.fingerprint}
    save_file(state | {"norm.bias": state["norm.bias"] + 1}, file)
    prints.add(record.load().fingerprint)
    assert len(prints) == 2
    save_file({k: v for k, v in state.items() if k != "norm.bias"}, file)
    with pytest.raises(ModelError, match="does not fit the network"):
        record.load()


def test_weights_of_torchvision_from_its_cache_and_from_a_file_of_ones_own(tmp_path):
    record = BACKBONES["googlenet"]
    # The file has the parts that only training needs.
    state = dataclasses.replace(record, unused=()).library_network(pretrained=False).state_dict()
    assert "aux1.conv.conv.weight" in state
    cached = tmp_path / "TORCH_HOME" / "hub" / "checkpoints" / record.file
    cached.parent.mkdir(parents=True)
    torch.save(state, cached)
    assert record.installed()
    whole = record.library_network(pretrained=True)
    assert whole.transform_input
    assert whole.aux1 is None
    assert_same(whole, {k: v for k, v in state.items() if not k.startswith("aux")})
    own = tmp_path / "VIDGIST_WEIGHTS" / record.file
    torch.save(state, own)
    with pytest.raises(ModelError, match=r"another file .*expected 1378be20"):
        record.load()


def test_no_network_is_one_line_on_standard_error(monkeypatch, capsys):
    def unreachable(*args, **kwargs):
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    with pytest.raises(ModelError) as caught:
        BACKBONES["resnet50"].load()
    said = str(caught.value)
    for words in ("'resnet50'", "no route to host", "connect once, or put resnet50-0676ba61.pth"):
        assert words in said
    assert "\n" not in said
    assert capsys.readouterr().out == ""


def test_the_command_fails_in_one_line_without_the_hub(tmp_path):
    environment = os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(tmp_path / "hub"),
        "VIDGIST_WEIGHTS": str(tmp_path / "weights"),
    }
    output = tmp_path / "x.onnx"
    command = ["-m", "vidgist", "backbones", "export", "dino_s16", "-o", str(output)]
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    for words in ("'dino_s16'", "vit_small_patch16_224.dino.safetensors", str(tmp_path)):
        assert words in line
    assert not output.exists()


def test_a_network_of_windows_from_video_to_features_and_again_without_torch(tmp_path):
    record = BACKBONES["r3d_18"]
    torch.manual_seed(1)
    network = record.network(pretrained=False)
    clip = render_clip(tmp_path / "clip.mp4", scenes=(1.0, 1.0), fps=25)
    found = extract_features(clip.path, backbone=TorchBackbone(network, record, threads=1))
    assert found.features.values.shape == (4, 512)
    (tmp_path / "r3d_18.onnx").write_bytes(onnx_of(network, record))
    again = extract_features(clip.path, backbone=str(tmp_path / "r3d_18.onnx"))
    np.testing.assert_allclose(again.features.values, found.features.values, atol=1e-3)


def test_a_device_that_is_not_there():
    record = BACKBONES["dinov2_s14"]
    network = record.network(pretrained=False)
    with pytest.raises(SettingError, match="unknown value 'gpu'"):
        TorchBackbone(network, record, device="gpu")
    if not torch.cuda.is_available():
        with pytest.raises(SettingError, match="no usable CUDA device"):
            TorchBackbone(network, record, device="cuda")
    with pytest.raises(SettingError, match="threads: expected 1 or more"):
        TorchBackbone(network, record, threads=0)


def test_old_files_of_torch_are_read_too(tmp_path):
    path = tmp_path / "old.pth"
    torch.save({"a": torch.arange(3.0)}, path, _use_new_zipfile_serialization=False)
    assert read_weights(path)["a"].tolist() == [0, 1, 2]
