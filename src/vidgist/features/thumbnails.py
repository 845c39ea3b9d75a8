"""Thumbnails: small JPEG pictures of the samples, in the display aspect ratio of the video."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from vidgist.video.display import fit

LONGER_SIDE = 160
_QUALITY = 70


def thumbnail_size(*, width: int, height: int) -> tuple[int, int]:
    """Return (width, height) of the same aspect ratio, at least one pixel each.

    >>> thumbnail_size(width=1920, height=1080)
    (160, 90)
    """
    scale = LONGER_SIDE / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def refit(jpeg: bytes, *, shown: tuple[int, int], canvas: tuple[int, int]) -> bytes:
    """Return a thumbnail of a picture that the video shows with bars.

    Args:
        jpeg: of the whole picture, in any size.
        shown: (width, height) of the picture.
        canvas: (width, height) of the video that it is fitted into.
    """
    fitted = fit(shown, canvas)
    size = thumbnail_size(width=canvas[0], height=canvas[1])
    own = tuple(
        max(1, round(side * part / whole))
        for side, part, whole in zip(size, fitted, canvas, strict=True)
    )
    picture = Image.new("RGB", size)
    inner = Image.open(io.BytesIO(jpeg)).resize((own[0], own[1]), Image.Resampling.BILINEAR)
    picture.paste(inner, ((size[0] - own[0]) // 2, (size[1] - own[1]) // 2))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def thumbnail(pixels: npt.NDArray[np.uint8], *, size: tuple[int, int]) -> bytes:
    """Return a JPEG file of (H, W, 3) RGB pixels, stretched to ``size`` = (width, height)."""
    picture = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
