from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from onnx_models import mean_color
from vidgist.backbones import load_backbone
from vidgist.backbones.backbone import fingerprint_of
from vidgist.backbones.onnx_file import WINDOW_RATE, load_onnx_file, pool
from vidgist.backbones.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from vidgist.errors import ModelError, SettingError
from vidgist.types import FrameWindow

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 6, 8, 3), dtype=np.uint8)
MEAN_COLOR = PIXELS.mean(axis=(1, 2))
AS_IT_IS = {"scale": 1, "mean": 0, "std": 1}
SHAPES = {"NCHW": ["B", 3, 6, 8], "NHWC": ["B", 6, 8, 3]}


def beside(path: Path, **values: object) -> None:
    path.with_suffix(".json").write_text(json.dumps(values))


@pytest.mark.parametrize("layout", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "uint8"])
@pytest.mark.parametrize("output", ["vector", "map"])
def test_layout_size_and_type_are_read_from_the_graph(tmp_path, layout, dtype, output):
    path = mean_color(
        tmp_path / "m.onnx", shape=SHAPES[layout], layout=layout, dtype=dtype, output=output
    )
    beside(path, **AS_IT_IS)
    backbone = load_backbone(str(path))
    assert (backbone.name, backbone.size, backbone.dimension) == ("m", (6, 8), 3)
    features = backbone.extract(PIXELS)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, MEAN_COLOR, rtol=1e-5)


