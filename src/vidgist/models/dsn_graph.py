"""The network of DR-DSN as an ONNX graph, built from its weights: a bidirectional LSTM, a sigmoid.

torch keeps an LSTM's gates in the order input, forget, cell, output; ONNX in the order input,
output, forget, cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper

from vidgist.models.graph_tools import GraphBuilder, serialize

__all__ = ["FEATURES", "RESULTS", "dsn_graph", "dsn_shapes"]

FEATURES, RESULTS = "features", "results"

Weights = Mapping[str, npt.NDArray[Any]]


def dsn_shapes(dimension: int, *, hidden: int) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor of such a network."""
    shapes: dict[str, tuple[int, ...]] = {"out.weight": (1, 2 * hidden), "out.bias": (1,)}
    for way in ("", "_reverse"):
        shapes[f"lstm.weight_ih_l0{way}"] = (4 * hidden, dimension)
        shapes[f"lstm.weight_hh_l0{way}"] = (4 * hidden, hidden)
        shapes[f"lstm.bias_ih_l0{way}"] = (4 * hidden,)
        shapes[f"lstm.bias_hh_l0{way}"] = (4 * hidden,)
    return shapes


def _gates(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    into, forget, cell, out = np.split(values, 4)
    return np.concatenate([into, out, forget, cell])


def dsn_graph(weights: Weights, *, dimension: int, hidden: int, unit_input: bool) -> bytes:
    """Return the network as an ONNX model: ``features`` (T, dimension) -> ``results`` (T,)."""
    graph = GraphBuilder()

    def both(name: str) -> npt.NDArray[Any]:
        ways = (f"lstm.{name}_l0", f"lstm.{name}_l0_reverse")
        return np.stack([_gates(weights[way]) for way in ways])

    entering = graph.unit(FEATURES) if unit_input else FEATURES
    steps = graph.add("Unsqueeze", entering, graph.numbers(1))
    states = graph.add(
        "LSTM",
        steps,
        graph.constant(both("weight_ih")),
        graph.constant(both("weight_hh")),
        graph.constant(np.concatenate([both("bias_ih"), both("bias_hh")], axis=1)),
        direction="bidirectional",
        hidden_size=hidden,
    )
    # (T, ways, 1, hidden) -> (T, ways * hidden), forward before backward as torch has it
    joined = graph.add("Reshape", states, graph.numbers(0, 2 * hidden))
    logits = graph.linear(joined, weights["out.weight"], weights["out.bias"])
    graph.rename(graph.add("Sigmoid", graph.add("Squeeze", logits, graph.numbers(-1))), RESULTS)
    floats = TensorProto.FLOAT
    return serialize(
        graph,
        inputs=[helper.make_tensor_value_info(FEATURES, floats, ["samples", dimension])],
        outputs=[helper.make_tensor_value_info(RESULTS, floats, ["samples"])],
        name="dsn",
    )
