"""Packets in, frames out, in whatever state the file is: go on after errors, count losses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import av.error
import av.stream
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from vidgist.video.container import Limits

__all__ = ["Losses", "decoded", "packets", "prepare"]

_TRIES = 16
"""Errors in a row, without a packet between them, after which the rest of a file is given up."""

_FRAMES_IN_FLIGHT = 192 << 20
"""Bytes of pictures that decoder threads may hold, each thread holding one."""


@dataclass
class Losses:
    """What went wrong while a stream was read.

    Attributes:
        packets: packets of the stream that were read.
        undecodable: times that the decoder refused its data; most often one packet each.
        concealed: frames that came out damaged.
        unreadable: times that the container could not be read on.
    """

    packets: int = 0
    undecodable: int = 0
    concealed: int = 0
    unreadable: int = 0

    def sentences(self) -> list[str]:
        """Return what was lost, one sentence each."""
        said = []
        if self.undecodable:
            said.append(
                f"{self.undecodable} of {self.packets} video packets could not be decoded;"
                " their frames are missing"
            )
        if self.concealed:
            said.append(f"{self.concealed} frames are damaged and shown as far as they decode")
        if self.unreadable:
            said.append(
                f"the file could not be read at {self.unreadable} places, which are skipped"
            )
        return said


def prepare(
    stream: VideoStream,
    *,
    threads: int | None = None,
    skip_nonref: bool = False,
    limits: Limits | None = None,
) -> None:
    """Set up the stream's decoder before its first packet.

    Args:
        stream: of an open container.
        threads: decoder threads; default: the processors of this machine, fewer for large pictures.
        skip_nonref: do not decode frames that no other frame needs.
        limits: pictures beyond its pixels are refused by the decoder too (they may grow midway).
    """
    context = stream.codec_context
    area = max(1, (context.width or 0) * (context.height or 0))
    affordable = max(1, _FRAMES_IN_FLIGHT // (area * 3))
    # One more than there are processors, as FFmpeg itself does: one thread waits for input.
    context.thread_count = threads or min((os.cpu_count() or 1) + 1, 16, affordable)
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
    container: InputContainer, stream: VideoStream, losses: Losses | None = None
) -> Iterator[av.VideoFrame]:
    """Decode a stream from where the container stands to its end.

    Args:
        container: open, standing at its start or where `seek` put it.
        stream: one of its video streams, `prepare`\\ d.
        losses: counts what was lost, in place.

    Yields:
        The frames in the order of presentation.
    """
    losses = losses if losses is not None else Losses()
    context = stream.codec_context
    for packet in packets(container, stream, losses):
        losses.packets += 1
        try:
            frames = context.decode(packet)
        except av.error.FFmpegError:
            losses.undecodable += 1
            continue
        for frame in frames:
            losses.concealed += frame.is_corrupt
            yield frame
    try:
        frames = context.decode(None)
    except av.error.FFmpegError:
        losses.undecodable += 1
        return
    for frame in frames:
        losses.concealed += frame.is_corrupt
        if stream.time_base is not None:
            frame.time_base = stream.time_base  # which PyAV knows only from a packet
        yield frame


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
        except av.error.FFmpegError:
            losses.unreadable += 1
            failures += 1
            if failures == _TRIES:
                return