def test_without_a_json_the_normalization_is_that_of_imagenet(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"])
    expected = (MEAN_COLOR / 255 - IMAGENET_MEAN) / IMAGENET_STD
    np.testing.assert_allclose(load_onnx_file(path).extract(PIXELS), expected, atol=1e-5)


def test_options_stand_in_for_the_json_and_the_order_of_channels_counts(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"])
    beside(path, nonsense=1)
    how = {"scale": 1, "mean": [1, 2, 3], "std": [4, 5, 6], "channels": "BGR"}
    features = load_onnx_file(path, preprocessing=how).extract(PIXELS)
    expected = (MEAN_COLOR[:, ::-1] - [1, 2, 3]) / [4, 5, 6]
    np.testing.assert_allclose(features, expected, rtol=1e-4)
    same = load_onnx_file(
        path,
        preprocessing=Preprocessing(scale=1, mean=(1, 2, 3), std=(4, 5, 6), channels="BGR"),
    )
    np.testing.assert_array_equal(same.extract(PIXELS), features)


@pytest.mark.parametrize("batch", [1, 2, 5, 8])
def test_a_fixed_batch_is_filled_up_and_cut_off(tmp_path, batch):
    path = mean_color(tmp_path / "m.onnx", shape=[batch, 3, 6, 8])
    beside(path, **AS_IT_IS)
    np.testing.assert_allclose(load_onnx_file(path).extract(PIXELS), MEAN_COLOR, rtol=1e-5)


def test_what_the_graph_leaves_open_is_said_in_the_json(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=["B", "C", "H", "W"])
    with pytest.raises(ModelError, match='"layout"'):
        load_onnx_file(path)
    beside(path, layout="NCHW", **AS_IT_IS)
    with pytest.raises(ModelError, match='"size"'):
        load_onnx_file(path)
    beside(path, layout="NCHW", size=[6, 8], **AS_IT_IS)
    np.testing.assert_allclose(load_onnx_file(path).extract(PIXELS), MEAN_COLOR, rtol=1e-5)


def test_an_axis_called_channels_tells_the_layout(tmp_path):
    shape = ["batch", "num_channels", "height", "width"]
    path = mean_color(tmp_path / "m.onnx", shape=shape)
    beside(path, size=[6, 8], **AS_IT_IS)
    np.testing.assert_allclose(load_onnx_file(path).extract(PIXELS), MEAN_COLOR, rtol=1e-5)


@pytest.mark.parametrize(
    ("token", "expected"), [("first", PIXELS[:, 0, 0].astype(float)), ("mean", MEAN_COLOR)]
)
def test_of_a_vector_a_patch_the_json_says_which(tmp_path, token, expected):
    path = mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"], output="tokens")
    with pytest.raises(ModelError, match='"token"'):
        load_onnx_file(path)
    beside(path, token=token, **AS_IT_IS)
    np.testing.assert_allclose(load_onnx_file(path).extract(PIXELS), expected, rtol=1e-5)


def test_of_several_outputs_the_json_says_which(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"], extra_output=True)
    with pytest.raises(ModelError, match=r"has 2 outputs \(feature, negative\)"):
        load_onnx_file(path)
    beside(path, output="negative", **AS_IT_IS)
    np.testing.assert_allclose(load_onnx_file(path).extract(PIXELS), -MEAN_COLOR, rtol=1e-5)
    beside(path, output="nothing")
    with pytest.raises(ModelError, match="has no output 'nothing', it has: feature, negative"):
        load_onnx_file(path)


def test_models_that_take_no_pictures_are_refused(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"], extra_input=True)
    with pytest.raises(ModelError, match="has 2 inputs"):
        load_onnx_file(path)
    beside(path, input="picture")
    with pytest.raises(ModelError, match="needs the inputs words besides pictures"):
        load_onnx_file(path)
    gray = mean_color(tmp_path / "gray.onnx", shape=["B", 1, 6, 8])
    beside(gray, layout="NCHW")
    with pytest.raises(ModelError, match="1 channels"):
        load_onnx_file(gray)
    flat = mean_color(tmp_path / "flat.onnx", shape=["B", 3, 48])
    with pytest.raises(ModelError, match=r"has shape \['B', 3, 48\]"):
        load_onnx_file(flat)
    huge = mean_color(tmp_path / "huge.onnx", shape=["B", 3, 100_000, 100_000])
    with pytest.raises(ModelError, match="too large"):
        load_onnx_file(huge)


def test_a_json_that_contradicts_the_graph_is_refused(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"])
    beside(path, size=[8, 6])
    with pytest.raises(ModelError, match="6 x 8, the JSON beside it has 8 x 6"):
        load_onnx_file(path)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x00" * 100, b"\x08\x08"])
def test_what_is_no_model_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.onnx: is not an ONNX model") as caught:
        load_backbone(str(path))
    assert "\n" not in str(caught.value)


def test_a_model_cut_short_or_missing_is_refused(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"])
    data = path.read_bytes()
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(ModelError, match=r"m\.onnx") as caught:
            load_onnx_file(path)
        assert "\n" not in str(caught.value)
    path.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        load_onnx_file(path)


def test_features_that_are_not_finite_are_refused(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"], dtype="float16")
    beside(path, scale=1e6)
    with pytest.raises(ModelError, match="not finite"):
        load_onnx_file(path)


def test_pictures_of_another_kind_are_refused(tmp_path):
    backbone = load_onnx_file(mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"]))
    for wrong in (PIXELS[0], PIXELS[:, :, :7], PIXELS.astype(np.float32), PIXELS[..., :1]):
        with pytest.raises(SettingError, match=r"expected uint8 \(B, 6, 8, 3\)"):
            backbone.extract(wrong)


def test_the_fingerprint_follows_the_file_and_the_preprocessing(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=SHAPES["NCHW"])
    first = load_onnx_file(path).fingerprint
    assert load_onnx_file(path, name="other").fingerprint == first
    beside(path, mean=[0.5, 0.5, 0.5])
    second = load_onnx_file(path).fingerprint
    mean_color(path, shape=SHAPES["NCHW"], output="map")
    assert len({first, second, load_onnx_file(path).fingerprint}) == 3


def test_an_exported_backbone_is_the_backbone(tmp_path):
    from vidgist.backbones import BACKBONES

    path = tmp_path / "lite0.onnx"
    path.write_bytes(BACKBONES["efficientnet_lite0"].export())
    exported, named = load_backbone(str(path)), load_backbone("efficientnet_lite0")
    assert (exported.size, exported.dimension) == (named.size, named.dimension)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    np.testing.assert_array_equal(exported.extract(pixels), named.extract(pixels))


def test_an_output_of_another_rank_is_no_feature():
    with pytest.raises(ModelError, match=r"its output has shape \(4,\)"):
        pool(np.zeros(4, np.float32), token=None, source="m.onnx")


CLIPS = np.random.default_rng(2).integers(0, 256, (3, 5, 4, 6, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("shape", "layout"), [(["B", 3, 5, 4, 6], "NCHW"), (["B", 5, 4, 6, 3], "NHWC")]
)
@pytest.mark.parametrize("output", ["vector", "map"])
def test_a_model_of_frame_windows(tmp_path, shape, layout, output):
    path = mean_color(tmp_path / "m.onnx", shape=shape, layout=layout, output=output)
    how = {"scale": 1, "mean": 0, "std": 1, "rate": 15}
    backbone = load_onnx_file(path, preprocessing=how)
    assert backbone.window == FrameWindow(frames=5, rate=15.0)
    assert (backbone.size, backbone.dimension) == ((4, 6), 3)
    np.testing.assert_allclose(backbone.extract(CLIPS), CLIPS.mean(axis=(1, 2, 3)), rtol=1e-5)
    other = load_onnx_file(path, preprocessing=how | {"rate": 25})
    assert other.fingerprint != backbone.fingerprint


def test_how_many_frames_make_a_second_must_be_known(tmp_path):
    shape = ["B", 3, 5, 4, 6]
    path = mean_color(tmp_path / "m.onnx", shape=shape)
    with pytest.raises(ModelError, match=r'windows of 5 frames; give .*\{"rate": 25\}'):
        load_onnx_file(path)
    (tmp_path / "m.json").write_text('{"rate": -1}')
    with pytest.raises(ModelError, match="rate: expected a number above 0"):
        load_onnx_file(path)
    said = mean_color(tmp_path / "n.onnx", shape=shape, metadata={WINDOW_RATE: "7.5"})
    assert load_onnx_file(said).window == FrameWindow(frames=5, rate=7.5)
    wrong = mean_color(tmp_path / "w.onnx", shape=shape, metadata={WINDOW_RATE: "often"})
    with pytest.raises(ModelError, match="give the frames a second"):
        load_onnx_file(wrong)
    open_ = mean_color(tmp_path / "o.onnx", shape=["B", 3, "F", 4, 6])
    with pytest.raises(ModelError, match="leaves the number of frames open"):
        load_onnx_file(open_)


def test_the_fingerprint_of_a_model_of_pictures_has_no_rate(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=["B", 3, 4, 6])
    backbone = load_onnx_file(path)
    facts = {k: v for k, v in asdict(backbone.preprocessing).items() if k != "rate"}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert backbone.window is None
    assert backbone.fingerprint == fingerprint_of(files=[digest], preprocessing=facts)
