"""Samples of a video by the frames' own timestamps, in one pass of decoding.

Sample k is the frame that a viewer sees k / fps seconds after the first frame: the last one whose
timestamp is not later.  Every frame is decoded once, in order; the picked ones are scaled in C and
only these small pictures reach Python, so that memory does not grow with the video.
"""

from __future__ import annotations

import math
import os
from array import array
from collections.abc import Callable, Iterator, Sized
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from vidgist.errors import SettingError
from vidgist.features.backbone import ClipShape
from vidgist.progress import Progress, silent
from vidgist.types import Frames, Timeline
from vidgist.video.clips import ClipGatherer
from vidgist.video.clock import Clock
from vidgist.video.container import Limits, open_video, too_long, video_stream
from vidgist.video.luma import Jumps
from vidgist.video.orient import Turns, turned
from vidgist.video.packets import Losses, decoded, nothing_decodes, prepare
from vidgist.video.pixels import conversion, rgb
from vidgist.video.transitions import Transition, TransitionFinder

__all__ = ["SampleStream", "read_frames", "stream_clock"]

_SLACK = 1e-9
"""Seconds by which rounded times may miss each other; far below any time base in use."""

_HOLE_SECONDS = 0.25
"""Seconds without a frame that are told of, in a video whose frame rate is constant otherwise."""

_MISSING_SECONDS = 1.0
"""A video that ends this much before its announced end has lost something worth telling."""


