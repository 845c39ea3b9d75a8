from __future__ import annotations

import itertools
import logging

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from vidgist.backbones.session import Session
from vidgist.errors import SettingError
from vidgist.features.quantize import KEPT, cosines, quantize

LAYERS = KEPT + 3


def network(channels: int = 64) -> bytes:
    """Return a plain network of random weights: convolution, ReLU6, and so on."""
    random = np.random.default_rng(0)
    constants = [
        numpy_helper.from_array(np.array(value, np.float32), name)
        for name, value in {"zero": 0, "six": 6, "scale": 64}.items()
    ]
    nodes = [
        helper.make_node("Cast", ["pixels"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["float", "scale"], ["small"]),
        helper.make_node("Transpose", ["small"], ["layer0"], perm=[0, 3, 1, 2]),
    ]
    for layer in range(LAYERS):
        inputs = 3 if layer == 0 else channels
        weight = random.normal(size=(channels, inputs, 3, 3)) * np.sqrt(1.5 / (9 * inputs))
        constants.append(numpy_helper.from_array(weight.astype(np.float32), f"weight{layer}"))
        taken, made = [f"layer{layer}", f"weight{layer}"], f"convolved{layer}"
        nodes += [
            helper.make_node("Conv", taken, [made], f"convolution{layer}", pads=[1, 1, 1, 1]),
            helper.make_node("Clip", [made, "zero", "six"], [f"layer{layer + 1}"]),
        ]
    nodes += [
        helper.make_node("GlobalAveragePool", [f"layer{LAYERS}"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
    ]
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["B", 16, 16, 3])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["B", channels])
    graph = helper.make_graph(nodes, "network", [pixels], [features], constants)
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def test_an_int8_model_is_smaller_and_gives_nearly_the_same_features():
    model = network()
    pictures = np.random.default_rng(1).integers(0, 256, (24, 16, 16, 3), dtype=np.uint8)
    small = quantize(model, pictures[:16])
    assert len(small) < len(model)
    types = {i.name: i.data_type for i in onnx.load_from_string(small).graph.initializer}
    kept = [f"weight{layer}" for layer in range(KEPT)]
    assert all(types[name] == TensorProto.FLOAT for name in kept)
    assert sum(kind == TensorProto.INT8 for kind in types.values()) >= LAYERS - KEPT
    exact, rounded = (
        Session(m, source="m").run("features", pixels=pictures[16:]) for m in (model, small)
    )
    assert 0.99 < np.min(cosines(exact, rounded)) < 1
    assert logging.root.manager.disable == logging.NOTSET


def test_without_pictures_there_is_nothing_to_measure():
    with pytest.raises(SettingError, match="needs pictures"):
        quantize(b"", np.zeros((0, 4, 4, 3), np.uint8))


def test_cosines_of_rows():
    a = np.array([[1.0, 0], [1, 1], [0, 0], [2, 0]])
    b = np.array([[3.0, 0], [1, 0], [1, 1], [-1, 0]])
    np.testing.assert_allclose(cosines(a, b), [1, np.sqrt(0.5), 0, -1])


def test_a_network_of_matrix_products_is_quantized_in_them():
    random = np.random.default_rng(0)
    sizes = [3 * 16 * 16, 256, 256, 64]
    nodes = [
        helper.make_node("Cast", ["pixels"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["float"], ["layer0"]),
    ]
    constants = []
    for layer, (inside, outside) in enumerate(itertools.pairwise(sizes)):
        weight = random.normal(size=(inside, outside)) / np.sqrt(inside)
        constants.append(numpy_helper.from_array(weight.astype(np.float32), f"weight{layer}"))
        nodes.append(helper.make_node("MatMul", [f"layer{layer}", f"weight{layer}"], [f"p{layer}"]))
        last = layer == len(sizes) - 2
        made = "features" if last else f"layer{layer + 1}"
        nodes.append(helper.make_node("Identity" if last else "Relu", [f"p{layer}"], [made]))
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["B", 16, 16, 3])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["B", sizes[-1]])
    graph = helper.make_graph(nodes, "products", [pixels], [features], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    exact = model.SerializeToString()
    pictures = random.integers(0, 256, (6, 16, 16, 3), dtype=np.uint8)
    small = quantize(exact, pictures)
    assert len(small) < 0.3 * len(exact)
    operations = {node.op_type for node in onnx.load_from_string(small).graph.node}
    assert "MatMulInteger" in operations
    a, b = (Session(m, source="m").run("features", pixels=pictures) for m in (exact, small))
    assert cosines(a, b).min() > 0.99
