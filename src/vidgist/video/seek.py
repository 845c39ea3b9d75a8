"""Frame-exact seeking, checked against the timeline of an earlier pass.

A seek must arrive at a key frame that is not after the requested frame, and from there no frame of
the timeline may be missing.  Otherwise the file is decoded from its beginning instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream
from PIL import Image

from vidgist.errors import VideoError
from vidgist.types import Timeline
from vidgist.video.container import NO_LIMITS, Limits, open_video, video_stream
from vidgist.video.decode import stream_clock
from vidgist.video.deinterlace import Timed
from vidgist.video.display import Display
from vidgist.video.packet_clock import PacketClock
from vidgist.video.packets import configure_decoder, decode_stream
from vidgist.video.pixels import conversion_errors, to_rgb
from vidgist.video.sources import forced_rate
from vidgist.video.tracks import sound_stream

_SLACK = 1e-6
"""Tolerance in seconds for rounded timestamps; frames are further apart."""

_READ_ON = 3.0
"""Seconds ahead up to which decoding is used instead of a seek, at first."""

_STANDS = 0.5
"""Seconds without another frame above which a picture stands still."""

_BACK = (0.0, 2.0, 15.0)
"""Seconds before the requested frame to which is sought, one after the other."""

_BEFORE = 2
"""Frames before the requested one that are decoded in any case: deinterlacing looks at them."""

_GIVE_UP = 32
"""Frames before the requested one that are tried before the file counts as changed."""


class FrameReader:
    """Reader of frames of one video as they are shown, at full size; a context manager.

    They are deinterlaced, cropped as the container asks, upright, with square pixels, of one size,
    and SDR.

    Read in ascending order where possible: every frame is then decoded once at most, also in files
    that do not support seeking.

    Example:
        >>> from vidgist.video import read_frames
        >>> timeline = read_frames("demo.mp4", size=(36, 64)).timeline
        >>> with FrameReader("demo.mp4", timeline=timeline) as reader:
        ...     [(frame.width, frame.height) for frame in reader.at([1.0, 7.5])]
        [(640, 360), (640, 360)]
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        timeline: Timeline,
        limits: Limits | None = None,
        keep_hdr: bool = False,
    ) -> None:
        """Open the video.

        Args:
            path: the file that ``timeline`` was read from.
            timeline: of the first pass.
            limits: what is accepted; by default anything, as the first pass has checked it.
            keep_hdr: do not map PQ and HLG to SDR.

        Raises:
            VideoError: it cannot be opened.
        """
        self.path = path
        self.timeline = timeline
        self._limits = limits or NO_LIMITS
        self._keep_hdr = keep_hdr
        self._container: InputContainer
        self._stream: VideoStream
        self._frames: Iterator[Timed]
        self._put_back: Timed | None
        self._seekable = timeline.steady
        self._needed = 0.0
        self._read_on = _READ_ON
        self._open()

    def between(self, start: float, end: float) -> Iterator[tuple[float, av.VideoFrame]]:
        """Yield (seconds, frame) of every frame with ``start <= seconds < end``, in order.

        Where a picture stands still at ``start``, it comes first.
        """
        times = self.timeline.times
        first = int(np.searchsorted(times, start - _SLACK))
        following = times[first] if first < len(times) else self.timeline.duration
        if first and following - times[first - 1] > _STANDS and following > start + _SLACK:
            first -= 1
            start = float(times[first])
        for seconds, picture in self._from(first):
            if seconds >= end - _SLACK:
                self._put_back = (seconds, picture)
                return
            if seconds >= start - _SLACK:
                with conversion_errors(self.path):
                    shown = self._display.full(picture)
                yield seconds, shown

    def at(self, times: Iterable[float]) -> Iterator[Image.Image]:
        """Yield the picture that is shown at each of the times, which ascend."""
        shown = -1
        for time in times:
            number = int(np.searchsorted(self.timeline.times, time + 1e-9, side="right")) - 1
            number = max(number, 0)
            if number != shown:
                shown, image = number, self._picture(number)
            yield image.copy()

    def _picture(self, number: int) -> Image.Image:
        # Damaged files may give a frame less the second time: then take the one before.
        for before in range(number, max(-1, number - _GIVE_UP), -1):
            for _, picture in self._from(before):
                with conversion_errors(self.path):
                    return Image.fromarray(to_rgb(self._display.full(picture)))
        raise VideoError(
            f"{os.fspath(self.path)}: the frame at {self.timeline.times[number]:.3f} s cannot be"
            " decoded any more; was the file changed since it was read?"
        )

    def __enter__(self) -> FrameReader:
        return self

    def __exit__(self, *exception: object) -> None:
        self._frames = iter(())
        self._put_back = None
        self._container.close()

    def _from(self, number: int) -> Iterator[Timed]:
        """Yield frames from the timeline's frame ``number`` on."""
        times = self.timeline.times
        if number >= len(times):
            return
        # What decoders make of a damaged frame depends on all before: then none is skipped.
        if not self.timeline.warnings:
            self._needed = float(times[max(0, number - _BEFORE)])
        self._go_to(float(times[number]))
        while True:
            for seconds, picture in self._read(float(times[number])):
                if self._sought and number < len(times) and seconds > times[number] + _SLACK:
                    break  # a frame of the first pass is missing
                if number < len(times) and seconds >= times[number] - _SLACK:
                    number += 1
                yield seconds, picture
            else:
                if not self._sought or number >= len(times):
                    return
            self._seekable = False
            self._open()
            if number >= len(times):
                return

    def _read(self, start: float) -> Iterator[Timed]:
        """Yield the frame that was put back and those decoded next, from ``start`` seconds on."""
        while True:
            following = self._put_back or next(self._frames, None)
            self._put_back = None
            if following is None:
                return
            self._position = following[0]
            if following[0] >= start - _SLACK:
                yield following

    def _go_to(self, seconds: float) -> None:
        """Go to a frame or before it: by decoding on, by seeking, or from the start."""
        position = self._put_back[0] if self._put_back is not None else self._position
        ahead = seconds - position
        behind = ahead < -_SLACK or (self._put_back is None and ahead <= _SLACK and position >= 0)
        if not behind and (ahead <= self._read_on or not self._seekable):
            return
        if self._seekable and any(self._seek(seconds, back) for back in _BACK):
            if not behind and self._position <= position:
                self._read_on *= 2  # key frames are so far apart that the seek gained nothing
            return
        if behind or self._sought:
            self._seekable = False
            self._open()

    def _seek(self, seconds: float, back: float) -> bool:
        """Seek; return whether the key frame found is at or before ``seconds``."""
        tick = self._tick
        target = round(self.timeline.origin / tick) + int((seconds - back) / tick)
        try:
            self._container.seek(target, stream=self._stream, backward=True)
        except av.error.FFmpegError:
            return False
        self._sought = True
        self._frames = self._display.with_neighbors(self._sought_frames())
        self._put_back = next(self._frames, None)
        if self._put_back is None:
            return False
        self._position = self._put_back[0]
        return self._position <= seconds + _SLACK

    def _sought_frames(self) -> Iterator[tuple[float, av.VideoFrame]]:
        """Decode from the container's position, from the first key frame on."""
        tick = self._tick
        origin = round(self.timeline.origin / tick)
        after_key_frame = False
        last = None

        def needed(pts: int) -> bool:
            return (pts - origin) * float(tick) >= self._needed - _SLACK

        for frame in decode_stream(self._container, self._stream, needed=needed):
            # Frames before the key frame may refer to frames that were skipped.
            after_key_frame = after_key_frame or frame.key_frame
            if frame.pts is None:
                return
            if after_key_frame and (last is None or frame.pts > last):
                last = frame.pts
                shift = frame.pts - origin
                yield shift * tick.numerator / tick.denominator, frame

    def _all_frames(self, sound: Stream | None) -> Iterator[tuple[float, av.VideoFrame]]:
        """Decode from the beginning, as in the first pass."""
        rate = forced_rate(self.path)
        clock, packets = stream_clock(self._stream, rate), None
        if not self.timeline.steady:
            packets = PacketClock(self._container, self._stream, sound)
        for frame in decode_stream(self._container, self._stream, clock=packets, rate=rate):
            seconds = clock(frame)
            if seconds is not None:
                yield seconds, frame

    def _open(self) -> None:
        """Open the file at its beginning."""
        if hasattr(self, "_container"):
            self._container.close()
        self._container = open_video(self.path, limits=self._limits)
        self._stream = video_stream(self._container, self.path)
        sound = None
        if not self.timeline.steady:
            sound = sound_stream(self._container, self.path)
        configure_decoder(self._stream, limits=self._limits, beside=sound)
        self._tick = self._stream.time_base or Fraction(1, av.time_base)
        self._display = Display(
            self._container, self._stream, size=self.timeline.size, keep_hdr=self._keep_hdr
        )
        self._frames = self._display.with_neighbors(self._all_frames(sound))
        self._put_back = None
        self._position = -1.0
        self._sought = False


def frames_at(
    path: str | os.PathLike[str],
    times: Iterable[float],
    *,
    timeline: Timeline,
    limits: Limits | None = None,
) -> Iterator[Image.Image]:
    """Open a video and yield the pictures of `FrameReader.at`.

    Raises:
        VideoError: the file cannot be opened (any more).
    """
    with FrameReader(path, timeline=timeline, limits=limits) as reader:
        yield from reader.at(times)
