"""One clock for all streams of a container: joints of recordings, and stray timestamps.

Where recordings are joined, timestamps start anew; where a file is damaged, single ones are wrong.
Both show in the order of the packets, before anything is decoded: a packet does not continue its
stream.  The packets after it tell which of the two it is:

- They return to the times before: the packet was stray. Its timestamp is removed, and all later
  ones are the stream's own.
- They go on from the new time: a joint.  From there on, one offset is added to the timestamps of
  *all* streams, such that the pictures continue without a gap, as FFmpeg's own tool does with its
  `ts_offset`; so sound stays with its pictures.

A leap ahead that is not taken back is a joint in containers whose clock may start anew anywhere
(transport and program streams, Ogg), and a hole in all others.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from vidgist.video.clusters import Clusters
from vidgist.video.container import restarts
from vidgist.video.packet_line import AHEAD, BACK, LEAP, REORDERED, PacketLine

_RUN_SECONDS = 6.0
"""Seconds that packets must go on from a new time to be a joint; Matroska's clusters, which have
one timestamp for all their packets, last 5."""

_RUN_PACKETS, _RUN_BYTES = 1024, 32 << 20
"""What is read ahead at most."""

_APART = 2.0
"""Seconds that two streams may end or begin apart at a joint."""

_DISPLACED = 0.02
"""Seconds by which the sound of a cluster leaves its place at least; times are in milliseconds."""


class PacketClock:
    """Puts the packets of a container's streams on one clock, in the order of the file.

    Args:
        container: at its start.
        video: the stream whose pictures go on without a gap at a joint.
        sound: the stream that is kept with it, None for none.

    Attributes:
        streams: video and sound.
        joints: seconds, on the clock of the result, at which another recording begins.
        strays: timestamps that were removed or moved.
        relayed: whether a stream went on in another one (`Relay`), which shares its clock.
    """

    def __init__(
        self, container: InputContainer, video: Stream, sound: Stream | None = None
    ) -> None:
        self._announced = _announced_end(container)
        self._restarts = restarts(container)
        self.streams = [stream for stream in (video, sound) if stream is not None]
        self._video = video.index
        self._sound = None if sound is None else sound.index
        self._lines = {
            stream.index: PacketLine(
                tick=float(stream.time_base or 0) or 1 / av.time_base,
                pictures=stream is video,
                invents_decoding_times="matroska" in container.format.name,
            )
            for stream in self.streams
        }
        self._queue: deque[Packet[Any]] = deque()
        self._bytes = 0
        self._source: Iterator[Packet[Any]] = iter(())
        self._offset = 0.0
        self._clusters: Clusters | None = None
        if sound is not None and "matroska" in container.format.name:
            self._clusters = Clusters(Path(container.name.removeprefix("file:")))
        self._displaced = 0.0
        self.joints: list[float] = []
        self.strays = 0
        self.relayed = False

    def run(self, packets: Iterable[Packet[Any]]) -> Iterator[Packet[Any]]:
        """Yield the packets with their timestamps on the one clock."""
        self._source = iter(packets)
        while True:
            if self._queue:
                packet = self._queue.popleft()
                self._bytes -= packet.size
            else:
                following = next(self._source, None)
                if following is None:
                    return
                packet = following
            line = self._lines.get(packet.stream_index)
            if line is not None:
                self._put_back(packet)
                self._place(packet, line)
            yield packet

    def shift(self, stream: Stream) -> int:
        """Return the ticks that are added at present to timestamps of a stream."""
        line = self._lines[stream.index]
        return round(line.offset / line.tick)

    @property
    def steady(self) -> bool:
        """Whether all timestamps so far are the file's own."""
        return not (self.joints or self.strays or self.relayed)

    @property
    def sound_end(self) -> float | None:
        """Seconds on the container's clock at which the sound so far ends, None without sound."""
        line = None if self._sound is None else self._lines[self._sound]
        return line.end if line is not None and line.last is not None else None

    def sound_within(self, start: float, end: float) -> float:
        """Return the seconds of sound so far between two moments of the container's clock."""
        stretches = [] if self._sound is None else self._lines[self._sound].stretches
        found = 0.0
        for low, high in reversed(stretches):
            if high <= start:
                break
            found += max(0.0, min(high, end) - max(low, start))
        return found

    def _put_back(self, packet: Packet[Any]) -> None:
        """Move a packet of a cluster of Matroska whose timestamp is damaged to its place."""
        if self._clusters is None:
            return
        if packet.pos is not None and self._clusters.begins(packet.pos):
            self._displaced = self._displacement(packet, self._clusters.end)
        if self._displaced:
            self.strays += 1
            ticks = round(self._displaced / self._lines[packet.stream_index].tick)
            packet.pts = None if packet.pts is None else packet.pts - ticks
            packet.dts = None if packet.dts is None else packet.dts - ticks

    def _displacement(self, packet: Packet[Any], end: int) -> float:
        """Return the seconds by which a cluster comes late, to be seen at both ends of its sound.

        Args:
            packet: the first of the cluster.
            end: position in the file at which the cluster ends.
        """
        assert self._sound is not None
        line = self._lines[self._sound]
        own = [packet] if packet.stream_index == self._sound else []
        late, due = 0.0, 0.0
        for sound in itertools.chain(own, self._following(self._sound)):
            stamp = line.raw(sound)
            if stamp is None or line.last is None or sound.pos is None:
                return 0.0
            if not due:
                late = stamp + line.offset - line.due
                if abs(late) < _DISPLACED or sound.pos >= end:
                    return 0.0
            elif sound.pos >= end:
                return late if abs(stamp - due + late) < _DISPLACED / 2 else 0.0
            due = stamp + line.length(sound)
        # Nothing follows: what is there twice is in the wrong place, what is late may be a hole.
        return min(late, 0.0)

    def _place(self, packet: Packet[Any], line: PacketLine) -> None:
        """Put one packet on the clock."""
        if packet.dts is not None and not (line.has_decoding_times or line.invents_decoding_times):
            # Until now there were times of display only, which are a little ahead.
            line.has_decoding_times, line.last = True, None
        raw = line.raw(packet)
        if raw is not None and not line.strays:
            line.offset = self._offset_of(packet, raw, line)
        if raw is not None and line.strays:
            line.strays -= 1
            self.strays += 1
            packet.pts = packet.dts = None
        if line.offset:
            ticks = round(line.offset / line.tick)
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks
        if raw is None or (packet.pts is None and packet.dts is None):
            line.pass_by(packet)
        else:
            line.advance(packet, raw + line.offset)

    def _offset_of(self, packet: Packet[Any], raw: float, line: PacketLine) -> float:
        """Return the offset of a packet; count strays in its line where it is one."""
        if line.last is None:
            return self._offset
        own = raw + line.offset
        fits = line.last - line.back(packet) <= own <= line.due + line.ahead
        if self._restarts and line.repeats(packet, own):
            fits = False
        if line.offset != self._offset:
            # After a joint: what fits the other recording about as well belongs to it.
            misfit = raw + self._offset - line.due
            if misfit >= -_APART and abs(misfit) <= abs(own - line.due) + 3 * BACK:
                return self._offset
        if fits:
            return line.offset
        # The file's own times are taken up again where the clock does not start anew.
        if line.offset and not self._restarts and -BACK <= raw - line.due <= line.ahead:
            self._offset = 0.0
            return 0.0
        line.strays = self._count_strays(packet, raw, line)
        if line.strays or (own > line.due and not self._is_too_late(own, line)):
            return line.offset
        return self._join(packet, raw, line)

    def _is_too_late(self, time: float, line: PacketLine) -> bool:
        """Return whether a leap ahead is none of the file's time."""
        if self._restarts:
            return time - line.due > LEAP and not self._spans(time)
        return self._announced is not None and time > self._announced + AHEAD

    def _spans(self, time: float) -> bool:
        """Return whether a picture of the recording before a leap is shown at its end.

        Pictures are decoded ahead where others refer to them: the leap is a hole in one recording.
        """
        video = self._lines[self._video]
        if abs(video.end - time) <= _APART:
            return True
        for packet in itertools.islice(self._following(self._video), REORDERED):
            decoded = video.raw(packet)
            if decoded is None or packet.pts is None:
                continue
            shown = packet.pts * video.tick + video.offset
            if abs(shown - time) <= _APART and decoded + video.offset <= video.due + video.ahead:
                return True
        return False

    def _count_strays(self, packet: Packet[Any], raw: float, line: PacketLine) -> int:
        """Return how many packets from this one on are stray before the stream goes on as it did.

        0 where it goes on from the new time.
        """
        assert line.last is not None
        start = before = raw + line.offset
        due = line.due + line.length(packet)
        strays = 1
        for following in self._following(packet.stream_index):
            stamp = line.raw(following)
            if stamp is not None:
                time = stamp + line.offset
                goes_on = -line.back(following) <= time - before <= line.ahead
                patience = BACK + 0.25 * (due - line.due)
                returns = max(line.last, due - patience) <= time <= due + LEAP
                nearer = abs(time - due) < abs(time - before - line.length(following))
                if returns and (nearer or not goes_on):
                    return strays
                if not goes_on:
                    start = time
                if time - start > _RUN_SECONDS:
                    return 0
                before = time
                strays += 1
            due += line.length(following)
        return 0

    def _following(self, index: int) -> Iterator[Packet[Any]]:
        """Yield the packets of a stream that follow, reading ahead as far as needed."""
        yield from [packet for packet in self._queue if packet.stream_index == index]
        while len(self._queue) < _RUN_PACKETS and self._bytes < _RUN_BYTES:
            packet = next(self._source, None)
            if packet is None:
                return
            self._queue.append(packet)
            self._bytes += packet.size
            if packet.stream_index == index:
                yield packet

    def _join(self, packet: Packet[Any], raw: float, line: PacketLine) -> float:
        """Begin another recording with this packet; return the offset of its times."""
        video = self._lines[self._video]
        pictures = [packet] if packet.stream_index == self._video else []
        end, goes_on = video.end, False
        for following in self._following(self._video):
            if len(pictures) == REORDERED:
                break
            stamp = video.raw(following)
            # Behind sound, the first picture is the first that does not continue those before.
            if pictures or (stamp is not None and self._begins(stamp, video, raw, line)):
                pictures.append(following)
            elif following.pts is not None:
                shown = following.pts * video.tick + video.offset
                end, goes_on = max(end, shown + video.length(following)), True
        if goes_on and not pictures and -AHEAD <= raw + line.offset - line.due < 0:
            # Packets of sound are shorter than FFmpeg takes them for, where their rate changes.
            return line.offset
        stamps = [picture.pts for picture in pictures if picture.pts is not None]
        if stamps and video.last is not None:
            offset = end - min(stamps) * video.tick
            self.joints.append(end)
        else:
            offset = line.due - raw
            self.joints.append(line.due)
        self._offset = offset
        return offset

    def _begins(self, stamp: float, video: PacketLine, raw: float, sound: PacketLine) -> bool:
        """Return whether a picture belongs to the recording that begins with a packet of sound."""
        leap, ours = raw + sound.offset - sound.due, stamp + video.offset - video.due
        return abs(stamp - raw) <= _APART and abs(ours) > BACK and (ours > 0) == (leap > 0)


def _announced_end(container: InputContainer) -> float | None:
    """Return the seconds on its clock at which a container says to end, None where it does not."""
    if not container.duration or container.duration < 0:
        return None
    return ((container.start_time or 0) + container.duration) / av.time_base
