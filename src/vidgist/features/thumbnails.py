"""Thumbnails: small JPEG pictures of the samples, in the display aspect ratio of the video."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

LONGER_SIDE = 160
_QUALITY = 70


def thumbnail_size(*, width: int, height: int) -> tuple[int, int]:
    """Return (width, height) of the same aspect ratio, at least one pixel each.

    >>> thumbnail_size(width=1920, height=1080)
    (160, 90)
    """
    scale = LONGER_SIDE / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def thumbnail(pixels: npt.NDArray[np.uint8], *, size: tuple[int, int]) -> bytes:
    """Return a JPEG file of (H, W, 3) RGB pixels, stretched to ``size`` = (width, height)."""
    picture = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