class SampleStream:
    """The samples of one video, as an iterable of small pictures.

    Iterating decodes the video and yields (H, W, 3) uint8 RGB arrays, one a sample: the whole
    picture, turned upright, its aspect not kept.  With a `clip` it yields (F, H, W, 3), the sample
    and the pictures around it.  After the loop `timeline`, `picks` and `times` tell what was read;
    iterating again decodes again.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        fps: float = 2.0,
        size: tuple[int, int] = (224, 224),
        clip: ClipShape | None = None,
        skip_nonref: bool = False,
        threads: int | None = None,
        limits: Limits | None = None,
        progress: Progress = silent,
    ) -> None:
        """Set what to read; nothing is opened yet.

        Args:
            path: a local video file.
            fps: samples a second, more than 0.
            size: (height, width) of the pictures.
            clip: the pictures around a sample that are given with it; default the sample alone.
            skip_nonref: do not decode frames that neither another frame nor a sample needs: the
                timeline lacks them, and where the frame rate varies samples may be a frame early,
                as the other pictures of a clip are.
            threads: decoder threads, default what keeps the machine's processors busy.
            limits: what the video may ask for at most.
            progress: told the seconds read and the seconds announced.

        Raises:
            SettingError: fps or size is out of range.
        """
        if not (math.isfinite(fps) and 0 < fps <= 1000):
            raise SettingError(f"--fps: expected more than 0 and at most 1000, came {fps}")
        if min(size) < 1:
            raise SettingError(f"size: expected (height, width) from 1 pixel on, came {size}")
        self.path = path
        self.fps = fps
        self.size = size
        self.clip = clip
        self.skip_nonref = skip_nonref
        self.threads = threads
        self.limits = limits or Limits()
        self.progress = progress
        self._timeline: Timeline | None = None
        self._transitions: tuple[Transition, ...] = ()
        self._picks = array("q")
        self._turns = Turns()
        self._scaler = VideoReformatter()

    @property
    def timeline(self) -> Timeline:
        """Every frame that decoded; known after the loop."""
        if self._timeline is None:
            raise RuntimeError("the timeline is known when all samples have been read")
        return self._timeline

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """Cuts, fades, dissolves, wipes, pushes, flashes, countdowns; known after the loop."""
        return self._transitions

    @property
    def picks(self) -> npt.NDArray[np.int64]:
        """(T,) frame index of each sample so far."""
        return np.array(self._picks, np.int64)

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """(T,) seconds of each sample so far: k / fps."""
        return np.arange(len(self._picks)) / self.fps

    def __iter__(self) -> Iterator[npt.NDArray[np.uint8]]:
        """Decode the video and yield its samples.

        Raises:
            VideoError: it cannot be opened, exceeds a limit, or none of its frames decodes.
        """
        self._timeline = None
        self._transitions = ()
        self._picks = array("q")
        times, jumps = array("d"), array("f")
        losses, finder = Losses(), TransitionFinder()
        jump = Jumps(finder)
        clips = None if self.clip is None else ClipGatherer(self.clip, fps=self.fps)
        with open_video(self.path, limits=self.limits) as container:
            stream = video_stream(container, self.path)
            prepare(
                stream,
                threads=self.threads,
                through=True,
                skip_nonref=self.skip_nonref,
                limits=self.limits,
            )
            clock = stream_clock(container, stream)
            announced = announced_seconds(container, stream)
            held: av.VideoFrame | None = None
            needed = self._needed(clock, stream, times) if self.skip_nonref else None
            for frame in decoded(container, stream, losses, needed=needed):
                at = clock(frame)
                if at > self.limits.seconds:
                    raise too_long(self.path, self.limits)
                # What was due before this frame shows the one before it.
                if held is not None:
                    yield from self._due(held, len(times) - 1, at - _SLACK, clips)
                held = frame
                times.append(at)
                with conversion(self.path):
                    jumps.append(jump(frame, seconds=at))
                if len(times) % 32 == 1:
                    self.progress("reading", at, announced)
            if held is None:
                raise nothing_decodes(self.path, losses, measured=bool(stream.codec_context.width))
            duration = clock.ends(held, end=announced_end(stream))
            if duration > self.limits.seconds:
                raise too_long(self.path, self.limits)
            yield from self._due(held, len(times) - 1, duration - 2 * _SLACK, clips, last=True)
            self.progress("reading", duration, announced and max(announced, duration))
        seen = np.array(times, np.float64)
        self._timeline = Timeline(
            times=seen,
            jumps=np.array(jumps, np.float32),
            duration=duration,
            warnings=tuple(_warnings(losses, clock, seen, duration, announced)),
            origin=clock.seconds(clock.origin),
            steady=clock.steady,
        )
        self._transitions = tuple(finder.finish())

    def _needed(
        self, clock: Clock, stream: VideoStream, times: Sized
    ) -> Callable[[Packet[VideoStream]], bool]:
        """Return what tells whether a sample is due while the frame of a packet is on screen."""
        tick = float(_time_base(stream))

        def needed(packet: Packet[VideoStream]) -> bool:
            step = packet.duration or clock.step
            if packet.pts is None or not step:
                return False
            if not times:
                return True  # the clock's origin is known from the first frame on
            # Containers round times and durations: a tenth of a frame more is looked at.
            begin = (packet.pts - clock.origin - 0.1 * step) * tick
            due = max(0, math.ceil(begin * self.fps)) / self.fps
            return due <= begin + 1.2 * step * tick

        return needed

    def _due(
        self,
        frame: av.VideoFrame,
        number: int,
        until: float,
        clips: ClipGatherer | None,
        *,
        last: bool = False,
    ) -> Iterator[npt.NDArray[np.uint8]]:
        """Yield what is due before ``until`` seconds, when the frame gives way to the next one."""

        def picture() -> npt.NDArray[np.uint8]:
            with conversion(self.path):
                return self._scaled(frame)

        if clips is not None:
            given = (
                clips.finish(picture, number=number, end=until)
                if last
                else clips.show(picture, number=number, until=until)
            )
            for pictures, sample in given:
                self._picks.append(sample)
                yield pictures
            return
        pixels: npt.NDArray[np.uint8] | None = None
        while len(self._picks) / self.fps < until:
            pixels = picture() if pixels is None else pixels.copy()
            self._picks.append(number)
            yield pixels

    def _scaled(self, frame: av.VideoFrame) -> npt.NDArray[np.uint8]:
        height, width = self.size
        turn = self._turns(frame)
        # Scaled first, turned after: turning a small picture costs nothing.
        if turn.swap:
            height, width = width, height
        return turned(rgb(frame, width=width, height=height, scaler=self._scaler), turn)


def read_frames(
    path: str | os.PathLike[str],
    *,
    fps: float = 2.0,
    size: tuple[int, int] = (224, 224),
    skip_nonref: bool = False,
    threads: int | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> Frames:
    """Read all samples of a video into memory (0.15 MB each at 224 x 224).

    Args:
        path: a local video file.
        fps: samples a second, more than 0.
        size: (height, width) of the pictures.
        skip_nonref: do not decode frames that neither another frame nor a sample needs.
        threads: decoder threads, default what keeps the machine's processors busy.
        limits: what the video may ask for at most.
        progress: told the seconds read and the seconds announced.

    Returns:
        (T, H, W, 3) uint8 RGB pictures with their times, picks and the timeline of all frames.

    Raises:
        SettingError: fps or size is out of range.
        VideoError: the video cannot be opened, exceeds a limit, or none of its frames decodes.
    """
    samples = SampleStream(
        path,
        fps=fps,
        size=size,
        skip_nonref=skip_nonref,
        threads=threads,
        limits=limits,
        progress=progress,
    )
    # Grown in place: a list that is stacked in the end would need the memory twice.
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


def stream_clock(container: InputContainer, stream: VideoStream) -> Clock:
    """Return a clock for a stream, set by what the container says of it."""
    rate = stream.average_rate or stream.guessed_rate
    return Clock(_time_base(stream), rate=rate, end=announced_end(stream))


def announced_end(stream: VideoStream) -> int | None:
    """Return the ticks at which the container says that the stream ends, None if it does not."""
    if not stream.duration or stream.duration < 0:
        return None
    return (stream.start_time or 0) + stream.duration


def announced_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """Return the seconds that the container says that the stream lasts, None if it does not."""
    if stream.duration and stream.duration > 0:
        return float(stream.duration * _time_base(stream))
    if container.duration and container.duration > 0:
        seconds = container.duration / av.time_base
        if "matroska" in container.format.name and stream.start_time:
            # Matroska's duration counts from 0 of its clock, not from the first frame.
            seconds -= max(0.0, float(stream.start_time * _time_base(stream)))
        return seconds if seconds > 0 else None
    return None


def _time_base(stream: VideoStream) -> Fraction:
    return stream.time_base or Fraction(1, av.time_base)


def _warnings(
    losses: Losses,
    clock: Clock,
    times: npt.NDArray[np.float64],
    duration: float,
    announced: float | None,
) -> Iterator[str]:
    yield from losses.sentences()
    if clock.missing:
        yield f"frames without a timestamp: {clock.missing}; placed at the usual distance"
    if clock.mended:
        yield f"timestamps that go back or leap: {clock.mended}; counted on from the frame before"
    if holes := _holes(times):
        count, seconds = holes
        yield (
            f"holes without a frame: {count}, {seconds:.1f} s in all;"
            " frames are lost there, or the picture stands still"
        )
    if announced is not None and announced - duration > max(_MISSING_SECONDS, 0.02 * announced):
        yield (
            f"it ends at {duration:.1f} s, but {announced:.1f} s were announced:"
            f" {announced - duration:.1f} s are missing"
        )


def _holes(times: npt.NDArray[np.float64]) -> tuple[int, float] | None:
    """Return the number and the seconds of the holes in a timeline that is regular otherwise."""
    steps = np.diff(times)
    if len(steps) < 8:
        return None
    usual = float(np.median(steps))
    if np.mean(np.abs(steps - usual) <= 0.1 * usual + 0.001) < 0.95:
        return None
    holes = steps[steps > max(_HOLE_SECONDS, 3 * usual)]
    return (len(holes), float(np.sum(holes - usual))) if len(holes) else None
