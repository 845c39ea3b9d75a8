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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet
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

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

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


@dataclass(frozen=True)
class _Decoder:
    """A decoder of the video, with one thread, and what it counts."""

    container: InputContainer
    stream: VideoStream
    display: Display
    stats: DecodeStats


def _side_by_side(
    work: Callable[[_Decoder, _Task], list[_Result]],
    decoders: Sequence[_Decoder],
    tasks: Iterable[_Task],
) -> Iterator[_Result]:
    """Yield the results of tasks in their order, each done by another decoder than the one before.

    Key frames, and the few frames from one on, give the threads of one decoder nothing to do.
    """
    each = iter(tasks)
    with Background("decode", ahead=len(decoders)) as beside:
        while some := list(itertools.islice(each, len(decoders))):
            further = zip(decoders[1:], some[1:], strict=False)
            waiting = [beside.run(work, decoder, task) for decoder, task in further]
            yield from work(decoders[0], some[0])
            for one in waiting:
                yield from one.result()


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
        ticks = array("q")
        source = prepare_input(self.path, limits=self.limits)
        with open_video(self.path, limits=self.limits) as container:
            stream = video_stream(container, self.path)
            # One thread: a key frame alone gives others nothing to do.
            configure_decoder(stream, threads=1, limits=self.limits)
            own = _Decoder(container, stream, Display(container, stream), DecodeStats())
            packets, reader = PacketClock(container, stream), IndexReader(stream)
            announced = header_duration(container, stream)
            keys = self._key_frames_of(own, packets, reader, announced)
            with self._beside(own) as decoders:
                for tick, picture in _side_by_side(self._alone, decoders, keys):
                    ticks.append(tick)
                    yield picture
            if self.problem:
                return
            stats = own.stats
            for other in (decoder.stats for decoder in decoders[1:]):
                stats.packets += other.packets
                stats.frames += other.frames
                stats.errors += other.errors
                stats.damaged += other.damaged
            found = reader.finish(stream_clock(stream), end=header_end(stream))
            self.problem = self._problem(own, packets, found)
            if isinstance(found, FrameIndex) and found.cut_into:
                self.problem = "it begins between two key frames, by an edit list"
        asked = stats.packets
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
            *dict.fromkeys(text for one in decoders for text in one.display.warnings()),
            *end_warnings(found.duration, announced),
        ]
        self.progress("reading", found.duration, max(announced or 0.0, found.duration))

    def _key_frames_of(
        self, own: _Decoder, packets: PacketClock, reader: IndexReader, announced: float | None
    ) -> Iterator[Packet[VideoStream]]:
        """Read all packets; yield those of key frames that are some seconds apart."""
        stream, tick = own.stream, float(stream_clock(own.stream).time_base)
        closest = _NEARLY * self.apart(announced or GAP * ENOUGH_SAMPLES)
        latest, before = None, None
        lacking = 0.0  # seconds of gaps that have to be filled
        for packet in read_packets(own.container, stream, own.stats, clock=packets):
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
            if latest is None or (packet.pts - latest) * tick >= closest:
                latest = packet.pts
                yield packet
                seconds = (packet.pts - (stream.start_time or 0)) * tick
                self.progress("reading", max(seconds, 0.0), announced)

    def _alone(self, decoder: _Decoder, packet: Packet[VideoStream]) -> list[tuple[int, Pixels]]:
        """Return tick and picture of a key frame, nothing where it does not decode alone."""
        return [
            (frame.pts, self._picture(decoder.display, frame))
            for frame in decode_alone(decoder.stream, packet, decoder.stats)
            if frame.pts is not None and frame.pts == packet.pts
        ]

    def _problem(self, own: _Decoder, packets: PacketClock, found: FrameIndex | str) -> str:
        """Return why the video cannot be skimmed, "" where it can."""
        container, stream = own.container, own.stream
        if self.problem or isinstance(found, str):
            return self.problem or str(found)
        if not packets.steady:
            return "its timestamps start anew, or are damaged"
        if following := continuation(stream, after=own.stats.positions.get(stream.index, 0)):
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
        with self._decoder() as own, self._beside(own) as decoders:
            for number, picture in _side_by_side(self._pictures, decoders, runs):
                self._picks.append(number)
                yield picture
                self.progress("looking closer", len(self._picks), None)

    @contextlib.contextmanager
    def _decoder(self) -> Iterator[_Decoder]:
        with open_video(self.path, limits=self.limits) as container:
            stream = video_stream(container, self.path)
            configure_decoder(stream, threads=1, limits=self.limits)
            yield _Decoder(container, stream, Display(container, stream), DecodeStats())

    @contextlib.contextmanager
    def _beside(self, own: _Decoder) -> Iterator[list[_Decoder]]:
        """Give a decoder, and one to work beside it unless a single thread is asked for."""
        with contextlib.ExitStack() as stack:
            more = [] if self.threads == 1 else [stack.enter_context(self._decoder())]
            yield [own, *more]

    def _pictures(self, decoder: _Decoder, frames: Integers) -> list[tuple[int, Pixels]]:
        """Return number and picture of frames (n,), ascending, that follow one key frame."""
        index, stream = self.index, decoder.stream
        entry, last = int(index.entries[frames[0]]), int(frames[-1])
        ticks = set(index.ticks[frames].tolist())
        run = packets_from(decoder.container, stream, *index.span(entry, last))
        if last == entry:
            run = itertools.islice(run, 1)  # the key frame decodes alone
        return [
            (int(np.searchsorted(index.ticks, frame.pts)), self._picture(decoder.display, frame))
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
