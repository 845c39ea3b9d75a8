"""Sampling by key frames: frames that decode by themselves, and a few between them.

All packets of the file are read once, which costs little, and key frames are decoded that are some
seconds apart.  Others, and frames between them, are decoded on request, from the key frame before
them, without those that nothing needs.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from array import array
from collections.abc import Iterator

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

from vidgist.progress import Progress, silent
from vidgist.sampling import Sampling
from vidgist.system.background import Background
from vidgist.types import Floats, Integers, Pixels, Timeline
from vidgist.video.container import Limits, duration_error, open_video, video_stream
from vidgist.video.decode import SampleStream, stream_clock
from vidgist.video.deinterlace import Neighborhood
from vidgist.video.display import Display, Size
from vidgist.video.luma import FrameDifferences
from vidgist.video.packet_clock import PacketClock
from vidgist.video.packets import DecodeStats, configure_decoder, read_packets
from vidgist.video.pixels import conversion_errors
from vidgist.video.runs import decode_alone, frames_of, packets_from
from vidgist.video.skim.index import FrameIndex, IndexReader
from vidgist.video.sources import forced_rate, prepare_input
from vidgist.video.timing import end_warnings, header_duration, header_end
from vidgist.video.tracks import continuation
from vidgist.video.transitions import Transition, TransitionFinder

GAP = 3.0
"""Seconds between samples above which a gap is worth filling: three apart lose nothing that a
viewer could tell (research/gist.md)."""

LEAST_SAMPLES = 40
"""Samples that a video has at least, so that each has neighbors: closer ones in a short video."""

ENOUGH_SAMPLES = 80
"""Samples that a short video has where key frames come often: they cost little there."""

MOST_DECODED = 0.2
"""Share of all frames that may lie before samples in gaps, counted from the key frames: they are
decoded, but for those that no other frame needs (chosen in `research/skim.py`)."""

MOST_LEFT = 4.0
"""Largest gap that may be left, by that which is worth filling: a video with a larger one is read
whole."""

_NEARLY = 0.9
"""Share of the distance after which a key frame is taken, and not only the one after it."""

_STANDING = 1.0
"""Seconds of sound after the last frame that make its picture stand still."""

_LEAST_DECODED = 0.8
"""Share of the key frames that must decode by themselves: where only every so many does, the marks
are wrong, as in streams that refresh the picture bit by bit."""


def too_far_apart(seconds: float) -> str:
    """Return why a video with such a gap between samples is read whole."""
    return f"its key frames are up to {seconds:.1f} s apart, too far for its length"


class SkimStream(SampleStream):
    """Iterable over the key frames of one video as small pictures.

    Iterating reads the index and yields (H, W, 3) uint8 RGB pictures of key frames; after the loop
    `problem` says why the video cannot be skimmed, "" where it can, and `between` yields further
    frames.  `picks` and `times` are those of all pictures so far, in the order in which they were
    yielded.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        fps: float,
        size: tuple[int, int] = (224, 224),
        threads: int | None = None,
        limits: Limits | None = None,
        progress: Progress = silent,
    ) -> None:
        """Set the parameters, those of `SampleStream`; fps is the most samples a second.

        Raises:
            SettingError: fps or size is out of range.
        """
        super().__init__(
            path, fps=fps, size=size, threads=threads, limits=limits, progress=progress
        )
        self.problem = ""
        self._index: FrameIndex | None = None
        self._jumps: npt.NDArray[np.float32] = np.zeros(0, np.float32)
        self._warnings: list[str] = []
        self._found: list[Transition] = []
        self._shown: Size | None = None

    def gap(self, duration: float) -> float:
        """Return the seconds between samples above which a gap of the video is worth filling."""
        return max(min(GAP, duration / LEAST_SAMPLES), 1 / self.fps)

    def apart(self, duration: float) -> float:
        """Return the seconds between key frames of the video that are all worth decoding."""
        return max(min(GAP, duration / ENOUGH_SAMPLES), 1 / self.fps)

    @property
    def index(self) -> FrameIndex:
        """Every frame of the video; available after the loop, unless there is a problem."""
        if self._index is None:
            raise RuntimeError("the index is available when all key frames have been read")
        return self._index

    @property
    def timeline(self) -> Timeline:
        """Every frame by the index; ``jumps`` are known where `look_at` has looked, else hints."""
        return Timeline(
            times=self.index.times,
            jumps=self._jumps,
            duration=self.index.duration,
            warnings=tuple(self._warnings),
            origin=self.index.origin,
            size=self._shown,
        )

    @property
    def sampling(self) -> Sampling:
        """How many samples are key frames, and how many lie between them."""
        key_frames = int(np.count_nonzero(self.index.keys[self.picks]))
        return Sampling(mode="skim", key_frames=key_frames, between=len(self._picks) - key_frames)

    def sort(self) -> npt.NDArray[np.int64]:
        """Sort the samples by time; return the (T,) places that they had before."""
        order = np.argsort(self.picks, kind="stable")
        self._picks = array("q", self.picks[order].tolist())
        return order

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """The transitions where `look_at` has looked."""
        return tuple(sorted(self._found, key=lambda one: (one.start, one.end)))

    @property
    def sizes(self) -> list[Size]:
        """(width, height) at which each sample so far is shown in the video: T of them."""
        return [self._shown or (0, 0)] * len(self._picks)

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """(T,) seconds of each sample so far."""
        return np.asarray(self.index.times[self.picks], np.float64)

    def __iter__(self) -> Iterator[Pixels]:
        """Read the index and yield the key frames.

        Raises:
            VideoError: the file cannot be opened, or exceeds a limit.
        """
        self.problem, self._index, self._shown = "", None, None
        self._picks = array("q")
        if forced_rate(self.path) is not None:
            self.problem = "its frame rate is given"
            return
        stats, ticks = DecodeStats(), array("q")
        asked = 0
        source = prepare_input(self.path, limits=self.limits)
        with open_video(self.path, limits=self.limits) as container:
            stream = video_stream(container, self.path)
            # One thread: a key frame alone gives others nothing to do.
            configure_decoder(stream, threads=1, limits=self.limits)
            display, clock = Display(container, stream), stream_clock(stream)
            packets, reader = PacketClock(container, stream), IndexReader(stream)
            announced = header_duration(container, stream)
            closest = _NEARLY * self.apart(announced or GAP * ENOUGH_SAMPLES)
            tick, latest, before = float(clock.time_base), None, None
            lacking = 0.0  # seconds of gaps that have to be filled
            for packet in read_packets(container, stream, stats, clock=packets):
                reader.add(packet)
                if not packet.is_keyframe or packet.is_discard or packet.pts is None:
                    continue
                if announced is not None and before is not None:
                    distance = (packet.pts - before) * tick
                    lacking += max(0.0, distance - MOST_LEFT * self.gap(announced))
                    if lacking > MOST_DECODED * announced:
                        self.problem = too_far_apart(distance)  # before more work is lost
                        return
                before = packet.pts
                if latest is not None and (packet.pts - latest) * tick < closest:
                    continue
                latest = packet.pts
                asked += 1
                for frame in decode_alone(stream, packet, stats):
                    if frame.pts == packet.pts:
                        ticks.append(frame.pts)
                        yield self._picture(display, frame)
                seconds = (packet.pts - (stream.start_time or 0)) * tick
                self.progress("reading", max(seconds, 0.0), announced)
            found = reader.finish(clock, end=header_end(stream))
            self.problem = self._problem(container, stream, packets, stats, found)
            if isinstance(found, FrameIndex) and found.cut_into:
                self.problem = "it begins between two key frames, by an edit list"
        if len(ticks) < _LEAST_DECODED * asked and not self.problem:
            self.problem = f"{asked - len(ticks)} of {asked} key frames do not decode alone"
        if self.problem or isinstance(found, str):
            return
        if found.duration > self.limits.seconds:
            raise duration_error(self.path, self.limits)
        self._index = found
        self._jumps = found.hints.astype(np.float32)
        self._picks = array("q", np.searchsorted(found.ticks, ticks).tolist())
        self._warnings = [
            *([source.note] if source.note else []),
            *stats.warnings(),
            *display.warnings(),
            *end_warnings(found.duration, announced),
        ]
        self.progress("reading", found.duration, max(announced or 0.0, found.duration))

    def _problem(
        self,
        container: InputContainer,
        stream: VideoStream,
        packets: PacketClock,
        stats: DecodeStats,
        found: FrameIndex | str,
    ) -> str:
        """Return why the video cannot be skimmed, "" where it can."""
        if self.problem or isinstance(found, str):
            return self.problem or str(found)
        if not packets.steady:
            return "its timestamps start anew, or are damaged"
        if following := continuation(stream, after=stats.positions.get(stream.index, 0)):
            following[0].close()
            return "it goes on in another stream"
        whole = (container.duration or 0) / av.time_base
        begun = max(0.0, found.origin - (container.start_time or 0) / av.time_base)
        if container.streams.audio and whole - begun - found.duration > _STANDING:
            return "its sound lasts longer than its pictures"
        return ""

    def _picture(self, display: Display, frame: av.VideoFrame) -> Pixels:
        """Return the small picture of a frame, and note whether the size of pictures changes."""
        size = display.size(frame)
        if self._shown not in (None, size):
            self.problem = "the size of its pictures changes"
        self._shown = size
        with conversion_errors(self.path):
            return display.small(Neighborhood(frame), size=self.size[::-1])

    def between(self, frames: Integers) -> Iterator[Pixels]:
        """Yield the pictures of further frames, each decoded from the key frame before it.

        Frames that neither another frame nor a picture needs are not decoded.

        Args:
            frames: indices, ascending.

        Raises:
            VideoError: the file cannot be opened any more.
        """
        entries = self.index.entries[frames]
        runs = [frames[entries == entry] for entry in np.unique(entries)]
        with contextlib.ExitStack() as stack:
            # Two decoders side by side: a run is over before the threads of one are all at work.
            count = 1 if self.threads == 1 else 2
            own, *others = (stack.enter_context(self._decoder()) for _ in range(count))
            beside = stack.enter_context(Background("decode", ahead=1))
            for done in range(0, len(runs), count):
                further = zip(others, runs[done + 1 :], strict=False)
                waiting = [beside.run(self._pictures, *one) for one in further]
                found = [self._pictures(own, runs[done]), *(one.result() for one in waiting)]
                for number, picture in itertools.chain.from_iterable(found):
                    self._picks.append(number)
                    yield picture
                self.progress("looking closer", done, None)

    @contextlib.contextmanager
    def _decoder(self) -> Iterator[tuple[InputContainer, VideoStream, Display]]:
        with open_video(self.path, limits=self.limits) as container:
            stream = video_stream(container, self.path)
            configure_decoder(stream, threads=1, limits=self.limits)
            yield container, stream, Display(container, stream)

    def _pictures(
        self, decoder: tuple[InputContainer, VideoStream, Display], frames: Integers
    ) -> list[tuple[int, Pixels]]:
        """Return the pictures of frames (n,), ascending, that follow one key frame."""
        index, (container, stream, display) = self.index, decoder
        entry, last = int(index.entries[frames[0]]), int(frames[-1])
        ticks = set(index.ticks[frames].tolist())
        run = packets_from(container, stream, *index.span(entry, last))
        if last == entry:
            run = itertools.islice(run, 1)  # the key frame decodes alone
        return [
            (int(np.searchsorted(index.ticks, frame.pts)), self._picture(display, frame))
            for frame in frames_of(stream, run, ticks)
            if frame.pts is not None and frame.pts in ticks
        ]

    def look_at(self, spans: Floats) -> int:
        """Decode every frame of some stretches, for `timeline.jumps` and `transitions`.

        Args:
            spans: (n, 2) seconds, ascending.

        Returns:
            The number of frames that were decoded.

        Raises:
            VideoError: the file cannot be opened any more.
        """
        index, count = self.index, 0
        with open_video(self.path, limits=self.limits) as container:
            stream = video_stream(container, self.path)
            configure_decoder(stream, threads=self.threads, limits=self.limits)
            for start, end in spans.tolist():
                first, last = np.searchsorted(index.times, [start, end]).tolist()
                first, last = max(0, first - 1), min(max(last, 1), len(index)) - 1
                span = index.span(int(index.entries[first]), last)
                run = packets_from(container, stream, *span)
                finder = TransitionFinder()
                difference = FrameDifferences(finder)
                needed = set(index.ticks[first : last + 1].tolist())
                before = -2
                for frame in frames_of(stream, run, needed):
                    count += 1
                    if frame.pts is None or frame.pts not in needed:
                        continue
                    number = int(np.searchsorted(index.ticks, frame.pts))
                    with conversion_errors(self.path):
                        jump = difference(frame, seconds=float(index.times[number]))
                    if number == before + 1:
                        self._jumps[number] = jump
                    before = number
                self._found += finder.finish()
        return count
