"""The graph and the weight reader against torch, where torch is installed."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: nothing to compare with")

from vidgist.backbones import BACKBONES  # noqa: E402
from vidgist.backbones.efficientnet_lite import same_padding  # noqa: E402
from vidgist.backbones.session import Session  # noqa: E402
from vidgist.backbones.weights import read_legacy_tensors  # noqa: E402

FAMILY = ["efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2"]


def installed(name: str):
    record = BACKBONES[name]
    if not record.installed():
        pytest.skip(f"the weights of {name} are not installed")
    return record


@pytest.mark.parametrize("name", FAMILY)
def test_tensors_are_those_that_torch_loads_to_the_bit(name):
    path = installed(name).weights_path()
    expected = torch.load(path, map_location="cpu", weights_only=True)
    tensors = read_legacy_tensors(path.read_bytes(), source=path.name)
    assert list(tensors) == list(expected)
    for key, values in expected.items():
        assert tensors[key].shape == tuple(values.shape), key
        assert tensors[key].tobytes() == values.contiguous().numpy().tobytes(), key


class Network:
    """The network written down once more, in torch, block by block and without folding."""

    def __init__(self, state, blocks) -> None:
        self.state, self.blocks = state, list(blocks)

    def convolution(self, x, name, norm, *, stride=1, relu=True):
        weight = self.state[f"{name}.weight"]
        kernel = weight.shape[-1]
        pads = [same_padding(n, kernel=kernel, stride=stride) for n in (x.shape[3], x.shape[2])]
        x = torch.nn.functional.pad(x, [p for pair in pads for p in pair])
        groups = x.shape[1] // weight.shape[1]
        x = torch.nn.functional.conv2d(x, weight, stride=stride, groups=groups)
        names = ("running_mean", "running_var", "weight", "bias")
        x = torch.nn.functional.batch_norm(x, *(self.state[f"{norm}.{n}"] for n in names), eps=1e-3)
        return torch.nn.functional.relu6(x) if relu else x

    def __call__(self, pixels):
        x = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() - 127) / 128
        x = self.convolution(x, "_conv_stem", "_bn0", stride=2)
        for index, block in enumerate(self.blocks):
            before, at = x, f"_blocks.{index}"
            if f"{at}._expand_conv.weight" in self.state:
                x = self.convolution(x, f"{at}._expand_conv", f"{at}._bn0")
            x = self.convolution(x, f"{at}._depthwise_conv", f"{at}._bn1", stride=block.stride)
            x = self.convolution(x, f"{at}._project_conv", f"{at}._bn2", relu=False)
            if block.stride == 1 and before.shape == x.shape:
                x = x + before
        features = self.convolution(x, "_conv_head", "_bn1").mean((2, 3))
        return features, features @ self.state["_fc.weight"].T + self.state["_fc.bias"]


@pytest.mark.parametrize("name", FAMILY)
def test_features_and_logits_agree_with_torch(name):
    record = installed(name)
    state = torch.load(record.weights_path(), map_location="cpu", weights_only=True)
    network = Network(state, record.scaling.blocks())
    side = record.scaling.side
    noise = np.random.default_rng(3).integers(0, 256, (2, side, side, 3), dtype=np.uint8)
    ramp = np.linspace(0, 255, side).astype(np.uint8)
    smooth = np.broadcast_to(ramp[:, None, None], (side, side, 3))
    pixels = np.concatenate([noise, smooth[None], smooth.transpose(1, 0, 2)[None]])
    with torch.no_grad():
        features, logits = (t.numpy() for t in network(pixels))
    session = Session(record.graph(logits=True), source=name)
    np.testing.assert_allclose(session.run("features", pixels=pixels), features, atol=1e-4)
    np.testing.assert_allclose(session.run("logits", pixels=pixels), logits, atol=1e-4)
    assert math.isclose(features.max(), session.run("features", pixels=pixels).max(), rel_tol=1e-4)
