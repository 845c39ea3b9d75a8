"""Frame windows: the pictures around each sample, gathered in one pass over the video.

A decoded frame is shown from its own timestamp to the next one's; it fills the positions of that
span in every window that is open.  Only windows whose span has begun and not ended are open, so
memory grows neither with the video nor with its frame rate, and a frame that fills no position is
not even scaled.
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

from vidgist.types import FrameWindow

Picture: TypeAlias = npt.NDArray[np.uint8]


@dataclass
class _OpenWindow:
    """A window that is not full yet."""

    sample: int
    pictures: list[Picture] = field(default_factory=list)
    frame: int = -1  # the number of the frame that is the sample


class WindowGatherer:
    """Gathers the windows of samples at multiples of 1 / fps seconds, in order."""

    def __init__(self, window: FrameWindow, *, fps: float) -> None:
        self._window = window
        self._fps = fps
        self._open: deque[_OpenWindow] = deque()
        self._last = -1

    def show(
        self,
        picture: Callable[[], Picture],
        *,
        number: int,
        until: float,
        following: Callable[[int], int],
    ) -> Iterator[tuple[Picture, int, int]]:
        """Add the next frame, shown up to ``until`` seconds; yield the windows that it completes.

        Args:
            picture: returns the frame as an (H, W, 3) picture; called at most once.
            number: of the frame.
            until: seconds at which the next frame replaces it.
            following: returns the number of the sample after a sample; see `next_sample`.

        Yields:
            (F, H, W, 3) pictures of a window, the number of the frame that is the sample, and the
            number of the sample.
        """
        fill = self._filler(picture, number=number, until=until)
        for window in self._open:
            fill(window)
        yield from self._full()
        while self._at(sample := following(self._last), 0) < until:
            self._open.append(self._begin(sample))
            fill(self._open[-1])
            # One at a time: a gap of hours must not open thousands at once.
            yield from self._full()

    def finish(
        self,
        picture: Callable[[], Picture],
        *,
        number: int,
        end: float,
        following: Callable[[int], int],
    ) -> Iterator[tuple[Picture, int, int]]:
        """Add the last frame, repeated to the end; yield the windows of all samples before ``end``.

        Arguments and what is yielded are those of `show`.
        """
        fill = self._filler(picture, number=number, until=math.inf)
        while self._open or following(self._last) / self._fps < end:
            window = self._open.popleft() if self._open else self._begin(following(self._last))
            if window.sample / self._fps < end:
                fill(window)
                yield np.stack(window.pictures), window.frame, window.sample

    def _at(self, sample: int, position: int) -> float:
        return sample / self._fps + (position - self._window.center) / self._window.rate

    def _begin(self, sample: int) -> _OpenWindow:
        self._last = sample
        return _OpenWindow(sample)

    def _filler(
        self, picture: Callable[[], Picture], *, number: int, until: float
    ) -> Callable[[_OpenWindow], None]:
        once = functools.cache(picture)

        def fill(window: _OpenWindow) -> None:
            position = len(window.pictures)
            while position < self._window.frames and self._at(window.sample, position) < until:
                window.pictures.append(once())
                if position == self._window.center:
                    window.frame = number
                position += 1

        return fill

    def _full(self) -> Iterator[tuple[Picture, int, int]]:
        # All windows are equally long, so they are completed in the order in which they began.
        while self._open and len(self._open[0].pictures) == self._window.frames:
            window = self._open.popleft()
            yield np.stack(window.pictures), window.frame, window.sample
