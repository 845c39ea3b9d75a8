"""Decoding of damaged files: packets to frames, going on after errors and counting them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import av.stream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from vidgist.errors import VideoError
from vidgist.system.processors import usable_cores
from vidgist.video.container import NO_LIMITS, Limits, open_video
from vidgist.video.fields import whole_frames
from vidgist.video.packet_clock import PacketClock
from vidgist.video.pixels import fix_color_matrix
from vidgist.video.protection import protection
from vidgist.video.relay import Relay
from vidgist.video.tracks import continuation

_TRIES = 16
"""Read errors in a row after which the rest of a file is given up."""

_OVERLAP = 9_000
"""Ticks (a tenth of a second in transport and program streams) by which one stream may begin before
the end of the one that it continues."""

_SHOW_DAMAGED = 1 << 3  # AV_CODEC_FLAG_OUTPUT_CORRUPT

_PICTURE_BYTES = 192 << 20
"""Bytes of pictures that decoder threads may hold, one picture a thread."""

_THREADS_PER_CORE = 4
"""Decoder threads for each processor where a stream is read from beginning to end: threads wait for
one another, and FFmpeg's own choice, one more than there are processors, is an eighth slower."""

_FRAME_PER_PACKET = frozenset(
    ("h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "prores", "dnxhd", "ffv1")
)
"""Codecs in which every packet is a frame that is shown (others have packets that are not)."""


@dataclass
class DecodeStats:
    """Counts of packets, frames and errors of a stream.

    Attributes:
        packets: packets given to the decoder whose frames are to be shown.
        frames: decoded frames.
        errors: errors of the decoder.
        damaged: decoded frames that are not whole.
        read_errors: errors of the container.
        frame_per_packet: whether every packet should give a frame.
        positions: by index of a stream, bytes in the file before its last packet.
        moved: whether a stream that continues another got other times.
    """

    packets: int = 0
    frames: int = 0
    errors: int = 0
    damaged: int = 0
    read_errors: int = 0
    frame_per_packet: bool = False
    positions: dict[int, int] = field(default_factory=dict)
    moved: bool = False

    @property
    def missing(self) -> int:
        """Frames that are in the file and did not decode."""
        # Interlaced video may have a packet for each field: half as many frames are complete then.
        if self.frame_per_packet and self.frames > 0.75 * self.packets:
            return max(self.errors, self.packets - self.frames)
        return self.errors

    def warnings(self) -> list[str]:
        """Return what was lost, one sentence each."""
        sentences = []
        if self.missing:
            sentences.append(
                f"frames that do not decode and are missing: {self.missing} of {self.packets}"
            )
        if self.damaged:
            sentences.append(
                f"frames that are damaged, used as they are: {self.damaged} of {self.frames}"
            )
        if self.read_errors:
            sentences.append(f"places of the file that cannot be read, skipped: {self.read_errors}")
        return sentences


def no_frames_error(
    path: str | os.PathLike[str], stats: DecodeStats, *, oversized: Limits | None = None
) -> VideoError:
    """Return the error for a video of which no frame decodes.

    Args:
        path: the file.
        stats: counts of its stream.
        oversized: the limits, where the pictures may be too large (FFmpeg tells no size then).
    """
    if encryption := protection(Path(path)):
        reason = f"encrypted ({encryption}); give a copy without protection"
    elif stats.packets == 0:
        reason = (
            "its video stream is announced, but there is no picture in it;"
            " it is cut off, or it only points to another file"
        )
    else:
        reason = f"none of its {stats.packets} frames decodes; it is damaged, or encrypted"
        if oversized is not None:
            reason += f", or its pictures are larger than max_pixels={oversized.max_pixels} allows"
    return VideoError(f"{os.fspath(path)}: {reason}")


def configure_decoder(
    stream: VideoStream,
    *,
    threads: int | None = None,
    through: bool = False,
    limits: Limits | None = None,
    beside: Stream | None = None,
) -> None:
    """Configure a stream's decoder before its first packet.

    Args:
        stream: of an open container.
        threads: decoder threads; by default one more than there are processors, fewer for large
            pictures.
        through: the stream is read from beginning to end; more threads by default, which give
            the first frame later.
        limits: the decoder refuses larger pictures (they may grow in the middle of a video).
        beside: another stream whose packets are read too.
    """
    context = stream.codec_context
    area = max(1, (context.width or 0) * (context.height or 0))
    affordable = max(1, _PICTURE_BYTES // (area * 3))
    cores = usable_cores()
    preferred = _THREADS_PER_CORE * cores if through else cores + 1
    context.thread_count = threads or min(preferred, 16, affordable)
    context.thread_type = "AUTO"
    context.options = {"max_pixels": str((limits or Limits()).max_pixels)}
    discard: Any = getattr(av.stream, "Discard", None)  # PyAV 17 and later
    if discard is not None:
        # Some demuxers then skip the data of the other streams.
        for other in stream.container.streams:
            if other.index != stream.index and other is not beside:
                other.discard = discard.all


def decode_stream(
    container: InputContainer,
    stream: VideoStream,
    stats: DecodeStats | None = None,
    *,
    clock: PacketClock | None = None,
    rate: Fraction | None = None,
    needed: Callable[[int], bool] | None = None,
) -> Iterator[av.VideoFrame]:
    """Decode a stream from the container's position to its end, also where its number changes.

    Args:
        container: at its start or at the position of a `seek`.
        stream: one of its video streams, with `configure_decoder` applied.
        stats: updated in place.
        clock: corrects the timestamps of the whole container; for reading from its start.
        rate: frames a second that replace the timestamps, which then count `rate_tick`.
        needed: whether a frame of a tick is to be yielded; others are decoded, and yielded too,
            only where frames after them refer to them.

    Yields:
        The frames in the order of presentation.
    """
    stats = DecodeStats() if stats is None else stats
    frames = _decode_on(container, stream, stats, clock, needed)
    return frames if rate is None else _at_rate(frames, rate)


def rate_tick(rate: Fraction) -> Fraction:
    """Return seconds so short that frames at a rate, from any start, lie on whole multiples."""
    return Fraction(1, rate.numerator * 1000)


def _at_rate(frames: Iterator[av.VideoFrame], rate: Fraction) -> Iterator[av.VideoFrame]:
    tick = rate_tick(rate)
    step = round(1 / rate / tick)
    stamp: int | None = None
    for frame in frames:
        if stamp is None:
            begin = 0 if frame.pts is None or frame.time_base is None else frame.pts
            stamp = round(begin * (frame.time_base or tick) / tick)
        frame.pts, frame.time_base, frame.duration = stamp, tick, step
        stamp += step
        yield frame


def _decode_on(
    container: InputContainer,
    stream: VideoStream,
    stats: DecodeStats,
    clock: PacketClock | None,
    needed: Callable[[int], bool] | None,
) -> Iterator[av.VideoFrame]:
    limits = _limits_of(stream)
    last: av.VideoFrame | None = None
    for last in _decode_one(container, stream, stats, clock, needed):
        yield last
    with contextlib.ExitStack() as stack:
        while following := continuation(stream, after=stats.positions.get(stream.index, 0)):
            stack.enter_context(following[0])
            other = following[1]
            assert isinstance(other, VideoStream)
            context = stream.codec_context
            configure_decoder(other, threads=context.thread_count or None, limits=limits)
            stream = other
            end, shift = frame_end(last), None
            for last in _decode_one(following[0], stream, stats):
                if shift is None:
                    shift = shift_after(end, last)
                    stats.moved = stats.moved or shift > 0
                if last.pts is not None:
                    last.pts += shift
                yield last


def _limits_of(stream: VideoStream) -> Limits:
    """Return the limits that `configure_decoder` gave a decoder; asked before it is opened.

    One that is open has used its options up: it is that of a second reading, without limits.
    """
    options = stream.codec_context.options
    return Limits(max_pixels=int(options.get("max_pixels", NO_LIMITS.max_pixels)))


def frame_end(frame: av.VideoFrame | av.AudioFrame | None) -> int | None:
    """Return the tick at which a frame ends, None where it is not known."""
    return None if frame is None or frame.pts is None else frame.pts + (frame.duration or 0)


def shift_after(end: int | None, frame: av.VideoFrame | av.AudioFrame) -> int:
    """Return the ticks by which a stream moves whose first frame would go back before ``end``."""
    return 0 if end is None or frame.pts is None or frame.pts >= end - _OVERLAP else end - frame.pts


def _decode_one(
    container: InputContainer,
    stream: VideoStream,
    stats: DecodeStats,
    clock: PacketClock | None = None,
    needed: Callable[[int], bool] | None = None,
) -> Iterator[av.VideoFrame]:
    context = stream.codec_context
    limits = _limits_of(stream)
    stats.frame_per_packet = context.name in _FRAME_PER_PACKET
    last: int | None = None
    ahead = 0  # of the packets that are not needed, those without a frame so far
    for packet in read_packets(container, stream, stats, clock=clock):
        stats.packets += not packet.is_discard
        if needed is not None:
            skipped = packet.pts is not None and not needed(packet.pts)
            # Each packet carries this setting to the thread that decodes it.
            context.skip_frame = "NONREF" if skipped else "DEFAULT"
            ahead += skipped
        for frame in decode_packet(stream, packet, stats):
            if needed is not None and frame.pts is not None and not needed(frame.pts):
                ahead -= 1
            yield frame
            last = frame.pts
        if stats.frames:
            # A damaged frame is better than none, except before the first whole one.
            context.flags |= _SHOW_DAMAGED
    pending = stats.packets - stats.frames - stats.errors - ahead
    errors, frames = stats.errors, stats.frames
    for frame in decode_packet(stream, None, stats):
        yield frame
        last = frame.pts
    fewer = stats.frame_per_packet and stats.frames - frames < pending
    lost = fewer or stats.errors > errors
    if clock is not None and clock.joints:
        lost = False  # timestamps are there twice: what follows the last one cannot be found
    if lost and last is not None and context.thread_count != 1:
        shift = 0 if clock is None else clock.shift(stream)
        for frame in _tail(container, stream, last - shift, stats, limits):
            if frame.pts is not None:
                frame.pts += shift
            yield frame


def decode_packet(
    stream: VideoStream, packet: Packet[VideoStream] | None, stats: DecodeStats
) -> list[av.VideoFrame]:
    """Decode a packet, or what is left where it is None; return the frames."""
    try:
        frames = stream.codec_context.decode(packet)
    except av.error.FFmpegError:
        stats.errors += 1
        return []
    for frame in frames:
        fix_color_matrix(frame)
        stats.frames += 1
        stats.damaged += frame.is_corrupt
        if packet is None and stream.time_base is not None:
            frame.time_base = stream.time_base  # PyAV takes it from the packet
    return frames


def _tail(
    container: InputContainer, stream: VideoStream, last: int, stats: DecodeStats, limits: Limits
) -> Iterator[av.VideoFrame]:
    """Decode the frames after timestamp ``last`` again, with one thread.

    If one of several threads reports an error at the end of the stream, PyAV drops the frames of
    the others.
    """
    path = container.name.removeprefix("file:")
    with contextlib.ExitStack() as stack:
        try:
            again = stack.enter_context(open_video(path, limits=NO_LIMITS))
            tail = next(s for s in again.streams.video if s.index == stream.index)
            configure_decoder(tail, threads=1, limits=limits)
            again.seek(last, stream=tail, backward=True)
        except (av.error.FFmpegError, VideoError, StopIteration):
            return  # a damaged file may not open a second time
        after_key_frame = False
        for frame in _decode_one(again, tail, DecodeStats()):
            after_key_frame = after_key_frame or frame.key_frame
            if after_key_frame and frame.pts is not None and frame.pts > last:
                stats.frames += 1
                stats.damaged += frame.is_corrupt
                yield fix_color_matrix(frame)


def read_packets(
    container: InputContainer,
    stream: Stream,
    stats: DecodeStats,
    *,
    clock: PacketClock | None = None,
) -> Iterator[Packet[Any]]:
    """Yield a stream's packets to the end of the file, reading on after errors.

    Args:
        container: at its start or at the position of a `seek`.
        stream: one of its streams.
        stats: updated in place.
        clock: corrects the timestamps of the whole container; for reading from its start.
    """
    if clock is None:
        yield from demux(container, [stream], stats)
        return
    relay = Relay(container, clock.streams, lambda part, streams: demux(part, streams, stats))
    for packet in clock.run(relay.run()):
        clock.relayed = relay.used
        if packet.stream_index == stream.index:
            stats.positions[stream.index] = relay.positions[stream.index]
            yield packet


def demux(
    container: InputContainer, streams: Sequence[Stream], stats: DecodeStats
) -> Iterator[Packet[Any]]:
    """Yield the packets of several streams to the end of the file, reading on after errors.

    A packet of pictures is a whole frame, also where the file keeps its two fields apart.
    """
    yield from whole_frames(_demux(container, streams, stats), streams)


def _demux(
    container: InputContainer, streams: Sequence[Stream], stats: DecodeStats
) -> Iterator[Packet[Any]]:
    failures = 0
    while True:
        try:
            for packet in container.demux(*streams):
                # Packets without data mark the end, or repeat the frame before: nothing to decode.
                if packet.size:
                    failures = 0
                    if packet.pos is not None:
                        stats.positions[packet.stream_index] = packet.pos
                    yield packet
            return
        except IndexError:
            return  # PyAV raises it at the end where a stream appeared in the middle
        except av.error.FFmpegError:
            stats.read_errors += 1
            failures += 1
            if failures == _TRIES:
                return
