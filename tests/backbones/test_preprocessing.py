from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from vidgist.backbones.preprocessing import (
    IMAGENET_MEAN,
    Preprocessing,
    prepare,
    read_preprocessing,
    with_values,
)
from vidgist.errors import ModelError

PIXELS = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("channels", ["RGB", "BGR"])
def test_prepare_is_the_formula_pixel_by_pixel(layout, channels):
    how = Preprocessing(scale=0.5, mean=(1, 2, 3), std=(4, 5, 6), channels=channels, layout=layout)
    prepared = prepare(PIXELS, how)
    assert prepared.dtype == np.float32
    assert prepared.flags.c_contiguous
    for b, y, x, c in np.ndindex(PIXELS.shape):
        channel = "RGB".index(channels[c])
        expected = (0.5 * PIXELS[b, y, x, channel] - (1, 2, 3)[c]) / (4, 5, 6)[c]
        index = (b, c, y, x) if layout == "NCHW" else (b, y, x, c)
        assert prepared[index] == pytest.approx(expected, abs=1e-5)


def test_a_model_of_uint8_gets_the_pixels_themselves():
    how = Preprocessing(layout="NHWC")
    np.testing.assert_array_equal(prepare(PIXELS, how, dtype=np.uint8), PIXELS)


def test_a_json_may_leave_anything_out(tmp_path):
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"std": 0.5, "size": [6, 8]}))
    how = read_preprocessing(path)
    assert how == Preprocessing(std=(0.5, 0.5, 0.5), size=(6, 8))
    assert how.mean == IMAGENET_MEAN
    assert with_values(Preprocessing(), asdict(how), source="x") == how


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"meen": 0}, "unknown entry 'meen', known: scale, mean"),
        ({"mean": [1, 2]}, "mean: expected 3 numbers"),
        ({"mean": "gray"}, "mean: expected 3 numbers"),
        ({"mean": [1, 2, True]}, "mean: expected 3 numbers"),
        ({"scale": [1]}, None),
        ({"scale": 1e9}, "scale: expected 1 numbers"),
        ({"scale": [1, 2]}, "scale: expected 1 numbers"),
        ({"scale": float("nan")}, "scale: expected 1 numbers"),
        ({"std": [1, 0, 1]}, "std: expected numbers above 0"),
        ({"size": 224}, None),
        ({"size": [224.5, 224]}, "size: expected height and width"),
        ({"size": [0, 224]}, "size: expected height and width"),
        ({"size": [10**5, 224]}, "size: expected height and width"),
        ({"layout": "CHWN"}, "layout: expected NCHW or NHWC"),
        ({"layout": ["NCHW"]}, "layout: expected NCHW or NHWC"),
        ({"channels": "GBR"}, "channels: expected RGB or BGR"),
        ({"channels": None}, "channels: expected RGB or BGR"),
        ({"token": "last"}, "token: expected first or mean"),
        ({"output": 3}, "output: expected a name"),
        ({"output": None}, None),
    ],
)
def test_every_entry_is_checked(values, message):
    if message is None:
        with_values(Preprocessing(), values, source="m.json")
        return
    with pytest.raises(ModelError, match=f"m.json: {message}"):
        with_values(Preprocessing(), values, source="m.json")


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 2**21])
def test_a_file_that_is_no_json_object_is_refused(tmp_path, content):
    path = tmp_path / "m.json"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.json: ") as caught:
        read_preprocessing(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"m\.json: cannot be read"):
        read_preprocessing(tmp_path / "m.json")
