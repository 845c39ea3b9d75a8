from __future__ import annotations

import numpy as np
import pytest

from onnx_models import mean_color
from vidgist.backbones import load_backbone
from vidgist.backbones.onnx_file import load_onnx_file
from vidgist.backbones.youtube8m import Youtube8m, dequantize, quantize, read_pca
from vidgist.errors import ModelError


def write(folder, mean, values, vectors) -> None:
    np.save(folder / "mean.npy", mean)
    np.save(folder / "eigenvals.npy", values)
    np.save(folder / "eigenvecs.npy", vectors)


def test_dequantizing_is_the_formula_for_every_byte():
    every = np.arange(256, dtype=np.uint8)
    expected = every.astype(np.float64) * 4 / 255 + 4 / 512 - 2
    assert dequantize(every).dtype == np.float32
    np.testing.assert_array_equal(dequantize(every), expected.astype(np.float32))
    assert dequantize(every.reshape(2, 128)).shape == (2, 128)


def test_quantizing_after_dequantizing_is_exact_for_every_byte():
    every = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(quantize(dequantize(every)), every)


def test_quantizing_clips_and_rounds_and_loses_at_most_a_step():
    assert quantize(np.array([-9, -2, 2, 9.0])).tolist() == [0, 0, 255, 255]
    assert quantize(np.array([-2 + 4 / 255 * 0.49, -2 + 4 / 255 * 0.51])).tolist() == [0, 1]
    values = np.random.default_rng(0).uniform(-2, 2, 10_000).astype(np.float32)
    assert np.abs(dequantize(quantize(values)) - values).max() <= 4 / 255 / 2 + 4 / 512 + 1e-6


def test_the_pca_is_that_of_the_data(tmp_path):
    random = np.random.default_rng(1)
    data = random.normal(size=(500, 6)) @ random.normal(size=(6, 6)) + 3
    values, vectors = np.linalg.eigh(np.cov(data.T))
    # The published files: columns of one number, a component a row, the largest first.
    write(tmp_path, data.mean(axis=0)[:, None], values[::-1, None], vectors.T[::-1])
    pca = read_pca(tmp_path, dimension=4)
    whitened = pca(data)
    assert whitened.shape == (500, 4)
    np.testing.assert_allclose(whitened.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(np.cov(whitened.T), np.eye(4), atol=1e-3)
    first = (data - data.mean(axis=0)) @ vectors[:, -1] / np.sqrt(values[-1] + 1e-4)
    np.testing.assert_allclose(whitened[:, 0], first, rtol=1e-4, atol=1e-5)


def test_the_backbone_gives_dequantized_bytes(tmp_path):
    mean_color(tmp_path / "inception.onnx", shape=["B", 3, 4, 4])
    inner = load_onnx_file(tmp_path / "inception.onnx")
    write(tmp_path, np.zeros((3, 1)), np.ones((3, 1)), np.eye(3))
    backbone = Youtube8m(inner, read_pca(tmp_path, dimension=2))
    assert (backbone.name, backbone.dimension) == ("youtube8m(inception)", 2)
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 3), dtype=np.uint8)
    features = backbone.extract(pixels)
    assert features.dtype == np.float32
    expected = inner.extract(pixels)[:, :2] / np.sqrt(1 + 1e-4)
    np.testing.assert_allclose(features, expected, atol=4 / 255 + 4 / 512)
    np.testing.assert_array_equal(features, dequantize(quantize(features)))
    write(tmp_path, np.full((3, 1), 0.1), np.ones((3, 1)), np.eye(3))
    other = Youtube8m(inner, read_pca(tmp_path, dimension=2))
    assert len({inner.fingerprint, backbone.fingerprint, other.fingerprint}) == 3
    write(tmp_path, np.zeros((4, 1)), np.ones((4, 1)), np.eye(4))
    with pytest.raises(ModelError, match="gives 3 numbers, the PCA takes 4"):
        Youtube8m(inner, read_pca(tmp_path, dimension=2))


def test_the_specification_reads_the_matrices_beside_the_model(tmp_path):
    path = mean_color(tmp_path / "inception.onnx", shape=["B", 3, 4, 4])
    with pytest.raises(ModelError, match=r"mean\.npy: cannot be read"):
        load_backbone(f"youtube8m:{path}")
    write(tmp_path, np.zeros(2048), np.ones(2048), np.eye(2048, dtype=np.float32))
    with pytest.raises(ModelError, match="gives 3 numbers, the PCA takes 2048"):
        load_backbone(f"youtube8m:{path}")


@pytest.mark.parametrize(
    "wrong",
    [
        (np.zeros(4), np.ones(3), np.eye(4)),
        (np.zeros(4), np.ones(4), np.ones((4, 3))),
        (np.zeros(4), np.ones(4), np.ones(16)),
        (np.zeros(4), -np.ones(4), np.eye(4)),
        (np.full(4, np.nan), np.ones(4), np.eye(4)),
        (np.zeros(4, int), np.ones(4), np.eye(4)),
        (np.array([{}] * 4), np.ones(4), np.eye(4)),
    ],
)
def test_wrong_matrices_are_refused(tmp_path, wrong):
    write(tmp_path, *wrong)
    with pytest.raises(ModelError) as caught:
        read_pca(tmp_path, dimension=4)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"text", b"\x93NUMPY\x01\x00", b"PK\x03\x04"])
def test_damaged_files_are_refused(tmp_path, content):
    write(tmp_path, np.zeros(4), np.ones(4), np.eye(4))
    (tmp_path / "eigenvals.npy").write_bytes(content)
    with pytest.raises(ModelError, match=r"eigenvals\.npy"):
        read_pca(tmp_path, dimension=4)
