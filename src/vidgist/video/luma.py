"""How much a frame differs from the one before, for next to nothing.

A coarse grid of luma samples is read straight out of the decoder's memory, without a copy of the
picture: some 2000 of its pixels tell a cut from motion as well as all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.format import VideoFormat

from vidgist.video.pixels import converted
from vidgist.video.transitions import TransitionFinder

__all__ = ["Jumps", "luma_grid"]

ROWS, COLUMNS = 36, 64
"""Points of the grid at most; pictures with fewer pixels give fewer."""

# Packed formats: bytes of a pixel, and at which of them luma (or green, most of luma) stands.
_PACKED = {
    **dict.fromkeys(("rgb24", "bgr24"), (3, 1)),
    **dict.fromkeys(("rgba", "bgra", "rgb0", "bgr0"), (4, 1)),
    **dict.fromkeys(("argb", "abgr", "0rgb", "0bgr"), (4, 2)),
    **dict.fromkeys(("yuyv422", "yvyu422", "ya8"), (2, 0)),
    "uyvy422": (2, 1),
}


@dataclass(frozen=True)
class _Layout:
    """Where luma lies in the first plane."""

    kind: np.dtype[Any]
    step: int
    first: int
    scale: float


def _layout(form: VideoFormat) -> _Layout | None:
    """Return where luma lies in pictures of this format, None where it is not simply there."""
    name = form.name
    if name in _PACKED:
        step, first = _PACKED[name]
        return _Layout(np.dtype(np.uint8), step, first, 255.0)
    bits = form.components[0].bits
    plain = re.match(r"(yuv|gbr|gray|nv\d|p[024]\d)", name)
    if not plain or form.has_palette or form.is_bit_stream or bits > 16:
        return None
    if bits <= 8:
        return _Layout(np.dtype(np.uint8), 1, 0, 255.0) if bits == 8 else None
    # The p010 family keeps its bits at the top of the 16, all others at the bottom.
    top = 16 if re.match(r"p[024]\d", name) else bits
    kind = np.dtype(">u2" if form.is_big_endian else "<u2")
    return _Layout(kind, 1, 0, float((1 << top) - 1))


def luma_grid(frame: av.VideoFrame) -> npt.NDArray[np.float32]:
    """Return the luma of at most 36 x 64 points spread over the picture, in [0, 1]."""
    grid, scale = _grid(frame, _layout(frame.format))
    grid *= np.float32(1 / scale)
    return grid


def _grid(frame: av.VideoFrame, layout: _Layout | None) -> tuple[npt.NDArray[np.float32], float]:
    """Return the points as the whole numbers that they are, and the one that stands for 1."""
    plane: Any = None if layout is None else frame.planes[0]
    if layout is None or plane is None or plane.line_size <= 0:
        # Palettes, single bits, floats, Bayer patterns, upside-down memory: let swscale read them.
        small = converted(frame, "gray", width=COLUMNS, height=ROWS, interpolation="POINT")
        layout, frame, plane = _GRAY, small, small.planes[0]
    height, width = frame.height, frame.width
    lines = np.frombuffer(plane, layout.kind).reshape(height, -1)
    down, across = max(1, height // ROWS), max(1, width // COLUMNS)
    first = layout.first + (across // 2) * layout.step
    points = lines[down // 2 :: down, first : width * layout.step : across * layout.step]
    return points[:ROWS, :COLUMNS].astype(np.float32), layout.scale


_GRAY = _Layout(np.dtype(np.uint8), 1, 0, 255.0)


class Jumps:
    """Measures each frame against the one before it."""

    def __init__(self, finder: TransitionFinder | None = None) -> None:
        self._finder = finder
        self._before: tuple[npt.NDArray[np.float32], float] | None = None
        self._layouts: dict[str, _Layout | None] = {}

    def __call__(self, frame: av.VideoFrame, *, seconds: float = 0.0) -> float:
        """Return the mean absolute difference of luma to the frame before, in [0, 1]; first 0.

        The frame's grid also goes to the finder of transitions, with its ``seconds``.
        """
        name = frame.format.name
        if name not in self._layouts:
            self._layouts[name] = _layout(frame.format)
        grid, scale = _grid(frame, self._layouts[name])
        if self._finder is not None:
            self._finder.add(seconds, grid, scale)
        before, self._before = self._before, (grid, scale)
        if before is None:
            return 0.0
        earlier, scale_before = before
        if earlier.shape != grid.shape or scale_before != scale:
            # Tiny pictures that changed their size, or pictures that changed their format.
            return float(abs(earlier.mean() / scale_before - grid.mean() / scale))
        # Sums of whole numbers, exact for 8 bits: this is done for every frame of the video.
        difference = np.subtract(grid, earlier, out=earlier)
        np.absolute(difference, out=difference)
        return float(np.add.reduce(difference, axis=None)) / (difference.size * scale)
