"""EfficientNet-Lite as an ONNX graph, built from its weights.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019,
in the "Lite" form: no squeeze-and-excitation, ReLU6 in place of swish, stem and head of fixed
width.  The graph takes uint8 pictures and normalizes them itself:

    y = (pixels - 127) / 128

then inverted residual blocks (1x1 expansion, k x k depthwise convolution, 1x1 projection), a 1x1
convolution to 1280 channels and the mean over the picture.  Batch normalization is folded into the
convolution before it.  The padding is TensorFlow's "SAME": where it is odd, the right and the
bottom get the larger part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vidgist.errors import ModelError

if TYPE_CHECKING:
    import onnx

BUILDER_VERSION = 1
"""Version of the graphs made here, part of their name in the cache."""

DIMENSION = 1280
INPUT, FEATURES, LOGITS = "pixels", "features", "logits"

_BATCH_NORM_EPS = 1e-3
_MEAN, _SCALE = 127.0, 128.0
_OPSET, _IR_VERSION = 17, 8  # understood by every ONNX Runtime that vidgist accepts


class Stage(NamedTuple):
    """A run of equal blocks, of the network before scaling."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


_STEM_CHANNELS = 32
_STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class Block(NamedTuple):
    """One inverted residual block."""

    kernel: int
    stride: int
    expansion: int
    channels_in: int
    channels: int

    @property
    def residual(self) -> bool:
        """Whether the block's input is added to its output."""
        return self.stride == 1 and self.channels_in == self.channels


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """The scaling of one network: width and depth of the blocks, and side of the picture."""

    width: float
    depth: float
    side: int

    def channels(self, base: int) -> int:
        """Return the scaled width: a multiple of 8, at most 10% under the exact product."""
        exact = base * self.width
        rounded = max(8, int(exact + 4) // 8 * 8)
        return rounded + 8 if rounded < 0.9 * exact else rounded

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks in order; the depth of the first and of the last stage is fixed."""
        channels_in = _STEM_CHANNELS
        for index, stage in enumerate(_STAGES):
            inner = 0 < index < len(_STAGES) - 1
            repeats = math.ceil(stage.repeats * self.depth) if inner else stage.repeats
            channels = self.channels(stage.channels)
            for repeat in range(repeats):
                stride = stage.stride if repeat == 0 else 1
                yield Block(stage.kernel, stride, stage.expansion, channels_in, channels)
                channels_in = channels


def same_padding(size: int, *, kernel: int, stride: int) -> tuple[int, int]:
    """Return the padding before and after one axis for an output of ceil(size / stride).

    >>> same_padding(224, kernel=3, stride=2)
    (0, 1)
    """
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


@dataclass
class _Builder:
    """The nodes of a graph so far; ``size`` is the side of the picture after them."""

    weights: Mapping[str, npt.NDArray[Any]]
    size: int
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, values: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, operator: str, *inputs: str, output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, list(inputs), [output], output, **attributes))
        return output

    def tensor(self, name: str, *shape: int) -> npt.NDArray[np.float64]:
        values = self.weights.get(name)
        if values is None or values.shape != shape:
            got = "nothing" if values is None else values.shape
            raise ModelError(f"EfficientNet-Lite weights: {name}: expected {shape}, got {got}")
        return values.astype(np.float64)

    def convolution(
        self,
        source: str,
        name: str,
        norm: str,
        *,
        shape: tuple[int, int, int],
        stride: int = 1,
        depthwise: bool = False,
        activation: bool = True,
    ) -> str:
        """Add convolution, folded batch normalization and ReLU6; ``shape`` is (out, in, kernel)."""
        channels, channels_in, kernel = shape
        weight = self.tensor(f"{name}.weight", channels, channels_in, kernel, kernel)
        gamma, beta, mean, variance = (
            self.tensor(f"{norm}.{part}", channels)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        gain = gamma / np.sqrt(variance + _BATCH_NORM_EPS)
        before, after = same_padding(self.size, kernel=kernel, stride=stride)
        self.size = math.ceil(self.size / stride)
        output = self.node(
            "Conv",
            source,
            self.constant(f"{name}.weight", (weight * gain[:, None, None, None]).astype("f4")),
            self.constant(f"{name}.bias", (beta - mean * gain).astype("f4")),
            output=f"{name}.out",
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=channels if depthwise else 1,
        )
        if not activation:
            return output
        return self.node("Clip", output, "zero", "six", output=f"{name}.relu6")

    def block(self, source: str, prefix: str, block: Block) -> str:
        wide = block.channels_in * block.expansion
        out = source
        if block.expansion != 1:
            out = self.convolution(
                out, f"{prefix}._expand_conv", f"{prefix}._bn0", shape=(wide, block.channels_in, 1)
            )
        out = self.convolution(
            out,
            f"{prefix}._depthwise_conv",
            f"{prefix}._bn1",
            shape=(wide, 1, block.kernel),
            stride=block.stride,
            depthwise=True,
        )
        out = self.convolution(
            out,
            f"{prefix}._project_conv",
            f"{prefix}._bn2",
            shape=(block.channels, wide, 1),
            activation=False,
        )
        return self.node("Add", out, source, output=f"{prefix}.sum") if block.residual else out


def build_graph(
    weights: Mapping[str, npt.NDArray[Any]], *, scaling: Scaling, logits: bool = False
) -> bytes:
    """Return the network as a serialized ONNX model.

    Its input is ``pixels`` (B, side, side, 3) uint8 RGB, its output ``features`` (B, 1280) float32
    and, on request, ``logits`` (B, 1000) for ImageNet's classes.

    Args:
        weights: the network's tensors by name, from `read_legacy_tensors`.
        scaling: of the network.
        logits: keep the classifier.

    Raises:
        ModelError: the weights are of another network.
    """
    from onnx import TensorProto, helper

    side = scaling.side
    b = _Builder(weights, side)
    for name, value in {"zero": 0.0, "six": 6.0, "mean": _MEAN, "scale": _SCALE}.items():
        b.constant(name, np.array(value, "f4"))
    # The names of nodes are in every file exported so far, and in the hash of each.
    b.node("Cast", INPUT, output="float", to=TensorProto.FLOAT)
    b.node("Sub", "float", "mean", output="centred")
    b.node("Div", "centred", "scale", output="normalised")
    b.node("Transpose", "normalised", output="planes", perm=[0, 3, 1, 2])

    out = b.convolution("planes", "_conv_stem", "_bn0", shape=(_STEM_CHANNELS, 3, 3), stride=2)
    channels = _STEM_CHANNELS
    for index, block in enumerate(scaling.blocks()):
        out = b.block(out, f"_blocks.{index}", block)
        channels = block.channels
    out = b.convolution(out, "_conv_head", "_bn1", shape=(DIMENSION, channels, 1))
    b.node("GlobalAveragePool", out, output="pooled")
    b.node("Flatten", "pooled", output=FEATURES, axis=1)
    outputs = [helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, ["B", DIMENSION])]
    if logits:
        classes = len(weights["_fc.bias"])
        b.constant("_fc.weight", b.tensor("_fc.weight", classes, DIMENSION).astype("f4"))
        b.constant("_fc.bias", b.tensor("_fc.bias", classes).astype("f4"))
        b.node("Gemm", FEATURES, "_fc.weight", "_fc.bias", output=LOGITS, transB=1)
        outputs.append(helper.make_tensor_value_info(LOGITS, TensorProto.FLOAT, ["B", classes]))

    pixels = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["B", side, side, 3])
    graph = helper.make_graph(b.nodes, "efficientnet_lite", [pixels], outputs, b.constants)
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
        producer_name="vidgist",
        producer_version=str(BUILDER_VERSION),
    )
    return bytes(model.SerializeToString())
