"""Single frames and stretches of a video that was read once, found by seeking, and exactly those.

The timeline of the first pass says which frames there are.  Seeking is believed only as far as what
it finds agrees with that: it must land on a key frame not after the wanted frame, and from there no
frame may be missing.  Where it does not, the file is decoded from its beginning instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from types import TracebackType

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image

from vidgist.errors import VideoError
from vidgist.types import Timeline
from vidgist.video.container import NO_LIMITS, Limits, open_video, video_stream
from vidgist.video.decode import stream_clock
from vidgist.video.orient import Upright
from vidgist.video.packets import decoded, prepare
from vidgist.video.pixels import conversion, rgb

__all__ = ["FrameReader", "frames_at", "frames_between"]

_SLACK = 1e-6
"""Seconds by which the same timestamp may differ after rounding; frames are further apart."""

_READ_ON = 3.0
"""Seconds that are decoded rather than sought over at first."""

_BACK = (0.0, 2.0, 15.0)
"""Seconds before the wanted frame at which key frames are looked for, one after the other."""


_GIVE_UP = 32
"""Frames at the end of a file that may be gone before the file counts as changed."""


class FrameReader:
    """Gives out frames of one video at source size, upright; a context manager.

    Ask in ascending order where possible: what lies between is then decoded once at most, also in
    files that cannot be sought.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        timeline: Timeline,
        threads: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Open the video.

        Args:
            path: the file that ``timeline`` was read from.
            timeline: of the first pass.
            threads: decoder threads, default as many as the machine has.
            limits: what the video may ask for at most; by default the first pass has seen to that.

        Raises:
            VideoError: it cannot be opened.
        """
        self.path = path
        self.timeline = timeline
        self._threads = threads
        self._limits = limits or NO_LIMITS
        self._container: InputContainer
        self._stream: VideoStream
        self._frames: Iterator[tuple[float, av.VideoFrame]]
        self._held: tuple[float, av.VideoFrame] | None
        self._seekable = timeline.steady
        self._read_on = _READ_ON
        self._open()

    def between(self, start: float, end: float) -> Iterator[tuple[float, av.VideoFrame]]:
        """Yield (seconds, frame) of every frame with ``start <= seconds < end``, in order."""
        first = int(np.searchsorted(self.timeline.times, start - _SLACK))
        for seconds, frame in self._from(first):
            if seconds >= end - _SLACK:
                self._held = (seconds, frame)
                return
            if seconds >= start - _SLACK:
                with conversion(self.path):
                    shown = self._upright(frame)
                yield seconds, shown

    def at(self, times: Iterable[float]) -> Iterator[Image.Image]:
        """Yield the picture that is on screen at each of the times, which ascend."""
        shown = -1
        for time in times:
            number = int(np.searchsorted(self.timeline.times, time + 1e-9, side="right")) - 1
            number = max(number, 0)
            if number != shown:
                shown, image = number, self._picture(number)
            yield image.copy()

    def _picture(self, number: int) -> Image.Image:
        # Damaged files may decode a frame less the second time: then take the one before.
        for before in range(number, max(-1, number - _GIVE_UP), -1):
            for _, frame in self._from(before):
                with conversion(self.path):
                    return Image.fromarray(rgb(self._upright(frame)))
        raise VideoError(
            f"{os.fspath(self.path)}: the frame at {self.timeline.times[number]:.3f} s cannot be"
            " decoded any more; was the file changed since it was read?"
        )

    def close(self) -> None:
        """Close the file."""
        self._frames = iter(())
        self._held = None
        self._container.close()

    def __enter__(self) -> FrameReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _from(self, number: int) -> Iterator[tuple[float, av.VideoFrame]]:
        """Yield frames from the timeline's frame ``number`` on."""
        times = self.timeline.times
        if number >= len(times):
            return
        self._go_to(float(times[number]))
        while True:
            for seconds, frame in self._read(float(times[number])):
                if self._sought and number < len(times) and seconds > times[number] + _SLACK:
                    break  # a frame is missing that the first pass has seen
                if number < len(times) and seconds >= times[number] - _SLACK:
                    number += 1
                yield seconds, frame
            else:
                if not self._sought or number >= len(times):
                    return
            self._seekable = False
            self._open()
            if number >= len(times):
                return

    def _read(self, start: float) -> Iterator[tuple[float, av.VideoFrame]]:
        """Yield what was held back and what is decoded next, from ``start`` seconds on."""
        while True:
            following = self._held or next(self._frames, None)
            self._held = None
            if following is None:
                return
            self._position = following[0]
            if following[0] >= start - _SLACK:
                yield following

    def _go_to(self, seconds: float) -> None:
        """Place the reader at or before a frame: by reading on, by seeking, or from the start."""
        position = self._held[0] if self._held is not None else self._position
        ahead = seconds - position
        behind = ahead < -_SLACK or (self._held is None and ahead <= _SLACK and position >= 0)
        if not behind and (ahead <= self._read_on or not self._seekable):
            return
        if self._seekable and any(self._seek(seconds, back) for back in _BACK):
            if not behind and self._position <= position:
                self._read_on *= 2  # key frames are further apart than thought: no gain in this
            return
        if behind or self._sought:
            self._seekable = False
            self._open()

    def _seek(self, seconds: float, back: float) -> bool:
        """Seek; return whether that led to a key frame at or before ``seconds``."""
        tick = self._tick
        target = round(self.timeline.origin / tick) + int((seconds - back) / tick)
        try:
            self._container.seek(target, stream=self._stream, backward=True)
        except av.error.FFmpegError:
            return False
        self._sought = True
        self._frames = self._sought_frames()
        self._held = next(self._frames, None)
        if self._held is None:
            return False
        self._position = self._held[0]
        return self._position <= seconds + _SLACK

    def _sought_frames(self) -> Iterator[tuple[float, av.VideoFrame]]:
        """Decode from where the container stands, from the first key frame on."""
        tick = self._tick
        origin = round(self.timeline.origin / tick)
        begun = False
        for frame in decoded(self._container, self._stream):
            # What comes before the key frame may lean on frames that were sought over.
            begun = begun or frame.key_frame
            if frame.pts is None:
                return
            if begun:
                shift = frame.pts - origin
                yield shift * tick.numerator / tick.denominator, frame

    def _open(self) -> None:
        """Start at the beginning of the file."""
        if hasattr(self, "_container"):
            self._container.close()
        self._container = open_video(self.path, limits=self._limits)
        self._stream = video_stream(self._container, self.path)
        prepare(self._stream, threads=self._threads, limits=self._limits)
        self._tick = self._stream.time_base or Fraction(1, av.time_base)
        self._upright = Upright(pixel_aspect=float(self._stream.sample_aspect_ratio or 1))
        clock = stream_clock(self._container, self._stream)
        container, stream = self._container, self._stream
        self._frames = ((clock(frame), frame) for frame in decoded(container, stream))
        self._held = None
        self._position = -1.0
        self._sought = False


