"""Properties of a video file, without decoding all of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from vidgist.types import VideoInfo
from vidgist.video.about import about_open
from vidgist.video.container import Limits, is_cover_art, open_video, video_stream
from vidgist.video.display import Display
from vidgist.video.headers import channels_in_own_order
from vidgist.video.packets import (
    DecodeStats,
    configure_decoder,
    decode_packet,
    no_frames_error,
    read_packets,
)
from vidgist.video.rate import measured_rate
from vidgist.video.rotation import frame_rotation
from vidgist.video.sources import forced_rate, prepare_input, source_fingerprint
from vidgist.video.timing import header_duration
from vidgist.video.tone import HDR_NAMES, transfer
from vidgist.video.tracks import open_sound, sound_stream

_PACKETS = 300
"""Packets whose timestamps are read to see whether the frame rate is constant."""

_FIELDS = 0.01
"""Relative distance from two packets a frame within which packets are fields."""

_REORDERED = 16
"""Last timestamps of these, between which there may be some that were not read."""


def probe(path: str | os.PathLike[str], *, limits: Limits | None = None) -> VideoInfo:
    """Read a video's headers, its first few hundred timestamps and its first frame.

    Args:
        path: a local video file, or another input, see `vidgist.video.sources`.
        limits: what is accepted, default `Limits()`.

    Returns:
        Duration, frame rate, the size of the picture as it is shown (rotated, square pixels), and
        every stream as a mapping.

    Raises:
        VideoError: it cannot be opened, has no video, exceeds a limit, or no frame decodes.

    Example:
        >>> video = probe("demo.mp4")
        >>> video.width, video.height, video.frame_rate, video.codec, video.has_audio
        (640, 360, 25.0, 'h264', True)
    """
    path = Path(path)
    prepare_input(path, limits=limits)
    forced = forced_rate(path)
    with open_video(path, limits=limits) as container:
        stream = video_stream(container, path)
        configure_decoder(stream, threads=1, limits=limits)
        display = Display(container, stream)
        stats = DecodeStats()
        stamps, frame = _read_start(container, stream, stats)
        if frame is None:
            oversized = None if stream.codec_context.width else limits or Limits()
            raise no_frames_error(path, stats, oversized=oversized)
        context = stream.codec_context
        dolby = display.header.dolby_vision
        width, height = display.size(frame)
        rate, variable = (float(forced), False) if forced else _frame_rate(stream, stamps)
        sound = sound_stream(container, path)
        late = _late_sound(path) if sound is None else None
        used = (stream, sound)
        # Sound that begins late is only announced, if at all, where the file begins.
        listed = [s for s in container.streams if late is None or s.type != "audio"]
        return VideoInfo(
            path=path,
            duration=None if forced else header_duration(container, stream),
            frame_rate=rate,
            variable_frame_rate=variable,
            width=width,
            height=height,
            has_audio=sound is not None or late is not None,
            codec=context.codec.canonical_name,
            rotation=frame_rotation(frame).degrees,
            coded_width=frame.width,
            coded_height=frame.height,
            pixel_aspect=float(stream.sample_aspect_ratio or 1) or 1.0,
            pixel_format=frame.format.name,
            container=container.format.name,
            crop=display.crop(frame),
            interlaced=frame.interlaced_frame or display.deinterlacer.applies(frame),
            hdr=HDR_NAMES.get(transfer(frame, context), ""),
            dolby_vision=None if dolby is None else dolby.profile,
            streams=(*(_describe(s, used=s in used) for s in listed), *(late or ())),
            fingerprint=source_fingerprint(path),
            tags=_tags(container, stream),
        )


def _tags(container: InputContainer, stream: VideoStream) -> Mapping[str, str]:
    told = about_open(container, stream)
    return {**told.tags, **({"device": told.device} if told.device else {})}


def _late_sound(path: Path) -> tuple[Mapping[str, Any]] | None:
    """Return the properties of sound that begins late, None where there is none."""
    container, sound, _ = open_sound(path)
    with container:
        return None if sound is None else ({**_describe(sound, used=True), "late": True},)


def _read_start(
    container: InputContainer, stream: VideoStream, stats: DecodeStats
) -> tuple[list[int], av.VideoFrame | None]:
    """Return the timestamps of the first packets and the first frame that decodes."""
    display: list[int | None] = []
    decoding: list[int | None] = []
    first: av.VideoFrame | None = None
    for n, packet in enumerate(read_packets(container, stream, stats)):
        stats.packets += 1
        display.append(packet.pts)
        decoding.append(packet.dts)
        if first is None:
            first = next(iter(decode_packet(stream, packet, stats)), None)
        elif n >= _PACKETS:
            break
    first = first or next(iter(decode_packet(stream, None, stats)), None)
    for stamps in (display, decoding):
        known = [stamp for stamp in stamps if stamp is not None]
        if len(known) == len(stamps):
            return known, first
    return [], first


def _frame_rate(stream: VideoStream, stamps: list[int]) -> tuple[float, bool]:
    """Return the average frame rate, and whether it varies, by the beginning of the file."""
    tick = float(stream.time_base or 0)
    ordered = np.unique(stamps)
    if len(ordered) > 2 * _REORDERED:
        ordered = ordered[:-_REORDERED]
    steps = np.diff(ordered) * tick
    average = float(stream.average_rate or stream.guessed_rate or 0)
    if not len(steps):
        return average, False
    measured = measured_rate(ordered * tick, guess=average)
    if abs(measured.rate / (2 * average or 1) - 1) <= _FIELDS:
        return average, measured.variable  # a packet for each of the two fields of a frame
    if measured.rate < average and not measured.variable:
        return measured.rate, False
    usual = float(np.median(steps))
    # Coarse time bases round: 1/30 s becomes 33 or 34 ms.
    allowed = max(1.01 * tick, 0.02 * usual)
    varies = bool(np.max(np.abs(steps - usual)) > allowed)
    if not varies and average:
        # It varies later on where the average over all disagrees with the beginning.
        varies = abs(average * usual - 1) > max(0.05, 1.01 * tick / usual)
    return average or measured.rate, varies


def _describe(stream: Stream, *, used: bool) -> Mapping[str, Any]:
    """Return the properties of one stream; of several sound tracks, one is used."""
    context = stream.codec_context
    language = stream.metadata.get("language")
    properties: dict[str, Any] = {
        "index": stream.index,
        "type": stream.type,
        "codec": context.codec.canonical_name if context is not None else None,
        "language": None if language == "und" else language,  # "und": undetermined
        "duration": (
            float(stream.duration * stream.time_base)
            if stream.duration and stream.time_base
            else None
        ),
        "used": used,
    }
    if isinstance(stream, VideoStream) and context is not None:
        properties |= {
            "width": stream.codec_context.width,
            "height": stream.codec_context.height,
            "frame_rate": float(stream.average_rate) if stream.average_rate else None,
            "cover": is_cover_art(stream),
        }
    elif isinstance(stream, AudioStream) and context is not None:
        container: Any = stream.container
        channels = len(channels_in_own_order(container, stream)) or stream.channels
        properties |= {"rate": stream.codec_context.sample_rate, "channels": channels}
    return properties
