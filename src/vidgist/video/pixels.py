"""A frame's pixels as RGB, scaled in C; what is transparent lies over black."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
import numpy.typing as npt

__all__ = ["rgb"]


def rgb(
    frame: av.VideoFrame, *, width: int | None = None, height: int | None = None
) -> npt.NDArray[np.uint8]:
    """Return (H, W, 3) uint8 RGB of the whole frame, not turned, in its own or the given size."""
    width, height = width or frame.width, height or frame.height
    if not any(component.is_alpha for component in frame.format.components):
        opaque: Any = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
        return np.asarray(opaque, np.uint8)
    layered: Any = frame.reformat(width=width, height=height, format="rgba").to_ndarray()
    alpha = layered[..., 3:].astype(np.uint16)
    return np.asarray((layered[..., :3] * alpha + 127) // 255, np.uint8)
