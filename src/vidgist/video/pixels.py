"""A frame's pixels as RGB, scaled in C; what is transparent lies over black."""

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

__all__ = ["conversion", "converted", "rgb"]

_UNSAFE = ("yaf32le", "yaf32be")
"""Formats that end the process in FFmpeg 8 (an assertion in swscale) when they are converted."""


@contextlib.contextmanager
def conversion(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn failures to convert a picture into the error of one line."""
    try:
        yield
    except (av.error.FFmpegError, ValueError) as error:
        raise VideoError(
            f"{os.fspath(path)}: its pictures cannot be converted to RGB ({error});"
            " convert the file to H.264 first"
        ) from error


def converted(
    frame: av.VideoFrame,
    form: str,
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
    return scaler.reformat(frame, width, height, form, interpolation=interpolation)


def rgb(
    frame: av.VideoFrame,
    *,
    width: int | None = None,
    height: int | None = None,
    scaler: VideoReformatter | None = None,
) -> npt.NDArray[np.uint8]:
    """Return (H, W, 3) uint8 RGB of the whole frame, not turned, in its own or the given size.

    One ``scaler`` for many frames of a video saves setting it up for each.

    Raises:
        ValueError, FFmpegError: FFmpeg cannot convert from its format.
    """
    width, height = width or frame.width, height or frame.height
    opaque = not any(component.is_alpha for component in frame.format.components)
    form = "rgb24" if opaque else "rgba"
    small = converted(frame, form, width=width, height=height, scaler=scaler)
    pixels: Any = small.to_ndarray()
    if opaque:
        return np.asarray(pixels, np.uint8)
    alpha = pixels[..., 3:].astype(np.uint16)
    return np.asarray((pixels[..., :3] * alpha + 127) // 255, np.uint8)
