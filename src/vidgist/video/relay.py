"""Streams that go on under another number, read as one stream in the order of the file.

Recorders change the numbers (PID) of streams when the program changes, and recordings that were
joined have two of each.  Packets of another stream of the same codec are passed as those of the
stream that is read, while that one is silent; so one clock and one decoder see all recordings.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import av.error
import av.stream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from vidgist.video.container import Section, open_section
from vidgist.video.tracks import WITHOUT_LIST

_SILENT = 2.0
"""Seconds for which a stream is silent whose place another one takes."""

_BACK, _AHEAD = 0.5, 1.0
"""Seconds by which the times of a stream go back or ahead from packet to packet at most."""

_PACKETS, _BYTES = 2048, 32 << 20
"""What is read ahead at most."""

_HELD = 64
"""Packets between which FFmpeg gives one that it has held back."""

_WORTH = 16 << 10
"""Bytes without a packet that are worth a look."""

_BEFORE = 1 << 20
"""Bytes before the end of a stream in which FFmpeg finds what the stream is."""

_MPEG_AUDIO = re.compile("mp[123](float)?")

Read: TypeAlias = "Callable[[InputContainer, Sequence[Stream]], Iterator[Packet[Any]]]"


class Relay:
    """Reader of some streams of a container, each of which may go on in another one.

    Args:
        container: at its start.
        streams: the streams, of different types; that of the pictures first.
        read: returns the packets of streams, in the order of the file.
        section: the bytes of the file that the container shows, where these are not all.
        known: numbers of streams that are read elsewhere.

    Attributes:
        positions: by index of a stream, bytes in the file before its last packet; -1 for none.
        used: whether a stream went on in another one.
    """

    def __init__(
        self,
        container: InputContainer,
        streams: Sequence[Stream],
        read: Read,
        *,
        section: Section | None = None,
        known: frozenset[int] = frozenset(),
    ) -> None:
        self._container, self._streams, self._read = container, streams, read
        self._begin, self._end = 0, container.size
        if section is None:
            self._path = Path(container.name.removeprefix("file:"))
        else:
            self._path, self._begin = section.path, section.begin
            self._end = section.begin + section.size
        self._known = known
        self._roles: dict[int, Stream] = {}
        self._queue: deque[Packet[Any]] = deque()
        self._bytes = 0
        self._source: Iterator[Packet[Any]] = iter(())
        self._active = {stream.index: stream.index for stream in streams}
        self._since: dict[int, int] = {}  # position from which the active stream is read
        self._beside: set[int] = set()
        self._times: dict[int, int] = {}  # of the last packets
        self._furthest = 0  # position of any packet
        self._filled = 0  # bytes of it, as far as they are known
        self.positions = {stream.index: -1 for stream in streams}
        self.used = False

    def run(self) -> Iterator[Packet[Any]]:
        """Yield the packets, all as those of the streams that are read."""
        if self._container.format.name not in WITHOUT_LIST:
            yield from self._read(self._container, self._streams)
            return
        known = self._known | {role.id for role in self._streams}
        roles = self._roles = {role.index: role for role in self._streams}
        for role, other in itertools.product(self._streams, self._container.streams):
            if other.index not in roles and _continues(role, other, known=known):
                roles[other.index] = role
        _listen(self._container, roles)
        read = [s for s in self._container.streams if s.index in roles]
        self._source = self._read(self._container, read)
        while (packet := self._next()) is not None:
            role = roles[packet.stream_index]
            yield from self._hidden_before(packet, role)
            yield from self._pass(packet, role)
        yield from self._hidden(self._end)

    def _pass(self, packet: Packet[Any], role: Stream) -> Iterator[Packet[Any]]:
        """Yield a packet of the streams that are active."""
        index, position = packet.stream_index, self._position(packet)
        if index != self._active[role.index]:
            # FFmpeg gives the last packet of a stream when the next one comes, or at the end.
            late = packet.pos is not None and position < self._since.get(role.index, 0)
            if late or index in self._beside or not self._takes_over(packet, role):
                return
            yield from self._unfinished(role, position)
            self._active[role.index], self._since[role.index] = index, position
            self.used = True
        self.positions[role.index] = max(position, self.positions[role.index])
        if position >= self._furthest:
            self._furthest, self._filled = position, packet.size
        if packet.dts is not None:
            self._times[role.index] = packet.dts
        if index != role.index:
            packet.stream = role
        yield packet

    def _position(self, packet: Packet[Any]) -> int:
        return self._furthest if packet.pos is None else self._begin + packet.pos

    def _next(self) -> Packet[Any] | None:
        if not self._queue:
            return next(self._source, None)
        self._bytes -= self._queue[0].size
        return self._queue.popleft()

    def _takes_over(self, packet: Packet[Any], role: Stream) -> bool:
        """Return whether the active stream is silent from a packet of another one on."""
        active, index = self._active[role.index], packet.stream_index
        if index == role.index:
            return True
        began, tick = packet.dts, float(packet.time_base or 0)
        for following in self._ahead():
            if following.stream_index == active:
                if following.pos is None or following.pos >= (packet.pos or 0):
                    # Of another program, or in another language: it is there all the time.
                    self._beside.add(index)
                    return False
            elif following.stream_index == index and following.dts is not None:
                began = following.dts if began is None else began
                if (following.dts - began) * tick > _SILENT:
                    return True
        return True

    def _ahead(self) -> Iterator[Packet[Any]]:
        """Yield the packets that follow, reading ahead as far as needed."""
        yield from list(self._queue)
        while len(self._queue) < _PACKETS and self._bytes < _BYTES:
            packet = next(self._source, None)
            if packet is None:
                return
            self._queue.append(packet)
            self._bytes += packet.size
            yield packet

    def _unfinished(self, role: Stream, end: int) -> Iterator[Packet[Any]]:
        """Yield what the stream that ends holds back: its packets after the last, up to ``end``."""
        last = self.positions[role.index]
        if not 0 <= last < end < last + _BYTES:
            return
        active = self._active[role.index]
        number = next(s.id for s in self._container.streams if s.index == active)
        with (
            contextlib.suppress(av.error.FFmpegError),
            self._open(max(self._begin, last - _BEFORE), end) as (part, section),
        ):
            for packet in self._read(part, [s for s in part.streams if s.id == number]):
                if packet.pos is not None and section.begin + packet.pos > last:
                    packet.stream = role
                    yield packet

    def _hidden_before(self, packet: Packet[Any], role: Stream) -> Iterator[Packet[Any]]:
        """Yield what lies before a packet in streams that FFmpeg did not know of at first."""
        last, position = self._times.get(role.index), self._position(packet)
        if last is None or packet.dts is None or not self._is_worth_a_look(position):
            return
        if -_BACK <= (packet.dts - last) * float(packet.time_base or 0) <= _AHEAD:
            return
        begin = self._furthest
        for held in list(itertools.islice(self._ahead(), _HELD)):
            if held.pos is None:
                continue
            if self._position(held) > begin:
                position = min(position, self._position(held))
            else:  # of the recording before, and held back until now
                self._queue.remove(held)
                self._bytes -= held.size
                yield from self._pass(held, self._roles[held.stream_index])
        yield from self._hidden(position)

    def _hidden(self, end: int) -> Iterator[Packet[Any]]:
        """Yield what lies between the last packet and a position, in other streams."""
        if not self._is_worth_a_look(end):
            return
        known = self._known | {stream.id for stream in self._container.streams}
        with (
            contextlib.suppress(av.error.FFmpegError),
            self._open(self._furthest, end) as (part, section),
        ):
            roles: dict[int, Stream] = {}
            streams = []
            for role in self._streams:
                other = next((s for s in part.streams if _continues(role, s, known=known)), None)
                if other is not None:
                    streams.append(other)
                    roles[other.index] = role
            if not streams or streams[0].type != self._streams[0].type:
                return
            self.used = True
            relay = Relay(part, streams, self._read, section=section, known=known)
            for packet in relay.run():
                packet.stream = roles[packet.stream_index]
                yield packet
            for index, role in roles.items():
                self.positions[role.index] = max(relay.positions[index], self.positions[role.index])
            self._times.clear()
            self._furthest = end

    def _open(
        self, begin: int, end: int
    ) -> contextlib.AbstractContextManager[tuple[InputContainer, Section]]:
        return open_section(self._path, begin, end, kind=self._container.format.name)

    def _is_worth_a_look(self, end: int) -> bool:
        return end - self._furthest > _WORTH + 2 * self._filled


def _codec(stream: Stream) -> str:
    """Return the name of a stream's codec, "" for none."""
    name = "" if stream.codec_context is None else stream.codec_context.name
    # FFmpeg takes one layer of MPEG audio for another where it has seen few packets.
    return "mpeg audio" if _MPEG_AUDIO.fullmatch(name) else name


def _continues(role: Stream, other: Stream, *, known: frozenset[int]) -> bool:
    """Return whether a stream whose number is not known may be what goes on in another one."""
    own = _codec(role)
    return other.id not in known and other.type == role.type and own == _codec(other) != ""


def _listen(container: InputContainer, roles: dict[int, Stream]) -> None:
    """Read streams that a decoder was to be without."""
    discard: Any = getattr(av.stream, "Discard", None)  # PyAV 17 and later
    if discard is not None:
        for stream in container.streams:
            if stream.index in roles:
                stream.discard = discard.default
