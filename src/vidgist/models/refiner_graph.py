r"""The network of `vidgist.training.network` as an ONNX graph, built from its weights.

Attention over T samples makes T x T weights: 1.6 GB a head at T = 20,000. So the queries are
visited in blocks, in a loop inside the graph:

.. math:: O_{[i, i + b)} = \mathrm{softmax}(Q_{[i, i + b)} K^T / \sqrt{d_{head}}) \, V

which is exact, as each row of the softmax needs its own query only. The block's length b is an
input of the graph, so that the caller bounds the memory for the T at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper

from vidgist.models.graph_tools import INT64, GraphBuilder, serialize
from vidgist.models.settings import NetworkSettings

__all__ = ["BLOCK", "FEATURES", "RESULTS", "refiner_graph", "refiner_shapes"]

FEATURES, BLOCK, RESULTS = "features", "block", "results"
_EPSILON = 1e-6

Weights = Mapping[str, npt.NDArray[Any]]


def _layer_shapes(prefix: str, shape: NetworkSettings) -> dict[str, tuple[int, ...]]:
    width, inner, heads = shape.width, shape.inner, shape.heads * shape.head_width
    shapes: dict[str, tuple[int, ...]] = {
        "query.weight": (heads, width),
        "key.weight": (heads, width),
        "value.weight": (heads, width),
        "out.weight": (width, heads),
        "norm.weight": (width,),
        "norm.bias": (width,),
        "widen.weight": (inner, width),
        "widen.bias": (inner,),
        "narrow.weight": (width, inner),
        "narrow.bias": (width,),
    }
    if shape.norm_after_feedforward:
        shapes |= {"last_norm.weight": (width,), "last_norm.bias": (width,)}
    return {f"{prefix}.{name}": value for name, value in shapes.items()}


def refiner_shapes(dimension: int, shape: NetworkSettings) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor of such a network."""
    width = shape.width
    shapes: dict[str, tuple[int, ...]] = {
        "project.weight": (width, dimension),
        "project.bias": (width,),
        "norm.weight": (width,),
        "norm.bias": (width,),
        "filter_hidden.weight": (width, width),
        "filter_hidden.bias": (width,),
        "filter_out.weight": (1, width),
        "filter_out.bias": (1,),
    }
    for i in range(shape.layers):
        shapes |= _layer_shapes(f"layers.{i}", shape)
    return shapes | _layer_shapes("filter_layer", shape)


