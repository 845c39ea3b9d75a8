"""Pixel conversion: frames to RGB, scaled in C, and the detection of black pictures."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

from vidgist.errors import VideoError

RGB = 0  # AVCOL_SPC_RGB

UNSPECIFIED = 2
"""Of AVColorSpace, AVColorPrimaries and AVColorTransferCharacteristic alike."""

CONVERTIBLE = (1, 2, 4, 5, 6, 7, 9)
"""AVColorSpace values that FFmpeg's scaler converts: BT.709, unspecified, FCC, BT.601 (two),
SMPTE 240M, BT.2020."""

_UNSAFE = ("yaf32le", "yaf32be")
"""Formats that end the process in FFmpeg 8 (an assertion in swscale) when they are converted."""


@contextlib.contextmanager
def conversion_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise `VideoError` where a frame cannot be converted."""
    try:
        yield
    except (av.error.FFmpegError, ValueError) as error:
        raise VideoError(
            f"{os.fspath(path)}: its pictures cannot be converted to RGB ({error});"
            " convert the file to H.264 first"
        ) from error


def fix_color_matrix(frame: av.VideoFrame) -> av.VideoFrame:
    """Replace a color matrix that FFmpeg's scaler refuses by its default; return the frame.

    Constant-luminance BT.2020 and other rare tags would be refused even where nothing is to be
    done; the colors come out a little off instead.
    """
    if frame.colorspace not in CONVERTIBLE:
        frame.colorspace = UNSPECIFIED
    return frame


def convert(
    frame: av.VideoFrame,
    pixel_format: str,
    *,
    width: int,
    height: int,
    scaler: VideoReformatter | None = None,
    interpolation: str | None = None,
) -> av.VideoFrame:
    """Return the frame in another format and size.

    Raises:
        ValueError, FFmpegError: FFmpeg cannot convert from its format.
    """
    if frame.format.name in _UNSAFE:
        raise ValueError(f"pixel format {frame.format.name}")
    scaler = scaler or VideoReformatter()
    return scaler.reformat(frame, width, height, pixel_format, interpolation=interpolation)


def to_rgb(
    frame: av.VideoFrame,
    *,
    width: int | None = None,
    height: int | None = None,
    scaler: VideoReformatter | None = None,
) -> npt.NDArray[np.uint8]:
    """Return (H, W, 3) uint8 RGB of the whole frame, not rotated; transparency is over black.

    Args:
        frame: as decoded.
        width: of the result, default that of the frame.
        height: of the result, default that of the frame.
        scaler: one for many frames of a video saves setting it up for each.

    Raises:
        ValueError, FFmpegError: FFmpeg cannot convert from its format.
    """
    width, height = width or frame.width, height or frame.height
    opaque = not any(component.is_alpha for component in frame.format.components)
    pixel_format = "rgb24" if opaque else "rgba"
    pixels: Any = convert(
        frame, pixel_format, width=width, height=height, scaler=scaler
    ).to_ndarray()
    if opaque:
        return np.asarray(pixels, np.uint8)
    alpha = pixels[..., 3:].astype(np.uint16)
    return np.asarray((pixels[..., :3] * alpha + 127) // 255, np.uint8)
