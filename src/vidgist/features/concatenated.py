"""``--backbone a+b``: several extractors as one.

Each one's vectors are brought to length 1 before they are joined, so that the cosine of two samples
is the mean of the single extractors' cosines:

    x = (a / |a|, b / |b|),    x . y / (|x| |y|) = (cos(a, a') + cos(b, b')) / 2
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from vidgist.errors import SettingError
from vidgist.features.backbone import Backbone, Pixels, Vectors, check_pixels, fingerprint_of

__all__ = ["Concatenated"]


def _resized(pixels: Pixels, *, size: tuple[int, int]) -> Pixels:
    if pixels.shape[1:3] == size:
        return pixels
    height, width = size
    # The bilinear filter of Pillow widens when it shrinks, so nothing is skipped.
    pictures = (
        Image.fromarray(p).resize((width, height), Image.Resampling.BILINEAR) for p in pixels
    )
    return np.stack([np.asarray(picture) for picture in pictures])


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


class Concatenated:
    """Joins the features of several backbones; pictures are read once, at the largest size."""

    def __init__(self, parts: Sequence[Backbone]) -> None:
        if len(parts) < 2:
            raise SettingError("--backbone: expected two or more extractors to join, such as a+b")
        self._parts = tuple(parts)
        self.name = "+".join(part.name for part in parts)
        self.dimension = sum(part.dimension for part in parts)
        self.size = max(part.size[0] for part in parts), max(part.size[1] for part in parts)
        self.fingerprint = fingerprint_of(
            parts=[part.fingerprint for part in parts], size=list(self.size), joined="unit vectors"
        )

    def extract(self, pixels: Pixels) -> Vectors:
        """Return the (B, sum of D) joined features of (B, H, W, 3) RGB pictures."""
        check_pixels(pixels, size=self.size)
        return np.concatenate(
            [_unit(part.extract(_resized(pixels, size=part.size))) for part in self._parts], axis=1
        )
