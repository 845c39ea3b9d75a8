from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from onnx_models import mean_color, projection
from vidgist.backbones import load_backbone
from vidgist.backbones.hub import preprocessing_of
from vidgist.errors import MissingExtraError, ModelError, SettingError

constants = pytest.importorskip(
    "huggingface_hub.constants", reason="the extra 'hub' is not installed"
)

CONFIG = {
    "do_center_crop": True,
    "crop_size": {"height": 6, "width": 8},
    "size": {"shortest_edge": 9},
    "do_rescale": True,
    "rescale_factor": 0.5,
    "do_normalize": True,
    "image_mean": [1, 2, 3],
    "image_std": [4, 5, 6],
}
SYMBOLS = ["batch_size", "num_channels", "height", "width"]
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 6, 8, 3), dtype=np.uint8)
EXPECTED = (PIXELS.mean(axis=(1, 2)) * 0.5 - [1, 2, 3]) / [4, 5, 6]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Return an empty cache of the hub; the network is switched off."""
    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return folder


def put(cache: Path, repo: str, files: dict[str, bytes]) -> None:
    """Lay files into the cache as the library does: links into a folder of blobs."""
    root = cache / f"models--{repo.replace('/', '--')}"
    revision = "0123456789abcdef0123456789abcdef01234567"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(revision)
    (root / "blobs").mkdir()
    for number, (name, data) in enumerate(files.items()):
        (root / "blobs" / f"{number:040x}").write_bytes(data)
        link = root / "snapshots" / revision / name
        link.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * (name.count("/") + 2)
        link.symlink_to(f"{up}blobs/{number:040x}")


def model(folder: Path, **options) -> bytes:
    return mean_color(folder / "made.onnx", shape=SYMBOLS, **options).read_bytes()


@pytest.mark.parametrize("name", ["onnx/vision_model.onnx", "onnx/model.onnx", "model.onnx"])
def test_a_model_in_the_cache_needs_no_network(cache, tmp_path, name):
    put(cache, "owner/name", {name: model(tmp_path), "preprocessor_config.json": encode(CONFIG)})
    backbone = load_backbone("hf:owner/name")
    assert (backbone.name, backbone.size) == ("hf:owner/name", (6, 8))
    np.testing.assert_allclose(backbone.extract(PIXELS), EXPECTED, rtol=1e-4)


def encode(document: object) -> bytes:
    return json.dumps(document).encode()


def test_a_file_may_be_named_and_patches_give_the_first_token(cache, tmp_path):
    data = model(tmp_path, output="tokens", extra_output=False)
    files = {"sub/my.onnx": data, "preprocessor_config.json": encode(CONFIG)}
    put(cache, "owner/name", files)
    backbone = load_backbone("hf:owner/name/sub/my.onnx")
    expected = (PIXELS[:, 0, 0] * 0.5 - [1, 2, 3]) / [4, 5, 6]
    np.testing.assert_allclose(backbone.extract(PIXELS), expected, rtol=1e-4)
    with pytest.raises(ModelError, match="not in the local cache"):
        load_backbone("hf:owner/name")


def test_weights_in_a_file_of_their_own_are_found(cache, tmp_path):
    matrix = np.arange(12, dtype=np.float32).reshape(3, 4)
    path = projection(tmp_path / "made.onnx", location="model.onnx_data", values=matrix)
    files = {
        "onnx/model.onnx": path.read_bytes(),
        "onnx/model.onnx_data": matrix.tobytes(),
        "preprocessor_config.json": encode({"do_normalize": False, "do_rescale": False}),
    }
    put(cache, "owner/name", files)
    features = load_backbone("hf:owner/name").extract(np.full((1, 4, 4, 3), 2, np.uint8))
    np.testing.assert_allclose(features, 2 * matrix.sum(axis=0)[None])


@pytest.mark.parametrize("location", ["../secret", "../../../../secret"])
def test_weights_outside_the_repository_are_refused(cache, tmp_path, location):
    matrix = np.ones((3, 4), np.float32)
    path = projection(tmp_path / "made.onnx", location=location, values=matrix)
    files = {
        "onnx/model.onnx": path.read_bytes(),
        "secret": matrix.tobytes(),
        "preprocessor_config.json": encode(CONFIG),
    }
    put(cache, "owner/name", files)
    with pytest.raises((ModelError, SettingError)):
        load_backbone("hf:owner/name")


def test_what_is_missing_is_told_in_one_line(cache, tmp_path):
    put(cache, "owner/name", {"model.onnx": model(tmp_path)})
    for spec, message in {
        "hf:owner/other": "not in the local cache and the hub cannot be reached",
        "hf:owner/name": r"preprocessor_config\.json is not in the local cache",
    }.items():
        with pytest.raises(ModelError, match=message) as caught:
            load_backbone(spec)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "spec", ["hf:", "hf:name", "hf:/name", "hf:a/b/c", "hf:a/b/", "hf:../b", "hf:a/b/../c.onnx"]
)
def test_a_specification_of_another_form_is_refused(spec):
    with pytest.raises((SettingError, ModelError)) as caught:
        load_backbone(spec)
    assert "hf:" in str(caught.value)


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"vidgist\[hub\]"):
        load_backbone("hf:owner/name")


@pytest.mark.parametrize(
    ("changes", "size", "scale", "mean", "channels"),
    [
        ({}, (6, 8), 0.5, (1, 2, 3), "RGB"),
        ({"do_center_crop": False}, (9, 9), 0.5, (1, 2, 3), "RGB"),
        ({"crop_size": 7}, (7, 7), 0.5, (1, 2, 3), "RGB"),
        ({"do_center_crop": False, "size": 5}, (5, 5), 0.5, (1, 2, 3), "RGB"),
        ({"do_rescale": False}, (6, 8), 1, (1, 2, 3), "RGB"),
        ({"do_normalize": False}, (6, 8), 0.5, (0, 0, 0), "RGB"),
        ({"do_flip_channel_order": True}, (6, 8), 0.5, (1, 2, 3), "BGR"),
    ],
)
def test_the_config_is_understood(changes, size, scale, mean, channels):
    how = preprocessing_of(CONFIG | changes, source="config")
    assert (how.size, how.scale, how.mean, how.channels) == (size, scale, mean, channels)


@pytest.mark.parametrize(
    "config", [{}, {"image_mean": [0, 0, 0]}, CONFIG | {"image_std": 0}, CONFIG | {"size": "x"}]
)
def test_a_config_that_says_too_little_or_nonsense_is_refused_or_leaves_the_size_open(config):
    if config.get("size") == "x":
        assert preprocessing_of(config | {"do_center_crop": False}, source="c").size is None
        return
    with pytest.raises(ModelError, match="c: "):
        preprocessing_of(config, source="c")
