"""Tracks of a file that is made of packets: where each packet of sound or text is placed.

Packets of sound last some 10 to 40 ms and cannot be cut.  Each piece begins with the packet that is
nearest to the end of the one before, and is moved there: no gap, no overlap, and an error of half a
packet at most, which never adds up since each piece begins anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from av.packet import Packet

_MOST_SHIFT = Fraction(1, 40)
"""Seconds by which sound may be moved: less than 40 ms, from which on it is seen not to be in
sync.  Longer packets (FLAC) stay where they are, with a gap."""


@dataclass(frozen=True)
class Part:
    """A part of the video that is copied, in exact seconds.

    Attributes:
        start: in the video.
        end: in the video.
        offset: seconds of the clip before it.
        last: whether nothing follows it.
    """

    start: Fraction
    end: Fraction
    offset: Fraction
    last: bool

    @property
    def clip_end(self) -> Fraction:
        """Its end in the clip."""
        return self.offset + self.end - self.start


class SoundLine:
    """Placement of the packets of one track of sound.

    Args:
        tick: seconds of its unit of time.
        origin: time of the first picture, in seconds of the container.
    """

    def __init__(self, tick: Fraction, origin: Fraction) -> None:
        self._tick, self._origin = tick, origin
        self._end = Fraction(0)
        self._step = Fraction(0)
        self._shift: Fraction | None = None
        self._part: Part
        self.done = False

    def begin(self, part: Part) -> None:
        """Go on to the next part."""
        self._part, self._shift, self.done = part, None, False

    def place(self, packet: Packet[Any]) -> bool:
        """Set the timestamps of a packet; return whether it belongs to the part."""
        if packet.pts is None or packet.is_discard or self.done:
            return False
        part = self._part
        lasts = packet.duration * self._tick if packet.duration else self._step
        at = packet.pts * self._tick - self._origin - part.start + part.offset
        if self._shift is None:
            self._shift = self._first_shift(packet, at, lasts)
        if self._shift is None:
            return False
        at += self._shift
        # Nothing may last longer than the clip; between parts the nearest packet is taken.
        if at + (lasts if part.last else lasts / 2) > part.clip_end:
            self.done = True
            return False
        if at < self._end - self._tick:
            return False
        self._step, self._end = lasts, at + lasts
        packet.pts = packet.dts = round(at / self._tick)
        return True

    def _first_shift(self, packet: Packet[Any], at: Fraction, lasts: Fraction) -> Fraction | None:
        """Return how far the sound of a part is moved, None where it does not begin here."""
        part = self._part
        behind = abs(self._end - part.offset) <= lasts
        due = self._end if behind else part.offset
        if not packet.is_keyframe or at < due - min(lasts / 2, _MOST_SHIFT):
            return None
        late = at - due
        return -late if abs(late) <= min(lasts / 2, _MOST_SHIFT) else Fraction(0)


class TextLine:
    """Placement of subtitles: those that reach into a part, cut at its borders.

    Args:
        tick: seconds of the track's unit of time.
        origin: time of the first picture, in seconds of the container.
        is_empty: whether a packet only clears the screen.
    """

    done = True

    def __init__(
        self, tick: Fraction, origin: Fraction, is_empty: Callable[[Packet[Any]], bool]
    ) -> None:
        self._tick, self._origin, self._is_empty = tick, origin, is_empty
        self._part: Part
        self._last: int | None = None

    def begin(self, part: Part) -> None:
        """Go on to the next part."""
        self._part = part

    def place(self, packet: Packet[Any]) -> bool:
        """Set the timestamps of a packet; return whether it belongs to the part."""
        if packet.pts is None or packet.is_discard or self._is_empty(packet):
            return False
        part = self._part
        start = packet.pts * self._tick - self._origin
        end = min(start + (packet.duration or 0) * self._tick, part.end)
        timed = bool(packet.duration)
        if start >= part.end or (end <= part.start if timed else start < part.start):
            return False
        shown = max(start, part.start)
        tick = round((shown - part.start + part.offset) / self._tick)
        if self._last is not None and tick < self._last:
            return False
        self._last = packet.pts = packet.dts = tick
        packet.duration = max(1, int((end - shown) / self._tick)) if timed else 0
        return True
