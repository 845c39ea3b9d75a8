"""Frame difference: mean absolute difference of luma to the frame before.

A coarse grid of luma is read in the decoder's memory, without a copy of the picture: some 2000
pixels separate a cut from motion as well as all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.format import VideoFormat

from vidgist.video.pixels import convert
from vidgist.video.transitions import TransitionFinder

ROWS, COLUMNS = 36, 64
"""Points of the grid at most; smaller pictures give fewer."""

# Packed formats: bytes of a pixel, and the byte that is luma (or green, most of luma).
_PACKED = {
    **dict.fromkeys(("rgb24", "bgr24"), (3, 1)),
    **dict.fromkeys(("rgba", "bgra", "rgb0", "bgr0"), (4, 1)),
    **dict.fromkeys(("argb", "abgr", "0rgb", "0bgr"), (4, 2)),
    **dict.fromkeys(("yuyv422", "yvyu422", "ya8"), (2, 0)),
    "uyvy422": (2, 1),
}


@dataclass(frozen=True)
class LumaLayout:
    """Position of luma in the first plane of a pixel format.

    Attributes:
        dtype: type of an element of the plane.
        step: elements from pixel to pixel.
        offset: element of the first pixel.
        scale: value of full luma.
    """

    dtype: np.dtype[Any]
    step: int
    offset: int
    scale: float


_GRAY = LumaLayout(np.dtype(np.uint8), 1, 0, 255.0)


def luma_layout(pixel_format: VideoFormat) -> LumaLayout | None:
    """Return where luma is in pictures of a format, None where it cannot be read in place."""
    name = pixel_format.name
    if name in _PACKED:
        step, offset = _PACKED[name]
        return LumaLayout(np.dtype(np.uint8), step, offset, 255.0)
    bits = pixel_format.components[0].bits
    planar = re.match(r"(yuv|gbr|gray|nv\d|p[024]\d)", name)
    if not planar or pixel_format.has_palette or pixel_format.is_bit_stream or bits > 16:
        return None
    if bits <= 8:
        return _GRAY if bits == 8 else None
    # The p010 family keeps its bits at the top of the 16, all others at the bottom.
    used = 16 if re.match(r"p[024]\d", name) else bits
    dtype = np.dtype(">u2" if pixel_format.is_big_endian else "<u2")
    return LumaLayout(dtype, 1, 0, float((1 << used) - 1))


def luma_grid(
    frame: av.VideoFrame, layout: LumaLayout | None
) -> tuple[npt.NDArray[np.float32], float]:
    """Return the luma of at most 36 x 64 points spread over the picture, and its full scale.

    Args:
        frame: as decoded.
        layout: of the frame's pixel format, from `luma_layout`.
    """
    plane: Any = None if layout is None else frame.planes[0]
    if layout is None or plane.line_size <= 0:
        # Palettes, single bits, floats, Bayer patterns, upside-down memory: let swscale read them.
        frame = convert(frame, "gray", width=COLUMNS, height=ROWS, interpolation="POINT")
        layout, plane = _GRAY, frame.planes[0]
    height, width = frame.height, frame.width
    lines = np.frombuffer(plane, layout.dtype).reshape(height, -1)
    down, across = max(1, height // ROWS), max(1, width // COLUMNS)
    first = layout.offset + (across // 2) * layout.step
    points = lines[down // 2 :: down, first : width * layout.step : across * layout.step]
    return points[:ROWS, :COLUMNS].astype(np.float32), layout.scale


class FrameDifferences:
    """Difference of each frame to the one before it."""

    def __init__(self, finder: TransitionFinder | None = None) -> None:
        self._finder = finder
        self._before: tuple[npt.NDArray[np.float32], float] | None = None
        self._layouts: dict[str, LumaLayout | None] = {}

    def __call__(self, frame: av.VideoFrame, *, seconds: float = 0.0) -> float:
        """Return the mean absolute difference of luma to the frame before, in [0, 1]; first 0.

        The frame's grid also goes to the finder of transitions, with its time in seconds.
        """
        name = frame.format.name
        if name not in self._layouts:
            self._layouts[name] = luma_layout(frame.format)
        grid, scale = luma_grid(frame, self._layouts[name])
        if self._finder is not None:
            self._finder.add(seconds, grid, scale)
        before, self._before = self._before, (grid, scale)
        if before is None:
            return 0.0
        earlier, earlier_scale = before
        if earlier.shape != grid.shape or earlier_scale != scale:
            # Tiny pictures that changed their size, or pictures that changed their format.
            return float(abs(earlier.mean() / earlier_scale - grid.mean() / scale))
        # Sums of whole numbers, exact for 8 bits: this is done for every frame of the video.
        difference = np.subtract(grid, earlier, out=earlier)
        np.absolute(difference, out=difference)
        return float(np.add.reduce(difference, axis=None)) / (difference.size * scale)
