"""Every network by torch, built with random numbers: dimension, input, layer and export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

for library in ("torch", "torchvision", "timm"):
    pytest.importorskip(library, reason="needs the extra: pip install 'vidgist[backbones]'")

import torch  # noqa: E402

from vidgist.backbones import BACKBONES  # noqa: E402
from vidgist.backbones.networks.network import (  # noqa: E402
    PixelNetwork,
    TorchBackbone,
    onnx_of,
    without,
)
from vidgist.backbones.networks.record import TorchRecord  # noqa: E402
from vidgist.backbones.onnx_file import load_onnx_file  # noqa: E402
from vidgist.features.quantize import cosines  # noqa: E402

RECORDS = {name: r for name, r in BACKBONES.items() if isinstance(r, TorchRecord)}


def pictures(record: TorchRecord) -> np.ndarray:
    """Noise, half of it one color; one clip is as much work as a batch of pictures."""
    frames = () if record.window is None else (record.window.frames,)
    count = 3 if record.window is None else 1
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 256, (count, *frames, *record.size, 3), dtype=np.uint8)
    pixels[..., : record.size[1] // 2, :] = rng.integers(
        0, 256, (count, *[1] * len(frames), 1, 1, 3)
    )
    return pixels


def normalized(pixels: np.ndarray, mean: Any, std: Any) -> torch.Tensor:
    values = (pixels / 255 - np.asarray(mean)) / np.asarray(std)
    return torch.from_numpy(np.moveaxis(values, -1, 1).astype(np.float32))


def settle(network: torch.nn.Module, inputs: torch.Tensor) -> None:
    """Make the numbers such as training leaves them, so that what a layer does is seen at the end.

    Fresh normalizations know nothing of their input, and fresh scales of residual branches are
    nearly zero: without this the features would be the same whatever the picture.
    """
    for name, values in network.named_parameters():
        if name.rpartition(".")[2].startswith("gamma"):
            values.data.fill_(0.5)
    norms = [m for m in network.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    if norms:
        for norm in norms:
            norm.momentum = None  # the plain mean of what it sees
            norm.reset_running_stats()
            norm.train()
        with torch.no_grad():
            network(inputs[:2])
        for norm in norms:
            norm.eval()


@dataclass
class Built:
    record: TorchRecord
    pixels: np.ndarray
    inputs: torch.Tensor
    # What the library's own network gives its classifier, and what that makes of it.
    given: torch.Tensor
    network: PixelNetwork
    library: dict[str, Any]


def facts_of(record: TorchRecord, whole: Any) -> dict[str, Any]:
    """Return what the library itself says of preprocessing and license."""
    if record.library == "timm":
        import timm

        config = timm.data.resolve_model_data_config(whole)
        side = record.size[0] if record.resized else config["input_size"][1]
        terms = whole.pretrained_cfg["license"]
        return {
            "mean": config["mean"],
            "std": config["std"],
            "side": side,
            "license": terms,
        }
    if record.library == "torchvision":
        from torchvision import models

        weights = models.get_model_weights(record.model)[record.weights]
        how = weights.transforms()
        return {
            "mean": how.mean,
            "std": how.std,
            "side": how.crop_size[0],
            "file": weights.url.rpartition("/")[2],
            "docs": weights.meta["_docs"],
        }
    return {}


@pytest.fixture(scope="module", params=RECORDS)
def built(request) -> Any:
    record = RECORDS[request.param]
    torch.manual_seed(0)
    whole = record.library_network(pretrained=False).eval()
    library = facts_of(record, whole)
    pixels = pictures(record)
    inputs = normalized(pixels, library.get("mean", record.mean), library.get("std", record.std))
    settle(whole, inputs)
    seen: list[torch.Tensor] = []
    classifier = record.classifier
    if not classifier and whole.num_classes == 0:
        # Made without one: what one would be given is the feature.
        whole.reset_classifier(7)
        classifier = "head"
    layer = whole.get_submodule(classifier or "head")
    handle = layer.register_forward_hook(lambda _, i, o: seen.extend([i[0].clone(), o.clone()]))
    with torch.no_grad():
        output = whole(inputs)
    handle.remove()
    with torch.no_grad():
        torch.testing.assert_close(layer(seen[0]), output)
    given = seen[0] if classifier else output
    network = PixelNetwork(without(whole, classifier), mean=record.mean, std=record.std)
    return Built(record, pixels, inputs, given, network, library)


def test_the_preprocessing_is_the_librarys_own(built):
    record, library = built.record, built.library
    assert record.size[0] == record.size[1]
    if library:
        assert record.mean == pytest.approx(tuple(library["mean"]), abs=1e-9)
        assert record.std == pytest.approx(tuple(library["std"]), abs=1e-9)
        assert library["side"] == record.size[0]
    alone = PixelNetwork(torch.nn.Identity(), mean=record.mean, std=record.std)
    seen = alone(torch.from_numpy(built.pixels))
    torch.testing.assert_close(seen, built.inputs.flatten(1), atol=2e-5, rtol=0)


def test_license_and_file_are_the_librarys_own(built):
    record, library = built.record, built.library
    if "license" in library:
        assert record.license.lower() == library["license"]
    if "file" in library:
        assert record.file == library["file"]
    if record.window is not None and "docs" in library:
        assert f"frame_rate={record.window.rate:g}" in library["docs"]
        assert f"clip_len={record.window.frames}" in library["docs"]


def test_the_feature_is_what_the_classifier_is_given(built):
    with torch.no_grad():
        features = built.network.network(built.inputs).flatten(1)
    assert features.shape == (len(built.pixels), built.record.dimension)
    expected = built.given.flatten(1)
    scale = expected.abs().max()
    torch.testing.assert_close(features / scale, expected / scale, atol=1e-6, rtol=1e-5)
    # They say something of the pictures: numbers differ, and pictures do.
    assert features.std() > 0
    if len(features) > 1:
        assert (features[0] - features[1]).abs().max() > 0.01 * scale


def test_the_export_agrees_with_torch(built, tmp_path):
    backbone = TorchBackbone(built.network, built.record)
    path = tmp_path / "exported.onnx"
    path.write_bytes(onnx_of(built.network, built.record))
    exported = load_onnx_file(path)
    assert exported.dimension == built.record.dimension
    assert exported.size == built.record.size
    assert exported.window == built.record.window
    expected = backbone.extract(built.pixels)
    assert expected.shape == (len(built.pixels), built.record.dimension)
    assert expected.dtype == np.float32
    scale = max(1.0, float(np.abs(expected).max()))
    given = exported.extract(built.pixels)
    np.testing.assert_allclose(given, expected, atol=1e-3 * scale)
    np.testing.assert_allclose(cosines(given, expected), 1, atol=1e-5)
