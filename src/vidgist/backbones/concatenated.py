"""``--backbone a+b``: several extractors as one.

Each one's vectors are brought to length 1 before they are joined, so that the cosine of two samples
is the mean of the single extractors' cosines:

    x = (a / |a|, b / |b|),    x . y / (|x| |y|) = (cos(a, a') + cos(b, b')) / 2
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from vidgist.backbones.backbone import (
    Backbone,
    Pixels,
    Vectors,
    check_pixels,
    clip_of,
    fingerprint_of,
    stills,
)
from vidgist.errors import SettingError

__all__ = ["Concatenated"]


def _resized(pixels: Pixels, *, size: tuple[int, int]) -> Pixels:
    if pixels.shape[-3:-1] == size:
        return pixels
    height, width = size
    # The bilinear filter of Pillow widens when it shrinks, so nothing is skipped.
    pictures = (
        Image.fromarray(p).resize((width, height), Image.Resampling.BILINEAR)
        for p in pixels.reshape(-1, *pixels.shape[-3:])
    )
    small = np.stack([np.asarray(picture) for picture in pictures])
    return small.reshape(*pixels.shape[:-3], *size, 3)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


class Concatenated:
    """Joins the features of several backbones; pictures are read once, at the largest size.

    Beside one that looks at clips, one that looks at pictures is given the samples themselves.
    """

    def __init__(self, parts: Sequence[Backbone]) -> None:
        if len(parts) < 2:
            raise SettingError("--backbone: expected two or more extractors to join, such as a+b")
        self._parts = tuple(parts)
        clips = {clip for clip in map(clip_of, parts) if clip is not None}
        if len(clips) > 1:
            raise SettingError(
                "--backbone: expected extractors that look at the same clips, came "
                + " and ".join(
                    f"{part.name} ({clip.frames} frames, {clip.rate:g} a second)"
                    for part in parts
                    if (clip := clip_of(part)) is not None
                )
            )
        self.clip = clips.pop() if clips else None
        self.name = "+".join(part.name for part in parts)
        self.dimension = sum(part.dimension for part in parts)
        self.size = max(part.size[0] for part in parts), max(part.size[1] for part in parts)
        self.fingerprint = fingerprint_of(
            parts=[part.fingerprint for part in parts], size=list(self.size), joined="unit vectors"
        )

    def extract(self, pixels: Pixels) -> Vectors:
        """Return the (B, sum of D) joined features of (B, H, W, 3) RGB pictures, or clips."""
        check_pixels(pixels, size=self.size, clip=self.clip)
        return np.concatenate([_unit(self._extract(part, pixels)) for part in self._parts], axis=1)

    def _extract(self, part: Backbone, pixels: Pixels) -> Vectors:
        seen = pixels if clip_of(part) is not None else stills(pixels, clip=self.clip)
        return part.extract(_resized(seen, size=part.size))
