"""The key frames of the selected shots: decoded once, used by several outputs.

Full-size pictures are handed out one at a time and forgotten; only small ones are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vidgist.summary import Summary

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["MAX_TILES", "TILE_SIDE", "Still", "Stills", "evenly"]

MAX_TILES = 120
"""Small pictures that are kept at most; of more key frames an even choice is kept."""

TILE_SIDE = 480
"""Longest side in pixels of a picture that is kept."""

BEST_SIDE = 960
"""Longest side in pixels that the best one of them is kept at, too."""


@dataclass(frozen=True)
class Still:
    """A key frame.

    Attributes:
        number: place among the selected shots, from 1.
        shot: index of its shot among all shots.
        seconds: when it is shown in the video.
    """

    number: int
    shot: int
    seconds: float


def evenly(n: int, most: int) -> list[int]:
    """Return at most ``most`` of the indices 0..n-1, evenly spread, with the first and the last."""
    return sorted({int(i) for i in np.linspace(0, n - 1, min(n, most)).round()})


class Stills:
    """The key frames of a summary, in order.

    Args:
        summary: its video file is read.

    Attributes:
        stills: all key frames.
    """

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        shots = np.flatnonzero(summary.selected)
        seconds = summary.keyframe_times[shots]
        self.stills = tuple(
            Still(number, int(shot), float(second))
            for number, (shot, second) in enumerate(zip(shots, seconds, strict=True), start=1)
        )
        self._kept = frozenset(evenly(len(self.stills), MAX_TILES))
        self._tiles: list[tuple[Still, Image.Image]] = []
        self._favorite = int(np.argmax(summary.shot_scores[shots]))
        self._best: Image.Image | None = None

    def pictures(self) -> Iterator[tuple[Still, Image.Image]]:
        """Decode and yield every key frame upright, at source size, RGB.

        Raises:
            VideoError: the video can no longer be read.
        """
        from PIL import Image

        from vidgist.video.seek import frames_at

        tiles = []
        times = np.array([still.seconds for still in self.stills])
        images = frames_at(self._summary.video.path, times, timeline=self._summary.timeline)
        for index, (still, image) in enumerate(zip(self.stills, images, strict=True)):
            if index in self._kept:
                tile = image.copy()
                tile.thumbnail((TILE_SIDE, TILE_SIDE), Image.Resampling.LANCZOS)
                tiles.append((still, tile))
            if index == self._favorite:
                self._best = image.copy()
                self._best.thumbnail((BEST_SIDE, BEST_SIDE), Image.Resampling.LANCZOS)
            yield still, image
        self._tiles = tiles

    def best(self) -> Image.Image:
        """Return the key frame of the selected shot of the highest score, no side over 960."""
        if self._best is None:
            for _ in self.pictures():
                pass
        assert self._best is not None
        return self._best.copy()

    def tiles(self) -> list[tuple[Still, Image.Image]]:
        """Return at most `MAX_TILES` key frames, evenly chosen, no side over `TILE_SIDE`."""
        if not self._tiles:
            for _ in self.pictures():
                pass
        return self._tiles
