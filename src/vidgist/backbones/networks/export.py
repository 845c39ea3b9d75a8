"""A network as an ONNX file that the core runs without torch."""

from __future__ import annotations

import io
import logging
import warnings
from typing import TYPE_CHECKING

import torch

from vidgist.backbones.onnx_file import CLIP_RATE
from vidgist.errors import ModelError

if TYPE_CHECKING:
    from vidgist.backbones.networks.module import PixelNetwork
    from vidgist.backbones.networks.record import TorchRecord

__all__ = ["onnx_of"]

OPSET = 18
"""Understood by every ONNX Runtime that vidgist runs on."""


def onnx_of(network: PixelNetwork, record: TorchRecord) -> bytes:
    """Return a serialized model: uint8 ``pixels`` of any batch size in, ``features`` out.

    Raises:
        ModelError: torch cannot express the network in ONNX.
    """
    import onnx

    frames = () if record.clip is None else (record.clip.frames,)
    # Two pictures: with one, sizes of 1 and of the batch could be taken for each other.
    pixels = torch.zeros((2, *frames, *record.size, 3), dtype=torch.uint8)
    file = io.BytesIO()
    quiet = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network.cpu(),
                (pixels,),
                file,
                input_names=["pixels"],
                output_names=["features"],
                dynamic_axes={"pixels": {0: "batch"}, "features": {0: "batch"}},
                opset_version=OPSET,
                # By tracing: a tenth of the time of the other way, and no library more.
                dynamo=False,
            )
    except Exception as error:  # the exporter raises whatever its steps raise
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[:300]
        raise ModelError(f"backbone '{record.name}': cannot be exported ({reason})") from error
    finally:
        logging.disable(quiet)
    model = onnx.load_from_string(file.getvalue())
    if record.clip is not None:
        onnx.helper.set_model_props(model, {CLIP_RATE: f"{record.clip.rate:g}"})
    return bytes(model.SerializeToString())
