"""Checks of an ONNX file before it is run: that it is one, and stays within its own folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidgist.errors import ModelError

if TYPE_CHECKING:
    from onnx import AttributeProto, GraphProto, ModelProto, TensorProto

_MAX_BYTES = 2**31 - 1  # what a protocol buffer can hold


def parse_model(path: Path) -> ModelProto:
    """Parse an ONNX file without touching any other file.

    Raises:
        ModelError: the file cannot be read or is no ONNX model.
    """
    import onnx

    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ModelError(
                f"{path}: is larger than an ONNX file can be; "
                "export it with its weights in a separate file"
            )
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error})") from error
    try:
        model = onnx.load_from_string(data)
    except Exception:  # protobuf's own class depends on its version
        model = onnx.ModelProto()
    if not model.graph.node or not model.ir_version:
        raise ModelError(f"{path}: is not an ONNX model, or is damaged; export it again")
    return model


def _tensors_of_attribute(attribute: AttributeProto) -> Iterator[TensorProto]:
    yield attribute.t
    yield from attribute.tensors
    for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
        yield sparse.values
        yield sparse.indices
    for graph in (attribute.g, *attribute.graphs):
        yield from _tensors(graph)


def _tensors(graph: GraphProto) -> Iterator[TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield sparse.values
        yield sparse.indices
    yield from _tensors_of_nodes(graph.node)


def _tensors_of_nodes(nodes: Any) -> Iterator[TensorProto]:
    for node in nodes:
        for attribute in node.attribute:
            yield from _tensors_of_attribute(attribute)


def external_locations(model: ModelProto) -> list[str]:
    """Return the names of the other files with tensors of the model, as the model spells them."""
    from onnx import TensorProto

    tensors = list(_tensors(model.graph))
    for function in model.functions:
        tensors.extend(_tensors_of_nodes(function.node))
    locations = set()
    for tensor in tensors:
        if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
            locations |= {e.value for e in tensor.external_data if e.key == "location"} or {""}
    return sorted(locations)


def external_files(model: ModelProto, *, path: Path, root: Path | None = None) -> list[Path]:
    """Return the files beside ``path`` with tensors of the model, sorted by name.

    Args:
        model: from `parse_model`.
        path: the model's file.
        root: links in its folder may lead into this folder; default only its own.

    Raises:
        ModelError: the model asks for a file that is missing or outside its own folder.
    """
    folder = Path(os.path.abspath(path.parent))  # noqa: PTH100 (links are not followed yet)
    allowed = (root or folder).resolve()
    files = []
    for location in external_locations(model):
        file = Path(os.path.normpath(folder / location))
        inside = file != folder and file.is_relative_to(folder)
        if not inside or not file.resolve().is_relative_to(allowed):
            raise ModelError(
                f"{path}: asks for the file '{location}' outside its own folder, which is refused; "
                "export it again with its weights beside it"
            )
        if not file.is_file():
            raise ModelError(f"{path}: the file '{location}' with its weights is missing beside it")
        files.append(file)
    return files
