"""Display orientation: frames rotated as their metadata asks, and pixels made square."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt

from vidgist.video.filters import side_data

_NEARLY_SQUARE = 0.005
"""Pixel aspects this near to 1 change a pixel or two: not worth resampling every frame."""


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
    """Rotation of each frame of a video, called in the order of presentation.

    A matrix inside the stream (H.264, HEVC) stands at key frames and holds until the next one.

    Each angle is looked up once: reading a display matrix ties the frame's memory into a cycle that
    only the garbage collector frees (PyAV's side data holds its frame).
    """

    def __init__(self) -> None:
        self._by_angle: dict[int, Rotation] = {}
        self._current: Rotation | None = None

    def __call__(self, frame: av.VideoFrame) -> Rotation:
        """Return the rotation to be applied to this frame."""
        angle = frame.rotation
        if angle or frame.key_frame or self._current is None:
            if angle not in self._by_angle:
                self._by_angle[angle] = frame_rotation(frame)
            self._current = self._by_angle[angle]
        return self._current


def frame_rotation(frame: av.VideoFrame) -> Rotation:
    """Return the rotation that a frame's display matrix asks for, none where it has no matrix."""
    matrix = side_data(frame, "DISPLAYMATRIX")
    if matrix is None:
        return Rotation()
    # A point (p, q) of the picture is shown at (a p + c q, b p + d q).
    a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].tolist()
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Rotation(swap=True, flip_x=c < 0, flip_y=b < 0)
    return Rotation(flip_x=a < 0, flip_y=d < 0)


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
