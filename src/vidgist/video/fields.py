"""Frames of H.264 whose two fields come in two packets, put together to one packet a frame.

Cameras that code fields (PAFF) write a transport stream with an access unit for each, and tools
that copy it keep the two apart in every container.  Decoders take both fields in one packet as
well; so counts, times and key frames of packets are those of frames (ITU-T H.264, 7.3.2 and 7.3.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from av.packet import Packet
from av.stream import Stream

from vidgist.video.units import length_size, units

_SLICES = frozenset((1, 2, 5))
"""Types of units that hold a slice, or the part of one that has its header."""

_SPS, _PPS = 7, 8

_PARAMETERS = 1024
"""Bytes of a set of parameters that are read at most."""

_WAITING = 256
"""Packets of other streams that are held back at most until the second field comes."""

_HEAD = 32
"""Bytes of a slice that hold the beginning of its header, with room for emulation prevention."""

_WITH_FORMAT = frozenset((44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244))
"""Profiles whose parameters tell the chroma format and scaling lists."""


class _Sequence(NamedTuple):
    """What the parameters of a sequence say of its slices' headers."""

    has_fields: bool
    frame_number_bits: int
    separate_planes: bool


class _Field(NamedTuple):
    """Number of a frame, and which of its fields a slice belongs to."""

    number: int
    bottom: bool


