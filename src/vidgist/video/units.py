"""Units (NAL) of H.264 and HEVC packets: where a decoder begins anew.

A key frame of H.264 that is no IDR picture decodes by itself, but its number continues those before
it: where it follows other pictures than in the source, decoders drop pictures as lost.  In HEVC the
same key frame (CRA) can be marked as one that follows a cut (BLA), by its type alone (ITU-T H.265,
7.4.2.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from av.packet import Packet
from av.stream import Stream

_IDR = 5
_CRA, _BLA = 21, 18
_START = b"\x00\x00\x01"


def units(data: bytes, *, length_size: int) -> Iterator[int]:
    """Yield where each unit of a packet begins, with the byte that holds its type.

    Args:
        data: of the packet.
        length_size: bytes of the length before each unit, 0 for start codes.

    >>> list(units(bytes([0, 0, 0, 2, 0x09, 0x10, 0, 0, 0, 1, 0x65]), length_size=4))
    [4, 10]
    >>> list(units(bytes([0, 0, 1, 0x67, 9, 0, 0, 0, 1, 0x41]), length_size=0))
    [3, 9]
    """
    at = 0
    if not length_size:
        while (at := data.find(_START, at) + len(_START)) >= len(_START) and at < len(data):
            yield at
        return
    while at + length_size < len(data):
        yield at + length_size
        at += length_size + int.from_bytes(data[at : at + length_size], "big")


def split_units(data: bytes, *, length_size: int) -> list[bytes]:
    """Return the units of a packet.

    >>> split_units(bytes([0, 0, 0, 1, 0x67, 9, 0, 0, 1, 0x65, 7]), length_size=0)
    [b'g\\t', b'e\\x07']
    """
    begins = list(units(data, length_size=length_size))
    if length_size:
        sizes = [int.from_bytes(data[at - length_size : at], "big") for at in begins]
        return [data[at : at + size] for at, size in zip(begins, sizes, strict=True)]
    ends = [*(at - len(_START) for at in begins[1:]), len(data)][: len(begins)]
    # Zeros at the end belong to the start code that follows: units end with a bit that is set.
    return [data[at:end].rstrip(b"\0") for at, end in zip(begins, ends, strict=True)]


def join_units(parts: Iterable[bytes], *, length_size: int) -> bytes:
    """Return the packet of some units.

    >>> join_units([b"ab", b"c"], length_size=2)
    b'\\x00\\x02ab\\x00\\x01c'
    """
    if not length_size:
        return b"".join(b"\0" + _START + unit for unit in parts)
    return b"".join(len(unit).to_bytes(length_size, "big") + unit for unit in parts)


def begins_anew(stream: Stream, packet: Packet[Any]) -> bool:
    """Return whether a key frame can be made to follow any other picture than in the source."""
    if stream.codec_context is None or stream.codec_context.name != "h264":
        return True
    data = bytes(packet)
    return any(data[at] & 31 == _IDR for at in units(data, length_size=length_size(stream)))


def after_cut(stream: Stream, packet: Packet[Any]) -> Packet[Any]:
    """Return the first packet of a part, marked as one that does not continue what is before it.

    The pictures that lead it must be left out.
    """
    if stream.codec_context.name != "hevc":
        return packet
    data = bytearray(bytes(packet))
    for at in units(bytes(data), length_size=length_size(stream)):
        if data[at] >> 1 & 63 == _CRA:
            data[at] = data[at] & 0x81 | _BLA << 1
    return with_data(packet, bytes(data))


def with_data(packet: Packet[Any], data: bytes) -> Packet[Any]:
    """Return a packet with other data, and all else the same."""
    changed: Packet[Any] = Packet(data)
    for name in ("time_base", "pts", "dts", "duration", "is_keyframe"):
        setattr(changed, name, getattr(packet, name))
    read: Any = getattr(packet, "iter_sidedata", tuple)  # PyAV 16 and later
    for side_data in read():
        changed.set_sidedata(side_data)
    return changed


def length_size(stream: Stream) -> int:
    """Return the bytes of the length before each unit, 0 where start codes separate them."""
    extra = bytes(stream.codec_context.extradata or b"")
    if len(extra) < 7 or extra[:3] == _START or extra[:4] == b"\x00" + _START:
        return 0
    at = 4 if stream.codec_context.name == "h264" else 21  # lengthSizeMinusOne of avcC and hvcC
    return (extra[at] & 3) + 1 if len(extra) > at else 0
