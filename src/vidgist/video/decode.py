"""Sampling of a video by the timestamps of its frames, in one pass of decoding.

A sample is the frame that a viewer sees at a multiple of 1 / fps seconds after the first frame: the
last one whose timestamp is not later; `sample_times` says which multiples are taken.  Every frame
is decoded once, in order; the samples are scaled in C and only these small pictures reach Python,
so that memory does not grow with the video.
"""

from __future__ import annotations

import math
import os
from array import array
from collections.abc import Callable, Iterator
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from vidgist.defaults import DEFAULT_FPS
from vidgist.errors import SettingError
from vidgist.progress import Progress, silent
from vidgist.types import Frames, FrameWindow, Timeline
from vidgist.video.clock import Clock
from vidgist.video.container import Limits, duration_error, open_video, video_stream
from vidgist.video.deinterlace import Neighborhood
from vidgist.video.display import Display, Size, common_size
from vidgist.video.frame_windows import WindowGatherer
from vidgist.video.luma import FrameDifferences
from vidgist.video.packet_clock import PacketClock
from vidgist.video.packets import (
    DecodeStats,
    configure_decoder,
    decode_stream,
    no_frames_error,
    rate_tick,
)
from vidgist.video.pixels import conversion_errors
from vidgist.video.sample_times import Hole, find_hole, next_sample
from vidgist.video.sources import forced_rate, prepare_input
from vidgist.video.timing import (
    clock_warnings,
    end_warnings,
    gap_warnings,
    header_duration,
    header_end,
    is_whole_matroska,
    standing_end,
    time_base,
    total,
)
from vidgist.video.tracks import sound_stream
from vidgist.video.transitions import Transition, TransitionFinder

_SLACK = 1e-9
"""Tolerance in seconds for rounded times; far below any time base in use."""