class _Builder(GraphBuilder):
    """The graph of one network."""

    def __init__(self, weights: Weights, shape: NetworkSettings) -> None:
        super().__init__()
        self.weights = weights
        self.shape = shape

    def norm(self, values: str, prefix: str) -> str:
        scale = self.constant(self.weights[f"{prefix}.weight"])
        bias = self.constant(self.weights[f"{prefix}.bias"])
        return self.add("LayerNormalization", values, scale, bias, axis=-1, epsilon=_EPSILON)

    def map(self, values: str, prefix: str) -> str:
        weight, bias = self.weights[f"{prefix}.weight"], self.weights.get(f"{prefix}.bias")
        return self.linear(values, weight, bias)

    def heads(self, values: str, order: list[int]) -> str:
        """Split (T, heads * head_width) into heads, axes in the given order of (T, h, d)."""
        split = self.numbers(0, self.shape.heads, self.shape.head_width)
        return self.add("Transpose", self.add("Reshape", values, split), perm=order)

    def attention(self, values: str, prefix: str) -> str:
        """Return (T, heads * head_width): each query's mixture of values, block by block."""
        scale = self.constant(1.0 / np.sqrt(self.shape.head_width))
        queries = self.heads(self.add("Mul", self.map(values, f"{prefix}.query"), scale), [1, 0, 2])
        keys = self.heads(self.map(values, f"{prefix}.key"), [1, 2, 0])
        mixed_from = self.heads(self.map(values, f"{prefix}.value"), [1, 0, 2])
        # Queries are filled up with zeros, so that all blocks are of one length.
        length = self.add("Gather", self.add("Shape", values), self.numbers(0))
        one = self.numbers(1)
        before = self.add("Sub", self.add("Add", length, BLOCK), one)
        rounds = self.add("Div", before, BLOCK)
        missing = self.add("Sub", self.add("Mul", rounds, BLOCK), length)
        pads = self.add("Concat", self.numbers(0, 0, 0, 0), missing, self.numbers(0), axis=0)
        padded = self.add("Pad", queries, pads)
        blocks = self.add(
            "Loop",
            self.add("Squeeze", rounds, self.numbers(0)),
            self.constant(True, np.bool_),
            outputs=1,
            body=self._block(prefix, padded, keys, mixed_from),
        )
        joined = self.add("Reshape", blocks, self.numbers(-1, self._all_heads()))
        return self.add("Slice", joined, self.numbers(0), length, self.numbers(0))

    def _all_heads(self) -> int:
        return self.shape.heads * self.shape.head_width

    def _block(self, prefix: str, queries: str, keys: str, values: str) -> Any:
        inner = GraphBuilder(f"{prefix}.block.")
        turn, go, more = f"{prefix}.turn", f"{prefix}.go", f"{prefix}.more"
        axis = inner.numbers(0)
        start = inner.add("Mul", inner.add("Unsqueeze", turn, axis), BLOCK)
        end = inner.add("Add", start, BLOCK)
        block = inner.add("Slice", queries, start, end, inner.numbers(1))
        weights = inner.add("Softmax", inner.add("MatMul", block, keys), axis=-1)
        mixed = inner.add("Transpose", inner.add("MatMul", weights, values), perm=[1, 0, 2])
        out = inner.add("Reshape", mixed, inner.numbers(-1, self._all_heads()))
        inner.rename(go, more)
        return helper.make_graph(
            inner.nodes,
            f"{prefix}.block",
            [
                helper.make_tensor_value_info(turn, INT64, []),
                helper.make_tensor_value_info(go, TensorProto.BOOL, []),
            ],
            [
                helper.make_tensor_value_info(more, TensorProto.BOOL, []),
                helper.make_tensor_value_info(out, TensorProto.FLOAT, [None, self._all_heads()]),
            ],
            inner.constants,
        )

    def layer(self, values: str, prefix: str) -> str:
        mixed = self.map(self.attention(values, prefix), f"{prefix}.out")
        attended = self.norm(self.add("Add", values, mixed), f"{prefix}.norm")
        widened = self.add("Relu", self.map(attended, f"{prefix}.widen"))
        fed = self.add("Add", attended, self.map(widened, f"{prefix}.narrow"))
        if not self.shape.norm_after_feedforward:
            return fed
        return self.norm(fed, f"{prefix}.last_norm")


def refiner_graph(
    weights: Weights, *, dimension: int, shape: NetworkSettings, unit_input: bool
) -> bytes:
    """Return the network as an ONNX model.

    It takes ``features`` (T, dimension) and ``block`` (1,), how many queries to visit at once; it
    gives ``results`` (T, width + 1): refined features, not normalized, and in the last column the
    uniqueness in [0, 1].

    Args:
        weights: arrays by name, of the shapes of `refiner_shapes`.
        dimension: D, length of a feature.
        shape: of the network.
        unit_input: bring features to length 1 before they enter.
    """
    graph = _Builder(weights, shape)
    entering = graph.unit(FEATURES) if unit_input else FEATURES
    refined = graph.norm(graph.map(entering, "project"), "norm")
    for i in range(shape.layers):
        refined = graph.layer(refined, f"layers.{i}")
    seen = graph.unit(refined) if shape.filter_sees_unit else refined
    hidden = graph.add("Relu", graph.map(graph.layer(seen, "filter_layer"), "filter_hidden"))
    unique = graph.add("Sigmoid", graph.map(hidden, "filter_out"))
    graph.rename(graph.add("Concat", refined, unique, axis=-1), RESULTS)
    floats = TensorProto.FLOAT
    return serialize(
        graph,
        inputs=[
            helper.make_tensor_value_info(FEATURES, floats, ["samples", dimension]),
            helper.make_tensor_value_info(BLOCK, INT64, [1]),
        ],
        outputs=[helper.make_tensor_value_info(RESULTS, floats, ["samples", shape.width + 1])],
        name="refiner",
    )