class BitReader:
    """Reader of the bits of a unit; what is beyond its end is 0."""

    def __init__(self, unit: bytes) -> None:
        self._data = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self._at = 8  # after the unit's header

    def fixed(self, length: int) -> int:
        """Read u(n)."""
        begin, end = self._at, self._at + length
        self._at = end
        last = -(-end // 8)
        held = self._data[begin // 8 : last].ljust(last - begin // 8, b"\x00")
        return int.from_bytes(held, "big") >> (-end % 8) & ((1 << length) - 1)

    def golomb(self) -> int:
        """Read ue(v)."""
        zeros = 0
        while zeros < 32 and not self.fixed(1):
            zeros += 1
        return (1 << zeros) - 1 + self.fixed(zeros)

    def skip(self, elements: str) -> None:
        """Pass over bits (``u1``) and numbers (``ue``, also ``se``)."""
        for element in elements.split():
            _ = self.fixed(1) if element == "u1" else self.golomb()

    def signed(self) -> int:
        """Read se(v)."""
        value = self.golomb()
        return (value + 1) // 2 if value % 2 else -(value // 2)


class FieldPairs:
    """What the packets of a stream of H.264 hold, and the joining of two of them.

    Args:
        stream: of an open container.
    """

    def __init__(self, stream: Stream) -> None:
        context: Any = stream.codec_context
        self._stream = stream
        self._length_size = length_size(stream)
        self._sequences: dict[int, _Sequence] = {}
        self._sequence_of: dict[int, int] = {}
        self._has_fields = False
        for unit in _header_units(bytes(context.extradata or b"")):
            self._read_parameters(unit)

    def find(self, packet: Packet[Any]) -> _Field | None:
        """Return which field a packet holds; None where it holds a whole frame, or part of one."""
        # What is coded as frames alone costs a look at its key frames.
        if not (self._has_fields or packet.is_keyframe):
            return None
        found: set[_Field | None] = set()
        data = bytes(packet)
        for at in units(data, length_size=self._length_size):
            kind = data[at] & 31
            if kind in (_SPS, _PPS):
                self._read_parameters(data[at : at + _PARAMETERS])
            elif kind in _SLICES:
                if not self._has_fields:
                    return None
                found.add(self._read_slice(data[at : at + _HEAD]))
        return found.pop() if len(found) == 1 else None

    def join(self, first: Packet[Any], second: Packet[Any]) -> Packet[Any]:
        """Return both fields of a frame as one packet, at the time of the first."""
        whole: Packet[Any] = Packet(bytes(first) + bytes(second))
        whole.stream = self._stream
        whole.time_base = first.time_base
        whole.pts, whole.dts = first.pts, first.dts
        whole.duration = _length(first, second)
        whole.is_keyframe = first.is_keyframe
        whole.is_corrupt = first.is_corrupt or second.is_corrupt
        return whole

    def _read_parameters(self, unit: bytes) -> None:
        """Note a set of parameters, of a sequence or of its pictures."""
        bits = BitReader(unit)
        if unit[0] & 31 == _PPS:
            number, sequence = bits.golomb(), bits.golomb()
            self._sequence_of[number] = sequence
            return
        number, sequence_parameters = _sequence(bits)
        self._sequences[number] = sequence_parameters
        self._has_fields = any(known.has_fields for known in self._sequences.values())

    def _read_slice(self, unit: bytes) -> _Field | None:
        bits = BitReader(unit)
        _first_block, _kind, picture = bits.golomb(), bits.golomb(), bits.golomb()
        sequence = self._sequences.get(self._sequence_of.get(picture, 0))
        if sequence is None or not sequence.has_fields:
            return None
        if sequence.separate_planes:
            bits.fixed(2)
        number = bits.fixed(sequence.frame_number_bits)
        return _Field(number, bottom=bool(bits.fixed(1))) if bits.fixed(1) else None


def whole_frames(
    packets: Iterable[Packet[Any]], streams: Sequence[Stream]
) -> Iterator[Packet[Any]]:
    """Yield packets in their order, those of the two fields of a frame as one.

    Args:
        packets: of several streams, as a container gives them.
        streams: those streams.
    """
    pairs = {s.index: FieldPairs(s) for s in streams if is_h264(s)}
    if not pairs:
        yield from packets
        return
    held: Packet[Any] | None = None
    first: _Field | None = None
    between: list[Packet[Any]] = []
    for packet in packets:
        own = held is None or packet.stream_index == held.stream_index
        if not own and len(between) < _WAITING:
            between.append(packet)
            continue
        pair = pairs.get(packet.stream_index)
        # Fields that an edit list hides stay apart: nothing could hide what is joined.
        field = None if pair is None or packet.is_discard else pair.find(packet)
        if held is not None:
            whole = None
            if (
                pair is not None
                and field is not None
                and first is not None
                and (field.number == first.number and field.bottom != first.bottom)
            ):
                whole, field = pair.join(held, packet), None
            yield whole or held
            yield from between
            held, between = None, []
            if whole is not None:
                continue
        if field is None:
            yield packet
        else:
            held, first = packet, field
    if held is not None:
        yield held
        yield from between


def is_h264(stream: Stream) -> bool:
    """Return whether a stream is H.264."""
    return stream.codec_context is not None and stream.codec_context.name == "h264"


def _header_units(extra: bytes) -> Iterator[bytes]:
    """Yield the units of a decoder's parameters, with start codes or as in MP4 (avcC)."""
    if extra[:1] != b"\x01":
        for at in units(extra, length_size=0):
            yield extra[at : at + _PARAMETERS]
        return
    at = 5
    for count_bits in (31, 255):
        count = extra[at] & count_bits if at < len(extra) else 0
        at += 1
        for _ in range(count):
            length = int.from_bytes(extra[at : at + 2], "big")
            if unit := extra[at + 2 : at + 2 + length]:
                yield unit
            at += 2 + length


def _sequence(bits: BitReader) -> tuple[int, _Sequence]:
    """Read the parameters of a sequence as far as slices need them; return their number, too."""
    profile = bits.fixed(8)
    bits.fixed(16)
    number = bits.golomb()
    separate_planes = False
    if profile in _WITH_FORMAT:
        chroma = bits.golomb()
        separate_planes = chroma == 3 and bool(bits.fixed(1))
        bits.skip("ue ue u1")
        if bits.fixed(1):
            for index in range(12 if chroma == 3 else 8):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    frame_number_bits = bits.golomb() + 4
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.skip("u1 ue ue")
        for _ in range(min(bits.golomb(), 255)):
            bits.golomb()
    bits.skip("ue u1 ue ue")
    return number, _Sequence(not bits.fixed(1), min(frame_number_bits, 16), separate_planes)


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    if not bits.fixed(1):
        return
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _length(first: Packet[Any], second: Packet[Any]) -> int:
    """Return the ticks of a frame; some files give each of its fields those of a whole one."""
    stamps = [p.pts if p.dts is None else p.dts for p in (first, second)]
    if stamps[0] is not None and stamps[1] is not None and stamps[1] > stamps[0]:
        return 2 * (stamps[1] - stamps[0])
    return (first.duration or 0) + (second.duration or 0)