class SampleStream:
    """Iterable over the samples of one video as small pictures.

    Iterating decodes the video and yields (H, W, 3) uint8 RGB arrays, one a sample: the whole
    picture, rotated for display, its aspect not kept.  With a `window` it yields (F, H, W, 3), the
    sample and the pictures around it.  After the loop `timeline`, `picks` and `times` are complete;
    iterating again decodes again.

    Example:
        >>> stream = SampleStream("demo.mp4", fps=1, size=(36, 64))
        >>> brightness = [float(picture.mean()) for picture in stream]
        >>> len(brightness), len(stream.picks), stream.timeline.n_frames
        (20, 20, 500)
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        fps: float = DEFAULT_FPS,
        size: tuple[int, int] = (224, 224),
        window: FrameWindow | None = None,
        threads: int | None = None,
        limits: Limits | None = None,
        progress: Progress = silent,
    ) -> None:
        """Set the parameters; the file is opened by iterating.

        Args:
            path: a local video file.
            fps: samples a second, in (0, 1000].
            size: (height, width) of the pictures.
            window: the pictures around a sample that come with it; default the sample alone.
            threads: decoder threads, default several for each processor.
            limits: what is accepted, default `Limits()`.
            progress: called with the seconds read and the duration in the header.

        Raises:
            SettingError: fps or size is out of range.
        """
        if not (math.isfinite(fps) and 0 < fps <= 1000):
            raise SettingError(f"fps: expected a number in (0, 1000], got {fps}")
        if min(size) < 1:
            raise SettingError(f"size: expected (height, width) of at least 1 pixel, got {size}")
        self.path = path
        self.fps = fps
        self.size = size
        self.window = window
        self.threads = threads
        self.limits = limits or Limits()
        self.progress = progress
        self._timeline: Timeline | None = None
        self._transitions: tuple[Transition, ...] = ()
        self._picks = array("q")
        self._numbers = array("q")
        self._sizes: list[tuple[int, Size]] = []

    @property
    def timeline(self) -> Timeline:
        """Every decoded frame; available after the loop."""
        if self._timeline is None:
            raise RuntimeError("the timeline is available when all samples have been read")
        return self._timeline

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """Cuts, fades, dissolves, wipes, pushes, flashes, countdowns; available after the loop."""
        return self._transitions

    @property
    def sizes(self) -> list[Size]:
        """(width, height) at which each sample so far is shown in the video: T of them."""
        first = [number for number, _ in self._sizes]
        own = np.searchsorted(first, self.picks, side="right") - 1
        return [self._sizes[i][1] for i in own.tolist()]

    @property
    def picks(self) -> npt.NDArray[np.int64]:
        """(T,) frame index of each sample so far."""
        return np.array(self._picks, np.int64)

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """(T,) seconds of each sample so far: multiples of 1 / fps."""
        return np.array(self._numbers, np.int64) / self.fps

    def __iter__(self) -> Iterator[npt.NDArray[np.uint8]]:
        """Decode the video and yield its samples.

        Raises:
            VideoError: it cannot be opened, exceeds a limit, or none of its frames decodes.
        """
        self._timeline = None
        self._transitions = ()
        self._picks, self._numbers = array("q"), array("q")
        self._sizes = []
        times, jumps = array("d"), array("f")
        stats, finder = DecodeStats(), TransitionFinder()
        difference = FrameDifferences(finder)
        windows = None if self.window is None else WindowGatherer(self.window, fps=self.fps)
        source = prepare_input(self.path, limits=self.limits)
        rate = forced_rate(self.path)
        with open_video(self.path, limits=self.limits) as container:
            stream = video_stream(container, self.path)
            sound = sound_stream(container, self.path)
            configure_decoder(
                stream,
                threads=self.threads,
                through=True,
                limits=self.limits,
                beside=sound,
            )
            packets = PacketClock(container, stream, sound)
            clock = stream_clock(stream, rate)
            holes: list[Hole] = []

            def sound_within(start: float, end: float) -> float:
                origin = clock.seconds(clock.origin)
                return packets.sound_within(origin + start, origin + end)

            announced = None if rate else header_duration(container, stream)
            display = Display(container, stream)
            before: av.VideoFrame | None = None
            current: av.VideoFrame | None = None
            for frame in decode_stream(container, stream, stats, clock=packets, rate=rate):
                at = clock(frame)
                if at is None:
                    continue
                # Samples before this frame show the one before it.
                if current is not None:
                    if hole := find_hole(times, at, sound_within):
                        holes.append(hole)
                    if at - total(holes) > self.limits.seconds:
                        raise duration_error(self.path, self.limits)
                    small = self._small(display, Neighborhood(current, before, frame))
                    shown = (times[-1], at - _SLACK)
                    yield from self._due(small, len(times) - 1, shown, windows, hole=hole)
                before, current = current, frame
                size = display.size(frame)
                if not self._sizes or size != self._sizes[-1][1]:
                    self._sizes.append((len(times), size))
                times.append(at)
                with conversion_errors(self.path):
                    jumps.append(difference(frame, seconds=at))
                if len(times) % 32 == 1:
                    self.progress("reading", at, announced)
            if current is None:
                oversized = None if stream.codec_context.width else self.limits
                raise no_frames_error(self.path, stats, oversized=oversized)
            stated = None if packets.joints or rate else header_end(stream)
            duration = clock.ends(current, end=stated)
            if not rate:

                def is_whole() -> bool:
                    return not stats.warnings() and is_whole_matroska(container)

                still = standing_end(
                    packets, clock, duration, announced=announced, is_whole=is_whole
                )
                duration = duration if still is None else still
            if packets.joints:
                announced = None
            if duration - total(holes) > self.limits.seconds:
                raise duration_error(self.path, self.limits)
            small = self._small(display, Neighborhood(current, before))
            shown = (times[-1], duration - 2 * _SLACK)
            yield from self._due(small, len(times) - 1, shown, windows, last=True)
            self.progress("reading", duration, announced and max(announced, duration))
        frame_times = np.array(times, np.float64)
        shown_for = _durations(self._sizes, frame_times, duration)
        size = common_size(shown_for)
        self._timeline = Timeline(
            times=frame_times,
            jumps=np.array(jumps, np.float32),
            duration=duration,
            warnings=(
                *([source.note] if source.note else []),
                *stats.warnings(),
                *clock_warnings(packets, clock),
                *gap_warnings(frame_times, holes),
                *end_warnings(duration, announced),
                *display.warnings(),
                *_size_warnings(shown_for, size),
            ),
            size=size,
            origin=clock.seconds(clock.origin),
            steady=clock.steady and packets.steady and rate is None and not stats.moved,
            holes=np.array(holes).reshape(-1, 2),
            joints=np.array(packets.joints) - clock.seconds(clock.origin),
        )
        self._transitions = tuple(finder.finish())

    def _due(
        self,
        picture: Callable[[], npt.NDArray[np.uint8]],
        number: int,
        shown: tuple[float, float],
        windows: WindowGatherer | None,
        *,
        hole: Hole | None = None,
        last: bool = False,
    ) -> Iterator[npt.NDArray[np.uint8]]:
        """Yield the samples while a frame is shown, from ``shown[0]`` to ``shown[1]`` seconds."""
        start, until = shown

        def following(previous: int) -> int:
            return next_sample(previous, fps=self.fps, start=start, until=until, hole=hole)

        if windows is not None:
            full = (
                windows.finish(picture, number=number, end=until, following=following)
                if last
                else windows.show(picture, number=number, until=until, following=following)
            )
            for pictures, pick, sample in full:
                self._picks.append(pick)
                self._numbers.append(sample)
                yield pictures
            return
        pixels: npt.NDArray[np.uint8] | None = None
        while True:
            sample = following(self._numbers[-1] if self._numbers else -1)
            if sample / self.fps >= until:
                return
            pixels = picture() if pixels is None else pixels.copy()
            self._picks.append(number)
            self._numbers.append(sample)
            yield pixels

    def _small(
        self, display: Display, picture: Neighborhood
    ) -> Callable[[], npt.NDArray[np.uint8]]:
        """Return a function that makes the small picture of a frame, if a sample needs it."""

        def small() -> npt.NDArray[np.uint8]:
            with conversion_errors(self.path):
                return display.small(picture, size=self.size[::-1])

        return small


def read_frames(
    path: str | os.PathLike[str],
    *,
    fps: float = DEFAULT_FPS,
    size: tuple[int, int] = (224, 224),
    threads: int | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> Frames:
    """Read all samples of a video into memory (0.15 MB each at 224 x 224).

    The arguments are those of `SampleStream`.

    Returns:
        (T, H, W, 3) uint8 RGB pictures with their times, picks and the timeline of all frames.

    Raises:
        SettingError: fps or size is out of range.
        VideoError: the video cannot be opened, exceeds a limit, or none of its frames decodes.

    Example:
        >>> frames = read_frames("demo.mp4", fps=2, size=(36, 64))
        >>> frames.pixels.shape, frames.times[:3].tolist()
        ((40, 36, 64, 3), [0.0, 0.5, 1.0])
    """
    samples = SampleStream(
        path,
        fps=fps,
        size=size,
        threads=threads,
        limits=limits,
        progress=progress,
    )
    # Grown in place: stacking a list would need the memory twice.
    pixels = np.empty((256, *size, 3), np.uint8)
    count = 0
    for picture in samples:
        if count == len(pixels):
            pixels.resize((count + count // 2, *size, 3), refcheck=False)
        pixels[count] = picture
        count += 1
    pixels.resize((count, *size, 3), refcheck=False)
    return Frames(
        pixels=pixels, times=samples.times, picks=samples.picks, timeline=samples.timeline
    )


def stream_clock(stream: VideoStream, rate: Fraction | None = None) -> Clock:
    """Return the clock of a stream: at ``rate`` frames a second, or as its header says."""
    if rate is not None:
        return Clock(rate_tick(rate), rate=rate)
    return Clock(time_base(stream), rate=stream.average_rate or stream.guessed_rate)


def _durations(
    sizes: list[tuple[int, Size]], times: npt.NDArray[np.float64], duration: float
) -> list[tuple[Size, float]]:
    """Return each size and for how long it is shown, from the frames that begin them."""
    ends = [*(float(times[number]) for number, _ in sizes[1:]), duration]
    return [
        (size, end - float(times[number])) for (number, size), end in zip(sizes, ends, strict=True)
    ]


def _size_warnings(shown_for: list[tuple[Size, float]], size: Size) -> Iterator[str]:
    different = list(dict.fromkeys(own for own, _ in shown_for))
    if len(different) > 1:
        named = ", ".join(f"{width} x {height}" for width, height in different[:4])
        more = f" and {len(different) - 4} more" if len(different) > 4 else ""
        yield (
            f"the size of the picture changes: {named}{more};"
            f" all pictures are fitted into {size[0]} x {size[1]}"
        )
