from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from onnx_models import mean_color
from vidgist.backbones import load_backbone
from vidgist.backbones.concatenated import Concatenated
from vidgist.backbones.onnx_file import load_onnx_file
from vidgist.errors import SettingError
from vidgist.types import Features, FrameWindow

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)


def cosines(features: np.ndarray) -> np.ndarray:
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    return unit @ unit.T


@pytest.fixture
def parts(tmp_path):
    a = mean_color(tmp_path / "a.onnx", shape=["B", 3, 8, 8])
    b = mean_color(tmp_path / "b.onnx", shape=["B", 3, 8, 8], output="map")
    how = {"scale": 1, "mean": [200, 0, 0], "std": 7}
    return load_onnx_file(a), load_onnx_file(b, preprocessing=how)


def features_of(joined: Concatenated) -> Features:
    values = joined.extract(PIXELS)
    return Features(
        values=values, picks=np.arange(5), n_frames=5, backbone=joined.name, widths=joined.widths
    )


def test_cosines_are_the_mean_of_the_parts_cosines(parts):
    joined = Concatenated(parts)
    assert joined.name == "a+b"
    features = features_of(joined)
    assert features.values.shape == (5, joined.dimension) == (5, 6)
    expected = (cosines(parts[0].extract(PIXELS)) + cosines(parts[1].extract(PIXELS))) / 2
    np.testing.assert_allclose(cosines(features.looks), expected, atol=1e-6)
    assert [part.backbone for part in features.parts] == ["a", "b"]
    for one, part in zip(parts, features.parts, strict=True):
        np.testing.assert_array_equal(part.values, one.extract(PIXELS))  # lengths are kept


def test_a_vector_of_zeros_stays_one(parts, tmp_path):
    path = mean_color(tmp_path / "c.onnx", shape=["B", 3, 8, 8])
    zero = load_onnx_file(path, preprocessing={"scale": 0, "mean": 0})
    looks = features_of(Concatenated([zero, parts[0]])).looks
    np.testing.assert_array_equal(looks[:, :3], 0)
    np.testing.assert_allclose(np.linalg.norm(looks, axis=1), 1, rtol=1e-6)


def test_pictures_are_read_at_the_largest_size_and_shrunk_for_the_others(parts, tmp_path):
    small = load_onnx_file(mean_color(tmp_path / "s.onnx", shape=["B", 3, 4, 6]))
    joined = Concatenated([small, parts[0]])
    assert joined.size == (8, 8)
    shrunk = np.stack(
        [np.asarray(Image.fromarray(p).resize((6, 4), Image.Resampling.BILINEAR)) for p in PIXELS]
    )
    np.testing.assert_allclose(joined.extract(PIXELS)[:, :3], small.extract(shrunk), rtol=1e-6)


def test_the_fingerprint_follows_the_parts_and_their_order(parts):
    prints = {Concatenated(parts).fingerprint, Concatenated(parts[::-1]).fingerprint}
    assert len(prints | {part.fingerprint for part in parts}) == 4


def test_the_specification_with_a_plus_joins(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=["B", 3, 8, 8])
    joined = load_backbone(f"efficientnet_lite0 + {path}")
    assert (joined.name, joined.dimension, joined.size) == (
        "efficientnet_lite0+m",
        1283,
        (224, 224),
    )
    with pytest.raises(SettingError, match="two or more"):
        Concatenated([])
    with pytest.raises(SettingError, match="unknown value ''"):
        load_backbone("efficientnet_lite0+")


class MeanOfWindows:
    """A backbone of frame windows: the mean color of each of its pictures."""

    dimension, size, fingerprint = 6, (8, 8), "c"

    def __init__(self, name: str = "windows", rate: float = 25.0) -> None:
        self.name, self.window = name, FrameWindow(frames=2, rate=rate)

    def extract(self, pixels):
        return pixels.mean(axis=(2, 3)).reshape(len(pixels), 6).astype(np.float32)


def test_beside_windows_the_others_see_the_samples_themselves(parts):
    joined = Concatenated([MeanOfWindows(), parts[0]])
    assert joined.window == FrameWindow(frames=2, rate=25.0)
    windows = np.random.default_rng(1).integers(0, 256, (4, 2, 8, 8, 3), dtype=np.uint8)
    features = joined.extract(windows)
    for start, alone in (
        (0, MeanOfWindows().extract(windows)),
        (6, parts[0].extract(windows[:, 1])),
    ):
        np.testing.assert_allclose(features[:, start : start + alone.shape[1]], alone, rtol=1e-5)
    assert Concatenated(parts).window is None


def test_windows_of_two_kinds_cannot_be_joined():
    with pytest.raises(SettingError, match=r"a \(2 frames, 25 a second\) and b \(2 frames, 15"):
        Concatenated([MeanOfWindows("a"), MeanOfWindows("b", rate=15.0)])
