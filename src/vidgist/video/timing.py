"""Ends of a video, announced and found, and what its times give to say: losses, joints, holes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

from vidgist.video.clock import Clock
from vidgist.video.clusters import element_size
from vidgist.video.packet_clock import PacketClock
from vidgist.video.sample_times import Hole, is_regular

_HOLE_SECONDS = 0.25
"""Seconds without a frame that make a warning, in a video of otherwise constant frame rate."""

_HOLES_NAMED = 3

_SEGMENT = b"\x18\x53\x80\x67"
"""Matroska's element that holds all others."""

_PADDING = 0.1
"""Seconds by which the last block of sound may be longer than the sound."""

_MISSING_SECONDS = 1.0
"""Seconds before the announced end at which a video may end without a warning."""


def time_base(stream: VideoStream) -> Fraction:
    """Return the seconds of a tick of a stream."""
    return stream.time_base or Fraction(1, av.time_base)


def total(holes: list[Hole]) -> float:
    """Return the seconds of all holes."""
    return sum(end - start for start, end in holes)


def header_end(stream: VideoStream) -> int | None:
    """Return the tick at which the stream ends by its header, None where that is missing."""
    if not stream.duration or stream.duration < 0:
        return None
    return (stream.start_time or 0) + stream.duration


def header_duration(container: InputContainer, stream: VideoStream) -> float | None:
    """Return the seconds that the stream lasts by its header, None where that is missing."""
    if stream.duration and stream.duration > 0:
        ticks = stream.duration
        if container.format.name == "avi" and _is_cut_off_avi(container):
            # FFmpeg reckons the duration of what is left; the number of frames is the announced.
            ticks = max(ticks, stream.frames)
        return float(ticks * time_base(stream))
    if container.duration and container.duration > 0:
        seconds = container.duration / av.time_base
        if "matroska" in container.format.name and stream.start_time:
            # Matroska's duration is counted from 0 of its clock, not from the first frame.
            seconds -= max(0.0, float(stream.start_time * time_base(stream)))
        return seconds if seconds > 0 else None
    return None


def standing_end(
    packets: PacketClock,
    clock: Clock,
    duration: float,
    *,
    announced: float | None,
    is_whole: Callable[[], bool],
) -> float | None:
    """Return the seconds at which a picture that stands at the end is over, None for no such.

    It stands until the sound ends, or without sound until the announced end. Encoders end sound and
    pictures a little apart, which is no standing picture.

    Args:
        packets: after the last packet.
        clock: after the last frame.
        duration: seconds at which the last frame ends by itself.
        announced: seconds that the header gives, None for none.
        is_whole: returns whether nothing of the file is missing at its end.
    """
    if packets.sound_end is None:
        stands = announced is not None and announced - duration > _MISSING_SECONDS and is_whole()
        return announced if stands else None
    origin = clock.seconds(clock.origin)
    rest = packets.sound_end - origin - duration
    heard = packets.sound_within(origin + duration, packets.sound_end)
    if rest <= _MISSING_SECONDS or heard <= rest / 2:
        return None
    # Encoders fill up the last block of sound beyond what the container announces.
    padded = announced is not None and 0 < duration + rest - announced < _PADDING
    return announced if padded else duration + rest


def is_whole_matroska(container: InputContainer) -> bool:
    """Return whether a file is Matroska with an announced size that it has."""
    path = container.name.removeprefix("file:")
    if "matroska" not in container.format.name:
        return False
    with Path(path).open("rb") as file:
        head = file.read(4096)
        size = file.seek(0, os.SEEK_END)
    at = head.find(_SEGMENT) + len(_SEGMENT)
    length, value = element_size(head[at:])
    return at >= len(_SEGMENT) and value is not None and at + length + value <= size


def _is_cut_off_avi(container: InputContainer) -> bool:
    """Return whether an AVI file is shorter than its first chunk says."""
    path = Path(container.name.removeprefix("file:"))
    with path.open("rb") as file:
        head = file.read(8)
    return head[:4] == b"RIFF" and 8 + int.from_bytes(head[4:], "little") > path.stat().st_size


def clock_warnings(packets: PacketClock, clock: Clock) -> Iterator[str]:
    """Yield what was corrected in the timestamps."""
    if clock.missing:
        yield f"frames without a timestamp: {clock.missing}; placed at the usual distance"
    if clock.late:
        yield f"frames out of turn, left out: {clock.late}"
    if packets.strays:
        yield f"timestamps far from those around them, not used: {packets.strays}"
    if packets.joints:
        yield (
            f"recordings joined with clocks that start anew: {len(packets.joints) + 1};"
            " shown one after the other"
        )
    if clock.mended:
        yield f"timestamps that go back: {clock.mended}; counted on from the frame before"


def gap_warnings(times: npt.NDArray[np.float64], holes: list[Hole]) -> Iterator[str]:
    """Yield what the timeline says of holes, and of shorter gaps where frames come regularly."""
    for start, end in holes[:_HOLES_NAMED]:
        yield f"a hole without picture and sound, left out: {start:.1f} s to {end:.1f} s"
    if len(holes) > _HOLES_NAMED:
        yield f"further holes, left out: {len(holes) - _HOLES_NAMED}, {total(holes):.1f} s in all"
    steps = np.diff(times)
    if not is_regular(steps):
        return
    usual = float(np.median(steps))
    gaps = (steps > max(_HOLE_SECONDS, 3 * usual)) & ~np.isin(times[1:], [end for _, end in holes])
    if gaps.any():
        yield (
            f"holes without a frame: {gaps.sum()}, {np.sum(steps[gaps] - usual):.1f} s in all;"
            " frames are lost there, or the picture stands still"
        )


def end_warnings(duration: float, announced: float | None) -> Iterator[str]:
    """Yield that a video ends before its announced end, in seconds."""
    if announced is not None and announced - duration > max(_MISSING_SECONDS, 0.02 * announced):
        yield (
            f"it ends at {duration:.1f} s, but {announced:.1f} s were announced:"
            f" {announced - duration:.1f} s are missing"
        )
