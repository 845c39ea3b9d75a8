"""An ONNX model in whole numbers of 8 bits: smaller and, on most processors, faster.

Weights are quantized per channel to 7 of the 8 bits (processors without VNNI overflow with all 8),
activations by their range over some pictures.  The first convolutions stay as they are: they see
few channels of very different ranges, and quantizing them costs more likeness than all the others
together (EfficientNet-Lite0 on the clips of the tests' data: median cosine 0.96 with them, 0.99
without).

A network of attention has its weights in matrix products instead.  Those are quantized alone, with
the range of their other factor measured anew for each picture: activations there have single
channels a hundred times larger than the rest, which no range fits that was set before.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import SettingError

__all__ = ["cosines", "quantize"]

Pixels: TypeAlias = npt.NDArray[np.uint8]
Floats: TypeAlias = npt.NDArray[np.floating[Any]]

KEPT = 6
"""Convolutions at the beginning that stay as they are."""

_BATCH = 8


def quantize(model: bytes, pictures: Pixels) -> bytes:
    """Return the model with its convolutions, or else its products, in whole numbers of 8 bits.

    Args:
        model: a serialized ONNX model that takes uint8 pictures, as `Record.export` gives it.
        pictures: (n, H, W, 3) some dozens of pictures such as it will see.

    Raises:
        SettingError: there are no pictures.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic, quantize_static

    if not len(pictures):
        raise SettingError("quantization needs pictures to measure ranges on; name another video")
    graph = onnx.load_from_string(model)
    name = graph.graph.input[0].name
    convolutions = [node.name for node in graph.graph.node if node.op_type == "Conv"]
    # The library advises, by a warning, a preparation that does nothing for a folded graph.
    quiet = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            if len(convolutions) <= KEPT:
                quantize_dynamic(
                    graph,
                    path,
                    op_types_to_quantize=["MatMul", "Gemm"],
                    per_channel=True,
                    reduce_range=True,
                    weight_type=QuantType.QInt8,
                )
                return path.read_bytes()
            quantize_static(
                graph,
                path,
                _Reader(pictures, name=name),
                op_types_to_quantize=["Conv", "Add", "Clip"],
                nodes_to_exclude=convolutions[:KEPT],
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
            )
            return path.read_bytes()
    finally:
        logging.disable(quiet)


class _Reader:
    """Gives the pictures in batches, in the way that the library asks for them."""

    def __init__(self, pictures: Pixels, *, name: str) -> None:
        self._batches = self._each(pictures, name)

    @staticmethod
    def _each(pictures: Pixels, name: str) -> Iterator[dict[str, Pixels]]:
        for start in range(0, len(pictures), _BATCH):
            yield {name: pictures[start : start + _BATCH]}

    def get_next(self) -> dict[str, Pixels] | None:
        """Return the next batch, None after the last."""
        return next(self._batches, None)


def cosines(features: Floats, others: Floats) -> Floats:
    """Return (n,) cosines of the rows of two (n, D) matrices; 0 where a row is zero."""
    lengths = np.linalg.norm(features, axis=1) * np.linalg.norm(others, axis=1)
    products = np.einsum("td,td->t", features, others, dtype=np.float64)
    return np.asarray(products / np.where(lengths > 0, lengths, 1))
