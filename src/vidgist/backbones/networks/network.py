"""A torch network with its normalization inside: as a backbone, and as an ONNX file."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import Any

import numpy as np
import torch
from torch import nn

from vidgist.backbones.backbone import (
    Pixels,
    Vectors,
    check_pixels,
    fingerprint_of,
    sample_shape,
)
from vidgist.backbones.onnx_file import WINDOW_RATE
from vidgist.backbones.preprocessing import Triple
from vidgist.backbones.record import Record
from vidgist.errors import ModelError, first_line
from vidgist.system.processors import check_threads, torch_uses_cuda
from vidgist.system.quiet import no_warnings_logged

OPSET = 18
"""ONNX operator set of exported files, which every supported ONNX Runtime knows."""


def without(network: nn.Module, path: str) -> nn.Module:
    """Return a network whose output is the input of its classifier.

    Args:
        network: it is changed.
        path: of the classifier in it, such as ``head.fc``; "" where it has none.
    """
    if path:
        parent, _, name = path.rpartition(".")
        setattr(network.get_submodule(parent), name, nn.Identity())
    return network


class PixelNetwork(nn.Module):
    """Maps uint8 pictures (B, H, W, 3), or frame windows (B, F, H, W, 3), to (B, D) features."""

    gain: torch.Tensor
    offset: torch.Tensor

    def __init__(self, network: nn.Module, *, mean: Triple, std: Triple) -> None:
        super().__init__()
        self.network = network.eval().requires_grad_(False)
        deviation = torch.tensor(std, dtype=torch.float64)
        # (pixels / 255 - mean) / std as one product and one difference.
        self.register_buffer("gain", (1 / (255 * deviation)).float(), persistent=False)
        offset = torch.tensor(mean, dtype=torch.float64) / deviation
        self.register_buffer("offset", offset.float(), persistent=False)
        self.eval()

    def forward(self, pixels: Any) -> Any:
        """Return (B, D) features of uint8 RGB pictures."""
        normalized = pixels.float() * self.gain - self.offset
        axes = range(1, normalized.ndim - 1)
        return self.network(normalized.permute(0, normalized.ndim - 1, *axes)).flatten(1)


def _digest(network: PixelNetwork) -> str:
    digest = hashlib.sha256()
    for name, values in network.state_dict().items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values.cpu().numpy()).tobytes())
    return digest.hexdigest()


class TorchBackbone:
    """A backbone that runs by torch."""

    def __init__(
        self,
        network: PixelNetwork,
        record: Record,
        *,
        device: str = "auto",
        threads: int | None = None,
    ) -> None:
        """Move the network to the device.

        Args:
            network: from `TorchRecord.network`.
            record: its record.
            device: `auto` takes CUDA where torch finds it.
            threads: for one inference; default torch's own choice.

        Raises:
            SettingError: the device is unknown or absent.
        """
        check_threads(threads)
        self._device = torch.device("cuda" if torch_uses_cuda(device) else "cpu")
        self._threads = threads
        self.name = record.name
        self.dimension = record.dimension
        self.size = record.size
        self.window = record.window
        self.fingerprint = fingerprint_of(weights=_digest(network), **record.identity())
        self.bytes = sum(p.numel() * p.element_size() for p in network.parameters())
        self._network = network.to(self._device)

    def extract(self, pixels: Pixels) -> Vectors:
        """Return the (B, D) pooled features, not normalized, of (B, H, W, 3) RGB pictures.

        A network of video takes frame windows (B, F, H, W, 3).
        """
        check_pixels(pixels, size=self.size, window=self.window)
        if self._threads is not None:
            # It holds for the calling thread only, and inference has one of its own.
            torch.set_num_threads(self._threads)
        try:
            with torch.inference_mode():
                vectors = self._network(torch.from_numpy(pixels).to(self._device))
        except RuntimeError as error:  # out of memory, above all
            raise ModelError(f"{self.name}: fails when run ({first_line(error)})") from error
        return np.asarray(vectors.float().cpu().numpy())


def onnx_of(network: PixelNetwork, record: Record) -> bytes:
    """Export a network as ONNX: uint8 ``pixels`` of any batch size in, ``features`` out.

    Raises:
        ModelError: torch cannot express the network in ONNX.
    """
    import onnx

    # Two pictures: with one, sizes of 1 and of the batch could be taken for each other.
    pixels = torch.zeros((2, *sample_shape(record.size, record.window)), dtype=torch.uint8)
    file = io.BytesIO()
    try:
        with no_warnings_logged(), warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network.cpu(),
                (pixels,),
                file,
                input_names=["pixels"],
                output_names=["features"],
                dynamic_axes={"pixels": {0: "batch"}, "features": {0: "batch"}},
                opset_version=OPSET,
                # By tracing: a tenth of the time of the other way, and no further library.
                dynamo=False,
            )
    except Exception as error:  # the exporter raises whatever its steps raise
        raise ModelError(
            f"backbone '{record.name}': cannot be exported ({first_line(error)})"
        ) from error
    model = onnx.load_from_string(file.getvalue())
    if record.window is not None:
        onnx.helper.set_model_props(model, {WINDOW_RATE: f"{record.window.rate:g}"})
    return bytes(model.SerializeToString())
