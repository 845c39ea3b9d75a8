"""Display orientation: frames rotated as their metadata asks, and pixels made square."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph
from av.sidedata.sidedata import Type

_NEARLY_SQUARE = 0.005
"""Pixel aspects this near to 1 change a pixel or two: not worth resampling every frame."""

_SIDE_DATA_TYPES = 64
"""FFmpeg's numbers of side data are below; version 8 has 32 of them."""

_TRANSPOSE = {
    (False, False): "cclock_flip",
    (True, False): "clock",
    (False, True): "cclock",
    (True, True): "clock_flip",
}
"""FFmpeg's names for exchanging rows and columns and then mirroring (flip_x, flip_y)."""


@dataclass(frozen=True)
class Rotation:
    """Rotation by quarters, with mirroring: exchange the axes first, then mirror.

    Attributes:
        swap: exchange rows and columns.
        flip_x: mirror left and right (after the exchange).
        flip_y: mirror up and down (after the exchange).

    >>> Rotation(swap=True, flip_x=True).degrees
    90
    """

    swap: bool = False
    flip_x: bool = False
    flip_y: bool = False

    def __bool__(self) -> bool:
        """Whether it changes a picture."""
        return self.swap or self.flip_x or self.flip_y

    @property
    def degrees(self) -> int:
        """Degrees clockwise, 0, 90, 180 or 270, without the mirroring."""
        if self.swap:
            return 90 if self.flip_x else 270
        return 180 if self.flip_y else 0


class RotationReader:
    """Rotation of each frame of a video, where each angle is looked up once.

    Reading a display matrix ties the frame's memory into a cycle that only the garbage collector
    frees (PyAV's side data holds its frame), which must not happen frame by frame.
    """

    def __init__(self) -> None:
        self._by_angle: dict[int, Rotation] = {}

    def __call__(self, frame: av.VideoFrame) -> Rotation:
        """Return the rotation to be applied to this frame."""
        angle = frame.rotation
        if angle not in self._by_angle:
            self._by_angle[angle] = frame_rotation(frame)
        return self._by_angle[angle]


def frame_rotation(frame: av.VideoFrame) -> Rotation:
    """Return the rotation that a frame's display matrix asks for, none where it has no matrix."""
    matrix = _display_matrix(frame)
    if matrix is None:
        return Rotation()
    # A point (p, q) of the picture is shown at (a p + c q, b p + d q).
    a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5].tolist()
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Rotation(swap=True, flip_x=c < 0, flip_y=b < 0)
    return Rotation(flip_x=a < 0, flip_y=d < 0)


def _display_matrix(frame: av.VideoFrame) -> bytes | None:
    """Return the display matrix of a frame, None where it has none."""
    try:
        matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:
        # FFmpeg has side data that PyAV has no name for (EXIF, spatial video, LCEVC); it then
        # refuses to show any, so a copy of the frame is looked at without the nameless.
        nameless = set(range(_SIDE_DATA_TYPES)) - {kind.value for kind in Type}
        arguments = [f"mode=delete:type={number}" for number in sorted(nameless)]
        plain = _filter_graph(frame, [("sidedata", each) for each in arguments])
        plain.push(frame)
        matrix = plain.pull().side_data.get("DISPLAYMATRIX")
    return None if matrix is None else bytes(matrix)


def rotate(pixels: npt.NDArray[np.uint8], rotation: Rotation) -> npt.NDArray[np.uint8]:
    """Rotate (H, W, 3) pixels into a contiguous array; return them as they are where not needed.

    >>> rotate(np.array([[[1], [2]]], np.uint8), Rotation(swap=True)).shape
    (2, 1, 1)
    """
    if not rotation:
        return pixels
    if rotation.swap:
        pixels = pixels.swapaxes(0, 1)
    if rotation.flip_x:
        pixels = pixels[:, ::-1]
    if rotation.flip_y:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def display_size(
    width: int, height: int, *, pixel_aspect: float, rotation: Rotation
) -> tuple[int, int]:
    """Return the (width, height) at which a picture is shown: rotated, with square pixels.

    The side that is too short is stretched, so that no detail is lost; stretched sides are even.

    >>> display_size(720, 576, pixel_aspect=16 / 15, rotation=Rotation())
    (768, 576)
    """
    if pixel_aspect > 1 + _NEARLY_SQUARE:
        width = 2 * round(width * pixel_aspect / 2)
    elif 0 < pixel_aspect < 1 - _NEARLY_SQUARE:
        height = 2 * round(height / pixel_aspect / 2)
    return (height, width) if rotation.swap else (width, height)


class FrameRotator:
    """Rotates the frames of one video and makes their pixels square.

    The filter graph is kept from frame to frame.

    Args:
        pixel_aspect: width of a pixel by its height.
    """

    def __init__(self, *, pixel_aspect: float = 1.0) -> None:
        self._pixel_aspect = pixel_aspect
        self._rotation = RotationReader()
        self._graph: Graph | None = None
        self._graph_input: tuple[Any, ...] = ()

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return the frame as it is to be shown; the frame itself where nothing is to be done."""
        rotation = self._rotation(frame)
        width, height = display_size(
            frame.width, frame.height, pixel_aspect=self._pixel_aspect, rotation=Rotation()
        )
        pts, time_base = frame.pts, frame.time_base
        if (width, height) != (frame.width, frame.height):
            # Colors of a palette cannot be scaled.
            pixel_format = "rgba" if frame.format.has_palette else None
            frame = frame.reformat(width=width, height=height, format=pixel_format)
        if rotation:
            frame = self._rotate(frame, rotation)
        frame.pts = pts
        if time_base is not None:
            frame.time_base = time_base
        return frame

    def _rotate(self, frame: av.VideoFrame, rotation: Rotation) -> av.VideoFrame:
        graph_input = (frame.width, frame.height, frame.format.name, rotation)
        if self._graph is None or graph_input != self._graph_input:
            self._graph, self._graph_input = _rotation_graph(frame, rotation), graph_input
        self._graph.push(frame)
        rotated = self._graph.pull()
        assert isinstance(rotated, av.VideoFrame)
        return rotated


def _rotation_graph(frame: av.VideoFrame, rotation: Rotation) -> Graph:
    if rotation.swap:
        filters = [("transpose", f"dir={_TRANSPOSE[rotation.flip_x, rotation.flip_y]}")]
    else:
        # vflip hands on the same memory, read backwards, which older PyAV gets wrong: copy it.
        filters = [("vflip", "")] if rotation.flip_y else []
        filters += [("hflip" if rotation.flip_x else "copy", "")]
    # Without its matrix, the frame is not rotated a second time by a player.
    return _filter_graph(frame, [*filters, ("sidedata", "mode=delete:type=DISPLAYMATRIX")])


def _filter_graph(frame: av.VideoFrame, filters: list[tuple[str, str]]) -> Graph:
    """Return a graph that takes frames like this one through filters (name, arguments)."""
    graph = Graph()
    node = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base or Fraction(1, 1000),
    )
    for name, arguments in [*filters, ("buffersink", "")]:
        following = graph.add(name, arguments or None)
        node.link_to(following)
        node = following
    graph.configure()
    return graph
