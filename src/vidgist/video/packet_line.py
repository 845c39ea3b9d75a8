"""Where one stream of a container is, as its packets pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from av.packet import Packet

BACK = 0.1
"""Seconds by which a stream may go back; FFmpeg allows the same before it sees a joint."""

AHEAD = 1.0
"""Seconds ahead from which on the next packets are looked at."""

LEAP = 10.0
"""Seconds ahead that mean a joint where the clock may start anew, as for FFmpeg's own tool."""

REORDERED = 17
"""Packets of which one has the earliest picture: H.264 and HEVC reorder 16."""

_LONGEST_SOUND = 2.0
"""Seconds that a packet of sound lasts at most; those of AVI last one."""

_ISLAND = 1.0
"""Seconds without a packet that separate two stretches of sound."""


@dataclass
class PacketLine:
    """Where one stream is, in seconds of the container's clock with the offset added."""

    tick: float
    pictures: bool
    offset: float = 0.0
    last: float | None = None
    due: float = 0.0
    end: float = 0.0
    step: float = 0.0
    delay: float = 0.0  # from the decoding of a picture to its display, without reordering
    invents_decoding_times: bool = False  # FFmpeg does, for Matroska: the file has those of display
    has_decoding_times: bool = False
    lacks_times: bool = False  # of display, of some pictures
    strays: int = 0
    stretches: list[list[float]] = field(default_factory=list)

    def raw(self, packet: Packet[Any]) -> float | None:
        """Return the decoding time by the file, or the time of display in files without any."""
        stamp = packet.dts if self.has_decoding_times else packet.pts
        return None if stamp is None else stamp * self.tick

    def length(self, packet: Packet[Any]) -> float:
        """Return the seconds to the next packet."""
        seconds = (packet.duration or 0) * self.tick or self.step
        # MP4 has no holes: the last packet of sound before one is said to last through it.
        return seconds if self.pictures else min(seconds, _LONGEST_SOUND)

    def back(self, packet: Packet[Any]) -> float:
        """Return the seconds by which this packet may be earlier than the one before."""
        # Times of display go back where pictures are reordered.
        in_order = packet.dts is not None and not self.invents_decoding_times
        return BACK if in_order else max(BACK, REORDERED * self.step)

    def repeats(self, packet: Packet[Any], time: float) -> bool:
        """Return whether a key frame is due before the last picture has been: a short overlap."""
        return bool(self.pictures and packet.is_keyframe and self.has_decoding_times) and (
            self.last is not None and time < self.last + self.step / 2
        )

    @property
    def ahead(self) -> float:
        """Seconds after which a packet may come without being looked at."""
        return max(AHEAD, 3 * self.step)

    def pass_by(self, packet: Packet[Any]) -> None:
        """Go on to a packet without a time."""
        self.lacks_times = True
        # Of sound whose packets have no length either, the step is that of several packets.
        if self.pictures or packet.duration:
            self.due += self.length(packet)
            self.end = max(self.end, self.due + self.delay)

    def advance(self, packet: Packet[Any], time: float) -> None:
        """Go on to a packet that continues the stream; its timestamps are those of the result."""
        if self.last is not None and time > self.last:
            usual = 0.0 if self.has_decoding_times else (packet.duration or 0) * self.tick
            self.step = min(usual or time - self.last, LEAP)
        length = self.length(packet)
        if self.has_decoding_times or self.last is None or time > self.last:
            self.last, self.due = time, time + length
        shown = time if packet.pts is None else packet.pts * self.tick
        if self.stretches == []:
            self.delay = shown - time
        self.lacks_times |= packet.pts is None
        if not (self.pictures or packet.duration):
            self.end = max(self.end, shown)  # by how much it lasts longer is not known
        elif self.lacks_times:
            self.end = max(self.end, self.due + self.delay)
        else:
            self.end = max(self.end, shown + length)
        if self.stretches and shown <= self.stretches[-1][1] + _ISLAND:
            self.stretches[-1][1] = max(self.stretches[-1][1], shown + length)
        else:
            self.stretches.append([shown, shown + length])
