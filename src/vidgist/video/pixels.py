"""A frame's pixels as RGB, scaled in C; what is transparent lies over black."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

__all__ = ["rgb"]


def rgb(
    frame: av.VideoFrame,
    *,
    width: int | None = None,
    height: int | None = None,
    scaler: VideoReformatter | None = None,
) -> npt.NDArray[np.uint8]:
    """Return (H, W, 3) uint8 RGB of the whole frame, not turned, in its own or the given size.

    One ``scaler`` for many frames of a video saves setting it up for each.
    """
    width, height = width or frame.width, height or frame.height
    scaler = scaler or VideoReformatter()
    if not any(component.is_alpha for component in frame.format.components):
        opaque: Any = scaler.reformat(frame, width, height, "rgb24").to_ndarray()
        return np.asarray(opaque, np.uint8)
    layered: Any = scaler.reformat(frame, width, height, "rgba").to_ndarray()
    alpha = layered[..., 3:].astype(np.uint16)
    return np.asarray((layered[..., :3] * alpha + 127) // 255, np.uint8)
