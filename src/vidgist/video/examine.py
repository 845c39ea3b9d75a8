"""What the packets of a file tell without decoding: holes, joints, losses, the true frame rate."""

from __future__ import annotations

from array import array
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vidgist.types import VideoInfo
from vidgist.video.container import Limits, open_video, video_stream
from vidgist.video.packet_clock import PacketClock
from vidgist.video.packets import DecodeStats, configure_decoder, read_packets
from vidgist.video.rate import measured_rate
from vidgist.video.sample_times import Hole, find_hole
from vidgist.video.sources import forced_rate
from vidgist.video.timing import end_warnings, is_whole_matroska, time_base
from vidgist.video.tracks import sound_stream

_BYTES = 256 << 20
"""Bytes of packets that are looked at."""

_GAP = 2.0
"""Seconds without a picture that may be a hole."""


def examine(video: VideoInfo, *, limits: Limits | None = None) -> VideoInfo:
    """Read the packets of a video, of the first 256 MB, without decoding them.

    Args:
        video: of `probe`.
        limits: what is accepted, default `Limits()`.

    Returns:
        The same facts with holes, joints and damage; with the frame rate of all frames that were
        looked at; and, where recordings are joined, with the duration of all of them.

    Raises:
        VideoError: the file cannot be opened any more.
    """
    stats, seen, corrupt = DecodeStats(), 0, 0
    stamps: list[int] = []
    end = 0.0
    with open_video(video.path, limits=limits) as container:
        stream = video_stream(container, video.path)
        sound = sound_stream(container, video.path)
        configure_decoder(stream, beside=sound)
        clock = PacketClock(container, stream, sound)
        tick = float(time_base(stream))
        stands = sound is None and is_whole_matroska(container)
        for packet in read_packets(container, stream, stats, clock=clock):
            if packet.pts is not None:
                stamps.append(packet.pts)
                end = max(end, (packet.pts + (packet.duration or 0)) * tick)
            corrupt += packet.is_corrupt
            seen += packet.size
            if seen > _BYTES:
                break
    damage = []
    if stats.read_errors:
        damage.append(f"places that cannot be read: {stats.read_errors}")
    # Where recordings are joined, the counters of their packets do not match.
    if corrupt > 2 * len(clock.joints):
        damage.append(f"damaged packets: {corrupt}")
    if clock.strays:
        damage.append(f"timestamps far from those around them: {clock.strays}")
    if not stamps:
        return replace(video, damage=tuple(damage))
    ticks = np.unique(stamps)
    origin = float(ticks[0]) * tick
    times = ticks * tick - origin
    end = max(end, clock.sound_end or 0.0) - origin
    if seen <= _BYTES and not stands:
        damage += end_warnings(end, None if clock.joints else video.duration)
    found = measured_rate(times, guess=video.frame_rate)
    fields = abs(found.rate / (2 * video.frame_rate or 1) - 1) < 0.01  # a packet for each field
    if fields or found.variable or forced_rate(video.path):
        found = replace(found, rate=video.frame_rate, variable=video.variable_frame_rate)
    return replace(
        video,
        duration=end if (clock.joints or clock.relayed) and seen <= _BYTES else video.duration,
        frame_rate=found.rate,
        variable_frame_rate=found.variable,
        holes=tuple(_holes(times, origin, clock)),
        joints=tuple(joint - origin for joint in clock.joints),
        damage=tuple(damage),
    )


def _holes(times: npt.NDArray[np.float64], origin: float, clock: PacketClock) -> list[Hole]:
    def sound_within(start: float, end: float) -> float:
        return clock.sound_within(origin + start, origin + end)

    gaps = (np.flatnonzero(np.diff(times) > _GAP) + 1).tolist()
    before = [array("d", times[max(0, gap - 512) : gap]) for gap in gaps]
    found = [
        find_hole(earlier, float(times[gap]), sound_within)
        for gap, earlier in zip(gaps, before, strict=True)
    ]
    return [hole for hole in found if hole is not None]
