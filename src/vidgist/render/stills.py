"""Keyframes of a summary, decoded once for several outputs.

Pictures of full size are yielded one at a time; only small ones are kept in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vidgist.summary import Summary

if TYPE_CHECKING:
    from PIL import Image

MAX_TILES = 120
"""Greatest number of small pictures that are kept, evenly chosen."""

TILE_SIDE = 480
"""Longer side of a small picture in pixels."""

BEST_SIDE = 960
"""Longer side of the best keyframe in pixels."""


@dataclass(frozen=True)
class Still:
    """A keyframe.

    Attributes:
        number: place among the keyframes, from 1.
        sample: index of its sample.
        shot: index of its shot among all shots.
        seconds: its time in the video.
    """

    number: int
    sample: int
    shot: int
    seconds: float


def evenly(n: int, most: int) -> list[int]:
    """Return at most ``most`` of the indices 0..n-1, evenly spaced, with the first and the last."""
    return sorted({int(i) for i in np.linspace(0, n - 1, min(n, most)).round()})


def list_stills(summary: Summary) -> tuple[Still, ...]:
    """Return the keyframes of a summary, in order, each within its shot."""
    picks = summary.features.picks[summary.stills]
    shots = np.searchsorted(summary.shots.frames[:, 0], picks, side="right") - 1
    seconds = summary.times_within(summary.stills, summary.shot_seconds[shots])
    rows = zip(summary.stills.tolist(), shots.tolist(), seconds.tolist(), strict=True)
    return tuple(Still(number, *row) for number, row in enumerate(rows, start=1))


class Stills:
    """The keyframes ``stills`` of a summary, in order, and their pictures.

    Args:
        summary: its keyframes.
        frames: decodes the frames at ascending times.
    """

    def __init__(
        self, summary: Summary, frames: Callable[[Sequence[float]], Iterator[Image.Image]]
    ) -> None:
        self._frames = frames
        self.stills = list_stills(summary)
        self._kept = frozenset(evenly(len(self.stills), MAX_TILES))
        self._tiles: list[tuple[Still, Image.Image]] = []
        self._favorite = int(np.argmax(summary.scores.importance[summary.stills]))
        self._best: Image.Image | None = None

    def pictures(self) -> Iterator[tuple[Still, Image.Image]]:
        """Decode and yield every keyframe: upright, RGB, at source size.

        Raises:
            VideoError: the video can no longer be read.
        """
        from PIL import Image

        tiles = []
        images = self._frames([still.seconds for still in self.stills])
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
        """Return the keyframe of the greatest importance, no side over `BEST_SIDE`."""
        self._decode()
        assert self._best is not None
        return self._best.copy()

    def tiles(self) -> list[tuple[Still, Image.Image]]:
        """Return at most `MAX_TILES` keyframes, evenly chosen, no side over `TILE_SIDE`."""
        self._decode()
        return self._tiles

    def _decode(self) -> None:
        if not self._tiles:
            for _ in self.pictures():
                pass
