"""Several extractors as one, ``a+b``: their vectors side by side.

Each gives a score of its own, and the scores are added, see `vidgist.scoring.fusion`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from vidgist.backbones.backbone import (
    Backbone,
    Pixels,
    Vectors,
    centers,
    check_pixels,
    fingerprint_of,
    window_of,
)
from vidgist.errors import SettingError


def _resize(pixels: Pixels, *, size: tuple[int, int]) -> Pixels:
    if pixels.shape[-3:-1] == size:
        return pixels
    height, width = size
    # Pillow's bilinear filter widens as the picture shrinks, so no pixel is skipped.
    pictures = (
        Image.fromarray(p).resize((width, height), Image.Resampling.BILINEAR)
        for p in pixels.reshape(-1, *pixels.shape[-3:])
    )
    small = np.stack([np.asarray(picture) for picture in pictures])
    return small.reshape(*pixels.shape[:-3], *size, 3)


class Concatenated:
    """Concatenates the features of several backbones; pictures are read once, at the largest size.

    Beside a backbone of frame windows, one of single pictures gets the samples themselves.
    """

    def __init__(self, parts: Sequence[Backbone]) -> None:
        if len(parts) < 2:
            raise SettingError("backbone: expected two or more extractors to join, such as a+b")
        self._parts = tuple(parts)
        windows = {part.name: w for part in parts if (w := window_of(part)) is not None}
        if len(set(windows.values())) > 1:
            raise SettingError(
                "backbone: expected extractors that look at the same frame windows, got "
                + " and ".join(
                    f"{name} ({window.frames} frames, {window.rate:g} a second)"
                    for name, window in windows.items()
                )
            )
        self.window = next(iter(windows.values()), None)
        self.name = "+".join(part.name for part in parts)
        self.widths = tuple(part.dimension for part in parts)
        self.dimension = sum(self.widths)
        self.size = max(part.size[0] for part in parts), max(part.size[1] for part in parts)
        self.fingerprint = fingerprint_of(
            parts=[part.fingerprint for part in parts], size=list(self.size), joined="side by side"
        )

    def extract(self, pixels: Pixels) -> Vectors:
        """Return the (B, sum of D) features of (B, H, W, 3) RGB pictures, or of frame windows."""
        check_pixels(pixels, size=self.size, window=self.window)
        return np.concatenate([self._extract(part, pixels) for part in self._parts], axis=1)

    def _extract(self, part: Backbone, pixels: Pixels) -> Vectors:
        own = pixels if window_of(part) is not None else centers(pixels, window=self.window)
        return part.extract(_resize(own, size=part.size))
