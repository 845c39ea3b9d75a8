"""A backbone that runs by torch."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import torch

from vidgist.backbones.backbone import Pixels, Vectors, check_pixels, fingerprint_of
from vidgist.backbones.session import DEVICES
from vidgist.errors import ModelError, SettingError, unknown_value

if TYPE_CHECKING:
    from vidgist.backbones.networks.module import PixelNetwork
    from vidgist.backbones.networks.record import TorchRecord

__all__ = ["TorchBackbone"]


def _device(device: str) -> torch.device:
    if device not in DEVICES:
        raise unknown_value("--device", device, DEVICES)
    present = torch.cuda.is_available()
    if device == "cuda" and not present:
        raise SettingError("--device cuda: torch finds no usable CUDA device; take --device cpu")
    return torch.device("cuda" if present and device != "cpu" else "cpu")


def _digest(network: PixelNetwork) -> str:
    digest = hashlib.sha256()
    for name, values in network.state_dict().items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values.cpu().numpy()).tobytes())
    return digest.hexdigest()


class TorchBackbone:
    """Runs a network that has the normalization and the pooling inside."""

    def __init__(
        self,
        network: PixelNetwork,
        record: TorchRecord,
        *,
        device: str = "auto",
        threads: int | None = None,
    ) -> None:
        """Bring the network to the device.

        Args:
            network: what `TorchRecord.network` gave.
            record: its record.
            device: `auto` takes CUDA where torch finds it.
            threads: for one inference; default torch's own choice.

        Raises:
            SettingError: the device is unknown or absent.
        """
        if threads is not None and threads < 1:
            raise SettingError(f"--threads: expected 1 or more, came {threads}")
        self._device = _device(device)
        self._threads = threads
        self.name = record.name
        self.dimension = record.dimension
        self.size = record.size
        self.clip = record.clip
        self.fingerprint = fingerprint_of(
            network=record.model,
            weights=_digest(network),
            layer=record.classifier or "output",
            size=list(record.size),
            mean=list(record.mean),
            std=list(record.std),
            clip=None if record.clip is None else [record.clip.frames, record.clip.rate],
        )
        self.bytes = sum(p.numel() * p.element_size() for p in network.parameters())
        self._network = network.to(self._device)

    def extract(self, pixels: Pixels) -> Vectors:
        """Return the (B, D) pooled features, not normalized, of (B, H, W, 3) RGB pictures.

        A network of clips takes (B, F, H, W, 3).
        """
        check_pixels(pixels, size=self.size, clip=self.clip)
        if self._threads is not None:
            # It holds for the calling thread only, and inference has one of its own.
            torch.set_num_threads(self._threads)
        try:
            with torch.inference_mode():
                vectors = self._network(torch.from_numpy(pixels).to(self._device))
        except RuntimeError as error:  # out of memory, above all
            reason = str(error).strip().splitlines()[0][:300]
            raise ModelError(f"{self.name}: fails when run ({reason})") from error
        return np.asarray(vectors.float().cpu().numpy())
