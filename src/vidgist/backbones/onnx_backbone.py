"""A backbone that is an ONNX model taking uint8 pictures as they are."""

from __future__ import annotations

import numpy as np

from vidgist.backbones.backbone import Pixels, Vectors, check_pixels
from vidgist.backbones.session import Session

__all__ = ["OnnxBackbone"]


class OnnxBackbone:
    """Runs a graph that has the normalization and the pooling inside."""

    def __init__(
        self,
        session: Session,
        *,
        name: str,
        dimension: int,
        size: tuple[int, int],
        fingerprint: str,
        output: str = "features",
    ) -> None:
        self.name = name
        self.dimension = dimension
        self.size = size
        self.fingerprint = fingerprint
        self._session = session
        self._input = session.inputs[0].name
        self._output = output

    def extract(self, pixels: Pixels) -> Vectors:
        """Return the (B, D) pooled features, not normalized, of (B, H, W, 3) RGB pictures."""
        check_pixels(pixels, size=self.size)
        return self._session.run(self._output, **{self._input: pixels}).astype(np.float32)
