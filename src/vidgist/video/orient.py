"""Pictures as they are meant to be seen: turned upright, pixels square."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph

__all__ = ["Turn", "Turns", "Upright", "display_size", "turn_of", "turned", "upright"]

_NEARLY_SQUARE = 0.005
"""Pixel aspects this near to 1 mean a pixel or two: not worth resampling every frame."""


@dataclass(frozen=True)
class Turn:
    """How to bring a picture upright: swap its axes first, then mirror it.

    Attributes:
        swap: exchange rows and columns.
        flip_x: mirror left and right (after the swap).
        flip_y: mirror up and down (after the swap).
    """

    swap: bool = False
    flip_x: bool = False
    flip_y: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return self.swap or self.flip_x or self.flip_y

    @classmethod
    def clockwise(cls, degrees: int) -> Turn:
        """Return the turn by a number of degrees, the nearest multiple of 90."""
        quarters = round(degrees / 90) % 4
        return cls(swap=quarters in (1, 3), flip_x=quarters in (1, 2), flip_y=quarters in (2, 3))

    @property
    def degrees(self) -> int:
        """Degrees clockwise, 0, 90, 180 or 270, of the turn that is left without mirroring."""
        if self.swap:
            return 90 if self.flip_x else 270
        return 180 if self.flip_y else 0


class Turns:
    """Tells the turn that each frame of a video asks for, from what the first ones said.

    Reading a display matrix ties the frame's memory into a cycle that only the garbage collector
    unties (PyAV's side data holds its frame), which must not happen frame by frame.
    """

    def __init__(self) -> None:
        self._known: dict[int, Turn] = {}

    def __call__(self, frame: av.VideoFrame) -> Turn:
        """Return the turn to be applied to this frame."""
        angle = frame.rotation
        if angle not in self._known:
            self._known[angle] = turn_of(frame)
        return self._known[angle]


def turn_of(frame: av.VideoFrame) -> Turn:
    """Return the turn that a frame's own display matrix asks for (none where it has none)."""
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return Turn()
    # A point (p, q) of the picture is shown at (a p + c q, b p + d q).
    a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5].tolist()
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Turn(swap=True, flip_x=c < 0, flip_y=b < 0)
    return Turn(flip_x=a < 0, flip_y=d < 0)


def turned(pixels: npt.NDArray[np.uint8], turn: Turn) -> npt.NDArray[np.uint8]:
    """Return (H, W, 3) pixels upright and contiguous; themselves where nothing is to be done."""
    if not turn:
        return pixels
    if turn.swap:
        pixels = pixels.swapaxes(0, 1)
    if turn.flip_x:
        pixels = pixels[:, ::-1]
    if turn.flip_y:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def display_size(width: int, height: int, *, pixel_aspect: float, turn: Turn) -> tuple[int, int]:
    """Return the (width, height) at which a picture is seen: square pixels, upright.

    The side that is too short is stretched, so that no detail is lost; stretched sides are even.
    """
    if pixel_aspect > 1 + _NEARLY_SQUARE:
        width = 2 * round(width * pixel_aspect / 2)
    elif 0 < pixel_aspect < 1 - _NEARLY_SQUARE:
        height = 2 * round(height / pixel_aspect / 2)
    return (height, width) if turn.swap else (width, height)


class Upright:
    """Brings the frames of one video upright; keeps what can be kept from frame to frame."""

    def __init__(self, *, rotation: int | None = None, pixel_aspect: float = 1.0) -> None:
        """Set what is to be done.

        Args:
            rotation: degrees clockwise; None: what each frame's display matrix says.
            pixel_aspect: width of a pixel by its height.
        """
        self.rotation = rotation
        self.pixel_aspect = pixel_aspect
        self._turns = Turns()
        self._graph: Graph | None = None
        self._made_for: tuple[Any, ...] = ()

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return the frame upright with square pixels; the frame itself where it is so already."""
        turn = self._turns(frame) if self.rotation is None else Turn.clockwise(self.rotation)
        width, height = display_size(
            frame.width, frame.height, pixel_aspect=self.pixel_aspect, turn=Turn()
        )
        pts, time_base = frame.pts, frame.time_base
        if (width, height) != (frame.width, frame.height):
            # Colors of a palette cannot be scaled.
            kind = "rgba" if frame.format.has_palette else None
            frame = frame.reformat(width=width, height=height, format=kind)
        if turn:
            frame = self._turn(frame, turn)
        frame.pts = pts
        if time_base is not None:
            frame.time_base = time_base
        return frame

    def _turn(self, frame: av.VideoFrame, turn: Turn) -> av.VideoFrame:
        made_for = (frame.width, frame.height, frame.format.name, turn)
        if self._graph is None or made_for != self._made_for:
            self._graph, self._made_for = _turning_graph(frame, turn), made_for
        self._graph.push(frame)
        turned_frame = self._graph.pull()
        assert isinstance(turned_frame, av.VideoFrame)
        return turned_frame


_TRANSPOSE = {
    (False, False): "cclock_flip",
    (True, False): "clock",
    (False, True): "cclock",
    (True, True): "clock_flip",
}
"""FFmpeg's names for exchanging rows and columns and then mirroring (flip_x, flip_y)."""


def _turning_graph(frame: av.VideoFrame, turn: Turn) -> Graph:
    graph = Graph()
    node = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base or Fraction(1, 1000),
    )
    if turn.swap:
        filters = [("transpose", f"dir={_TRANSPOSE[turn.flip_x, turn.flip_y]}")]
    else:
        # vflip hands on the same memory, read backwards, which older PyAV gets wrong: copy it.
        filters = [("vflip", "")] if turn.flip_y else []
        filters += [("hflip" if turn.flip_x else "copy", "")]
    # The matrix has been obeyed: a frame that still carried it would be turned again by the next.
    filters += [("sidedata", "mode=delete:type=DISPLAYMATRIX"), ("buffersink", "")]
    for name, arguments in filters:
        after = graph.add(name, arguments or None)
        node.link_to(after)
        node = after
    graph.configure()
    return graph


def upright(
    frame: av.VideoFrame, *, rotation: int | None = None, pixel_aspect: float = 1.0
) -> av.VideoFrame:
    """Return one frame upright with square pixels; for many frames of a video use `Upright`.

    Args:
        frame: as decoded.
        rotation: degrees clockwise; None: what the frame's display matrix says.
        pixel_aspect: width of a pixel by its height.
    """
    return Upright(rotation=rotation, pixel_aspect=pixel_aspect)(frame)
