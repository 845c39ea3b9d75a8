"""Packets in, frames out, in whatever state the file is: go on after errors, count losses."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import av
import av.error
import av.stream
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from vidgist.errors import VideoError
from vidgist.system.processors import usable_cores
from vidgist.video.color import convertible
from vidgist.video.container import NO_LIMITS, Limits, open_video

__all__ = ["Losses", "decoded", "nothing_decodes", "packets", "prepare"]

_TRIES = 16
"""Errors in a row, without a packet between them, after which the rest of a file is given up."""

_SHOW_DAMAGED = 1 << 3  # AV_CODEC_FLAG_OUTPUT_CORRUPT

_FRAMES_IN_FLIGHT = 192 << 20
"""Bytes of pictures that decoder threads may hold, each thread holding one."""


_THREADS_EACH = 4
"""Decoder threads for each processor where a stream is read through: they wait for one another,
and with one more than there are processors, FFmpeg's own choice, an eighth of the time is lost."""

_ONE_FRAME_EACH = frozenset(
    ("h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "prores", "dnxhd", "ffv1")
)
"""Codecs of which every packet is a frame that is shown (others have packets that are not)."""


@dataclass
class Losses:
    """What went in, what came out, and what went wrong while a stream was read.

    Attributes:
        packets: packets that the decoder got and whose frames were to be shown.
        frames: frames that came out.
        refused: times that the decoder reported an error.
        damaged: frames that came out, but not whole.
        unreadable: times that the container could not be read on.
        one_each: whether every packet should have given a frame.
    """

    packets: int = 0
    frames: int = 0
    refused: int = 0
    damaged: int = 0
    unreadable: int = 0
    one_each: bool = False

    @property
    def missing(self) -> int:
        """Frames that should have come out and did not."""
        gone = self.packets - self.frames
        # Interlaced video may have a packet for each field: half as many frames are all of them.
        if self.one_each and self.frames > 0.75 * self.packets:
            return max(self.refused, gone)
        return self.refused

    def sentences(self) -> list[str]:
        """Return what was lost, one sentence each."""
        said = []
        if self.missing:
            said.append(
                f"frames that do not decode and are missing: {self.missing} of {self.packets}"
            )
        if self.damaged:
            said.append(
                f"frames that are damaged, used as they are: {self.damaged} of {self.frames}"
            )
        if self.unreadable:
            said.append(f"places of the file that cannot be read, skipped: {self.unreadable}")
        return said


def nothing_decodes(
    path: str | os.PathLike[str], losses: Losses, *, measured: bool = True
) -> VideoError:
    """Return the error for a video without a single frame."""
    if losses.packets == 0:
        reason = "there is no picture in it; it is cut off, or it only points to another file"
    else:
        reason = f"none of its {losses.packets} frames decodes; it is damaged, or encrypted"
        if not measured:  # FFmpeg does not even say the size of too large a picture
            reason += ", or its pictures have more pixels than --max-pixels allows"
    return VideoError(f"{os.fspath(path)}: {reason}")


def prepare(
    stream: VideoStream,
    *,
    threads: int | None = None,
    through: bool = False,
    skip_nonref: bool = False,
    limits: Limits | None = None,
) -> None:
    """Set up the stream's decoder before its first packet.

    Args:
        stream: of an open container.
        threads: decoder threads; default: one more than there are processors, fewer for large
            pictures.
        through: the stream is read from beginning to end: more threads by default, which give
            their first frame later.
        skip_nonref: do not decode frames that no other frame needs.
        limits: pictures beyond its pixels are refused by the decoder too (they may grow midway).
    """
    context = stream.codec_context
    area = max(1, (context.width or 0) * (context.height or 0))
    affordable = max(1, _FRAMES_IN_FLIGHT // (area * 3))
    cores = usable_cores()
    usual = _THREADS_EACH * cores if through else cores + 1
    context.thread_count = threads or min(usual, 16, affordable)
    context.thread_type = "AUTO"
    context.options = {"max_pixels": str((limits or Limits()).pixels)}
    if skip_nonref:
        context.skip_frame = "NONREF"
    discard: Any = getattr(av.stream, "Discard", None)  # PyAV 17 and later
    if discard is not None:
        # Demuxers that can do so then jump over the data of the other streams.
        for other in stream.container.streams:
            if other.index != stream.index:
                other.discard = discard.all


def decoded(
    container: InputContainer,
    stream: VideoStream,
    losses: Losses | None = None,
    *,
    needed: Callable[[Packet[VideoStream]], bool] | None = None,
) -> Iterator[av.VideoFrame]:
    """Decode a stream from where the container stands to its end.

    Args:
        container: open, standing at its start or where `seek` put it.
        stream: one of its video streams, set up by `prepare`.
        losses: counts what was lost, in place.
        needed: with `prepare(skip_nonref=True)`, whether a packet's frame is to be decoded although
            no other frame needs it.

    Yields:
        The frames in the order of presentation.
    """
    losses = losses if losses is not None else Losses()
    context = stream.codec_context
    skipping = context.skip_frame
    losses.one_each = context.name in _ONE_FRAME_EACH and skipping == "DEFAULT"
    last: int | None = None
    for packet in packets(container, stream, losses):
        losses.packets += not packet.is_discard
        if needed is not None:
            # Each packet takes this setting along to the thread that decodes it.
            context.skip_frame = "DEFAULT" if needed(packet) else skipping
        for frame in _decode(stream, packet, losses):
            yield frame
            last = frame.pts
        if losses.frames:
            # A damaged frame is better than none, except before the first whole one.
            context.flags |= _SHOW_DAMAGED
    pending = losses.packets - losses.frames - losses.refused
    refused, frames = losses.refused, losses.frames
    for frame in _decode(stream, None, losses):
        yield frame
        last = frame.pts
    fewer = losses.one_each and losses.frames - frames < pending
    if (fewer or losses.refused > refused) and last is not None and context.thread_count != 1:
        yield from _tail(container, stream, last, losses)


def _decode(
    stream: VideoStream, packet: Packet[VideoStream] | None, losses: Losses
) -> list[av.VideoFrame]:
    """Give the decoder a packet, None for the end; return the frames that came out."""
    try:
        frames = stream.codec_context.decode(packet)
    except av.error.FFmpegError:
        losses.refused += 1
        return []
    for frame in frames:
        convertible(frame)
        losses.frames += 1
        losses.damaged += frame.is_corrupt
        if packet is None and stream.time_base is not None:
            frame.time_base = stream.time_base  # PyAV takes it from the packet
    return frames


def _tail(
    container: InputContainer, stream: VideoStream, last: int, losses: Losses
) -> Iterator[av.VideoFrame]:
    """Decode what comes after timestamp ``last`` again, with one thread.

    When the end is reached and one of several threads reports an error, PyAV does not hand out what
    the others have finished.
    """
    path = container.name.removeprefix("file:")
    with contextlib.ExitStack() as stack:
        try:
            again = stack.enter_context(open_video(path, limits=NO_LIMITS))
            tail = next(s for s in again.streams.video if s.index == stream.index)
            prepare(tail, threads=1, limits=NO_LIMITS)
            again.seek(last, stream=tail, backward=True)
        except (av.error.FFmpegError, VideoError, StopIteration):
            return  # a damaged file may open differently the second time
        begun = False
        for frame in decoded(again, tail):
            begun = begun or frame.key_frame
            if begun and frame.pts is not None and frame.pts > last:
                losses.frames += 1
                losses.damaged += frame.is_corrupt
                yield convertible(frame)


def packets(
    container: InputContainer, stream: VideoStream, losses: Losses
) -> Iterator[Packet[VideoStream]]:
    """Yield a stream's packets to the end of the file, reading on after errors."""
    failures = 0
    while True:
        try:
            for packet in container.demux(stream):
                # Packets without data end a stream, or repeat the frame before: nothing to decode.
                if packet.size:
                    failures = 0
                    yield packet
            return
        except IndexError:
            return  # PyAV stumbles at the end over a stream that turned up midway
        except av.error.FFmpegError:
            losses.unreadable += 1
            failures += 1
            if failures == _TRIES:
                return
