"""A few words to build ONNX graphs with: nodes that name themselves, constants by value."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

__all__ = ["INT64", "GraphBuilder", "serialize"]

INT64 = TensorProto.INT64
_OPSET, _IR_VERSION = 17, 8  # understood by every ONNX Runtime that vidgist accepts


class GraphBuilder:
    """Nodes and constants of a graph that grows.

    Args:
        prefix: beginning of every name made here, so that names of an inner graph are its own.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def _name(self, kind: str) -> str:
        return f"{self.prefix}{kind}_{len(self.nodes) + len(self.constants)}"

    def constant(self, values: npt.ArrayLike, kind: type[np.generic] | None = None) -> str:
        """Add a constant (float32 where ``kind`` is not given); return its name."""
        name = self._name("constant")
        array = np.ascontiguousarray(values, dtype=kind or np.float32)
        if np.ndim(values) == 0:
            array = array.reshape(())
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def numbers(self, *values: int) -> str:
        """Add a vector of whole numbers (shape, axes, places); return its name."""
        return self.constant(values, np.int64)

    def add(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """Add a node; return the name of its (first) output."""
        name = self._name(operator.lower())
        names = [name] + [f"{name}_{i}" for i in range(1, outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return name

    def linear(
        self, values: str, weight: npt.NDArray[Any], bias: npt.NDArray[Any] | None = None
    ) -> str:
        """Multiply (..., n) by a torch-style weight (m, n), add a bias (m,); return (..., m)."""
        product = self.add("MatMul", values, self.constant(np.asarray(weight).T))
        return product if bias is None else self.add("Add", product, self.constant(bias))

    def unit(self, values: str) -> str:
        """Bring rows to length 1, as torch does: a length under 1e-12 counts as that."""
        squares = self.add("ReduceSumSquare", values, axes=[-1], keepdims=1)
        length = self.add("Max", self.add("Sqrt", squares), self.constant(1e-12))
        return self.add("Div", values, length)

    def rename(self, values: str, name: str) -> None:
        """Give a result the name of an output of the graph."""
        self.nodes.append(helper.make_node("Identity", [values], [name]))


def serialize(builder: GraphBuilder, *, inputs: list[Any], outputs: list[Any], name: str) -> bytes:
    """Return the finished model as bytes, checked."""
    graph = helper.make_graph(builder.nodes, name, inputs, outputs, builder.constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
    )
    model.producer_name = "vidgist"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
