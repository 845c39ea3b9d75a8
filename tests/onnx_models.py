"""Small image models whose features are known: what they give is the mean color of a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TYPES = {
    "uint8": TensorProto.UINT8,
    "float16": TensorProto.FLOAT16,
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
}


def mean_color(
    path: Path,
    *,
    shape: list[Any],
    layout: str = "NCHW",
    dtype: str = "float32",
    output: str = "vector",
    extra_input: bool = False,
    extra_output: bool = False,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Write a model; ``output`` is vector (B, 3), map (B, 3, H, W) or tokens (B, H W, 3).

    With a shape of five axes it takes clips, and averages over them as well.
    """
    nodes = [helper.make_node("Cast", ["picture"], ["float"], to=TensorProto.FLOAT)]
    planes = "float"
    if layout == "NHWC":
        nodes.append(
            helper.make_node(
                "Transpose",
                ["float"],
                ["planes"],
                perm=[0, len(shape) - 1, *range(1, len(shape) - 1)],
            )
        )
        planes = "planes"
    constants = [numpy_helper.from_array(np.array([0, 3, -1], np.int64), "as_tokens")]
    if output == "vector":
        nodes.append(helper.make_node("GlobalAveragePool", [planes], ["pooled"]))
        nodes.append(helper.make_node("Flatten", ["pooled"], ["feature"]))
        dims: list[Any] = ["B", 3]
    elif output == "map":
        nodes.append(helper.make_node("Identity", [planes], ["feature"]))
        dims = ["B", 3, *("F" * (len(shape) - 4)), "H", "W"]
    else:
        nodes.append(helper.make_node("Reshape", [planes, "as_tokens"], ["rows"]))
        nodes.append(helper.make_node("Transpose", ["rows"], ["feature"], perm=[0, 2, 1]))
        dims = ["B", "N", 3]
    inputs = [helper.make_tensor_value_info("picture", TYPES[dtype], shape)]
    outputs = [helper.make_tensor_value_info("feature", TensorProto.FLOAT, dims)]
    if extra_input:
        inputs.append(helper.make_tensor_value_info("words", TensorProto.INT64, ["B"]))
    if extra_output:
        nodes.append(helper.make_node("Neg", ["feature"], ["negative"]))
        outputs.append(helper.make_tensor_value_info("negative", TensorProto.FLOAT, dims))
    graph = helper.make_graph(nodes, "mean_color", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata or {})
    path.write_bytes(model.SerializeToString())
    return path


def projection(path: Path, *, location: str, values: np.ndarray, side: int = 4) -> Path:
    """Write a model of one matrix product whose matrix lies in another file, ``location``."""
    weight = TensorProto(name="weight", data_type=TensorProto.FLOAT, dims=values.shape)
    weight.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, "offset": "0", "length": str(values.nbytes)}.items():
        weight.external_data.add(key=key, value=value)
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["picture"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["flat"]),
            helper.make_node("MatMul", ["flat", "weight"], ["feature"]),
        ],
        "projection",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["B", 3, side, side])],
        [helper.make_tensor_value_info("feature", TensorProto.FLOAT, ["B", values.shape[1]])],
        [weight],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save_model(model, path)
    return path
