"""Decoding of a few frames of a video, from a key frame on."""

from __future__ import annotations

from collections.abc import Iterator

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from vidgist.video.packets import DecodeStats, decode_packet, read_packets

_BACK = (0.0, 2.0, 15.0)
"""Seconds before a key frame to which is sought, one after the other."""


def decode_alone(
    stream: VideoStream, packet: Packet[VideoStream], stats: DecodeStats
) -> list[av.VideoFrame]:
    """Decode a key frame by itself; what was decoded before is forgotten."""
    stats.packets += 1
    frames = decode_packet(stream, packet, stats)
    # Drained at once: some decoders hold a picture back until a later one comes.
    frames += decode_packet(stream, None, stats)
    stream.codec_context.flush_buffers()
    return frames


def packets_from(
    container: InputContainer, stream: VideoStream, key: int, sought: int, last: int
) -> Iterator[Packet[VideoStream]]:
    """Yield packets from a key frame to those of all frames up to another one.

    Nothing is yielded where seeking does not lead to the key frame.

    Args:
        container: open.
        stream: of the container.
        key: tick at which the key frame is shown.
        sought: tick at which it is decoded.
        last: tick at which the last frame is shown.
    """
    for back in _BACK:
        ahead = round(back / float(stream.time_base or 1))
        try:
            container.seek(sought - ahead, stream=stream, backward=True)
        except av.error.FFmpegError:
            continue
        stream.codec_context.flush_buffers()
        begun = False
        for packet in read_packets(container, stream, DecodeStats()):
            begun = begun or packet.pts == key
            # A frame is decoded before it is shown: no frame that is shown by then follows.
            if packet.dts is not None and packet.dts > last:
                break
            if begun:
                yield packet
        if begun:
            return


def frames_of(
    stream: VideoStream, packets: Iterator[Packet[VideoStream]], needed: set[int] | None
) -> Iterator[av.VideoFrame]:
    """Yield the frames of packets; those that nothing refers to only where they are needed."""
    context, stats = stream.codec_context, DecodeStats()
    # Decoders that are not FFmpeg's own (dav1d) take the setting once, when they are opened.
    own = not context.codec.name.startswith("lib")
    for packet in packets:
        if needed is not None and own:
            # Each packet carries this setting to the thread that decodes it.
            context.skip_frame = "DEFAULT" if packet.pts in needed else "NONREF"
        yield from decode_packet(stream, packet, stats)
    yield from decode_packet(stream, None, stats)
