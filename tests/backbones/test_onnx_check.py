from __future__ import annotations

import os

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from onnx_models import mean_color, projection
from vidgist.backbones.onnx_check import external_files, parse_model
from vidgist.backbones.onnx_file import load_onnx_file
from vidgist.errors import ModelError

MATRIX = np.arange(12, dtype=np.float32).reshape(3, 4)


def test_weights_beside_the_model_are_used_and_enter_the_fingerprint(tmp_path):
    (tmp_path / "m.data").write_bytes(MATRIX.tobytes())
    path = projection(tmp_path / "m.onnx", location="m.data", values=MATRIX)
    assert external_files(parse_model(path), path=path) == [(tmp_path / "m.data").resolve()]
    how = {"scale": 1, "mean": 0, "std": 1}
    backbone = load_onnx_file(path, preprocessing=how)
    features = backbone.extract(np.full((1, 4, 4, 3), 2, np.uint8))
    np.testing.assert_allclose(features, 2 * MATRIX.sum(axis=0)[None])
    (tmp_path / "m.data").write_bytes((MATRIX + 1).tobytes())
    assert load_onnx_file(path, preprocessing=how).fingerprint != backbone.fingerprint


@pytest.mark.parametrize("location", ["../secret", "sub/../../secret", "ABSOLUTE", "", ".", ".."])
def test_weights_outside_the_folder_are_refused(tmp_path, location):
    (tmp_path / "secret").write_bytes(MATRIX.tobytes())
    folder = tmp_path / "models"
    folder.mkdir()
    location = str(tmp_path / "secret") if location == "ABSOLUTE" else location
    path = projection(folder / "m.onnx", location=location, values=MATRIX)
    with pytest.raises(ModelError, match="outside its own folder"):
        load_onnx_file(path)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_a_link_does_not_lead_out_of_the_folder(tmp_path):
    (tmp_path / "secret").write_bytes(MATRIX.tobytes())
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "m.data").symlink_to(tmp_path / "secret")
    path = projection(folder / "m.onnx", location="m.data", values=MATRIX)
    with pytest.raises(ModelError, match="outside its own folder"):
        load_onnx_file(path)


def test_missing_weights_are_named(tmp_path):
    path = projection(tmp_path / "m.onnx", location="m.data", values=MATRIX)
    with pytest.raises(ModelError, match=r"the file 'm\.data' with its weights is missing"):
        load_onnx_file(path)


def outside(name: str) -> TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=f"../{name}")
    return tensor


def test_a_file_is_also_found_in_attributes_subgraphs_functions_and_sparse_tensors(tmp_path):
    path = mean_color(tmp_path / "m.onnx", shape=["B", 3, 4, 4])

    def refused(change) -> None:
        model = onnx.load(path)
        change(model)
        with pytest.raises(ModelError, match="outside its own folder"):
            external_files(model, path=path)

    def constant(name):
        return helper.make_node("Constant", [], ["c"], value=outside(name))

    def in_attribute(model):
        model.graph.node.append(constant("attribute"))

    def in_list(model):
        node = model.graph.node.add(op_type="Custom")
        node.attribute.add(name="values", type=onnx.AttributeProto.TENSORS).tensors.append(
            outside("list")
        )

    def in_subgraph(model):
        inner = helper.make_graph([constant("branch")], "branch", [], [])
        model.graph.node.append(
            helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
        )

    def in_function(model):
        model.functions.append(
            helper.make_function("d", "f", [], ["c"], [constant("function")], [])
        )

    def in_sparse(model):
        model.graph.sparse_initializer.add().values.CopyFrom(outside("sparse"))

    def in_sparse_attribute(model):
        node = model.graph.node.add(op_type="Constant")
        attribute = node.attribute.add(name="s", type=onnx.AttributeProto.SPARSE_TENSOR)
        attribute.sparse_tensor.indices.CopyFrom(outside("indices"))

    for change in (
        in_attribute,
        in_list,
        in_subgraph,
        in_function,
        in_sparse,
        in_sparse_attribute,
    ):
        refused(change)