def frames_between(
    path: str | os.PathLike[str],
    start: float,
    end: float,
    *,
    timeline: Timeline,
    limits: Limits | None = None,
) -> Iterator[tuple[float, av.VideoFrame]]:
    """Yield every frame with ``start <= seconds < end`` at source size, upright.

    For several stretches of one video use one `FrameReader`.

    Args:
        path: the file that ``timeline`` was read from.
        start: seconds from the first frame.
        end: seconds from the first frame.
        timeline: of the first pass.
        limits: what the video may ask for at most; by default the first pass has seen to that.

    Yields:
        Seconds from the first frame, and the frame.

    Raises:
        VideoError: the file cannot be opened (any more).
    """
    with FrameReader(path, timeline=timeline, limits=limits) as reader:
        yield from reader.between(start, end)


def frames_at(
    path: str | os.PathLike[str],
    times: Iterable[float],
    *,
    timeline: Timeline,
    limits: Limits | None = None,
) -> Iterator[Image.Image]:
    """Yield the picture on screen at each of the ascending times, at source size, upright.

    Args:
        path: the file that ``timeline`` was read from.
        times: seconds from the first frame, ascending.
        timeline: of the first pass.
        limits: what the video may ask for at most; by default the first pass has seen to that.

    Raises:
        VideoError: the file cannot be opened (any more).
    """
    with FrameReader(path, timeline=timeline, limits=limits) as reader:
        yield from reader.at(times)
