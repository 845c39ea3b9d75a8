"""The pictures around each sample, gathered while the video is decoded once and in order.

Picture i of the clip of a sample at t seconds is what a viewer sees at t + (i - F // 2) / rate.  A
decoded frame is shown from its own timestamp to the next one's; it fills the places of that span in
every clip that is open.  Only clips whose span has begun and not ended are open, so what is kept
does not grow with the video nor with its frame rate, and a frame that fills no place is never even
scaled.
"""

from __future__ import annotations

import functools
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.backbones.backbone import ClipShape

__all__ = ["ClipGatherer"]

Picture: TypeAlias = npt.NDArray[np.uint8]


@dataclass
class _Open:
    """A clip that waits for pictures."""

    sample: int
    pictures: list[Picture] = field(default_factory=list)
    frame: int = -1  # the number of the frame that is the sample


class ClipGatherer:
    """Gives the clips of samples at 0, 1 / fps, 2 / fps ... seconds, each as soon as it is full."""

    def __init__(self, shape: ClipShape, *, fps: float) -> None:
        self._shape = shape
        self._fps = fps
        self._open: deque[_Open] = deque()
        self._next = 0

    def show(
        self, picture: Callable[[], Picture], *, number: int, until: float
    ) -> Iterator[tuple[Picture, int]]:
        """Take the next frame, shown up to ``until`` seconds; give the clips that it completes.

        Args:
            picture: gives the frame as an (H, W, 3) picture; called at most once.
            number: of the frame.
            until: seconds at which the next frame takes its place.

        Yields:
            (F, H, W, 3) pictures of a clip, and the number of the frame that is the sample.
        """
        fill = self._filler(picture, number=number, until=until)
        for clip in self._open:
            fill(clip)
        yield from self._full()
        while self._at(self._next, 0) < until:
            self._open.append(self._begun())
            fill(self._open[-1])
            # One at a time: a hole of hours must not open thousands at once.
            yield from self._full()

    def finish(
        self, picture: Callable[[], Picture], *, number: int, end: float
    ) -> Iterator[tuple[Picture, int]]:
        """Take the last frame; give the clips of all samples before ``end``, where it stands still.

        Arguments and what is given are those of `show`.
        """
        fill = self._filler(picture, number=number, until=math.inf)
        while self._open or self._next / self._fps < end:
            clip = self._open.popleft() if self._open else self._begun()
            if clip.sample / self._fps < end:
                fill(clip)
                yield np.stack(clip.pictures), clip.frame

    def _at(self, sample: int, place: int) -> float:
        return sample / self._fps + (place - self._shape.center) / self._shape.rate

    def _begun(self) -> _Open:
        self._next += 1
        return _Open(self._next - 1)

    def _filler(
        self, picture: Callable[[], Picture], *, number: int, until: float
    ) -> Callable[[_Open], None]:
        once = functools.cache(picture)

        def fill(clip: _Open) -> None:
            place = len(clip.pictures)
            while place < self._shape.frames and self._at(clip.sample, place) < until:
                clip.pictures.append(once())
                if place == self._shape.center:
                    clip.frame = number
                place += 1

        return fill

    def _full(self) -> Iterator[tuple[Picture, int]]:
        # All clips are as long, so that they are completed in the order in which they began.
        while self._open and len(self._open[0].pictures) == self._shape.frames:
            clip = self._open.popleft()
            yield np.stack(clip.pictures), clip.frame
