"""Parameter sets of H.264 and HEVC, and where containers keep them.

Every picture names the parameter sets that it was encoded with by a number.  Those of two encoders
can stand in one file where their numbers differ (ITU-T H.264, 7.4.1.2.1; ISO/IEC 14496-15, 5.3.3).
"""

from __future__ import annotations

from collections.abc import Iterable

from vidgist.video.fields import BitReader
from vidgist.video.units import join_units, split_units

_SEQUENCE, _PICTURE = 7, 8
_VIDEO_HEVC, _PICTURE_HEVC = 32, 34
_MOST_SEQUENCES, _MOST_PICTURES = 31, 255
"""How many sets the header of a file counts."""

_BEGINNING = 16
"""Bytes of a parameter set that hold its number."""

MOST_NUMBER = 31
"""Greatest number of a sequence parameter set."""


def numbers(data: bytes, *, length_size: int) -> set[int]:
    """Return the numbers of the parameter sets of H.264 in a packet.

    >>> sequence, picture = bytes.fromhex("674d401f0416820d"), bytes.fromhex("68040082f02f")
    >>> numbers(join_units([sequence, picture, b"e"], length_size=4), length_size=4)
    {31}
    """
    found = set()
    for unit in split_units(data, length_size=length_size):
        kind = unit[0] & 31 if unit else 0
        if kind in (_SEQUENCE, _PICTURE):
            bits = BitReader(unit[:_BEGINNING])
            if kind == _SEQUENCE:
                bits.fixed(24)  # profile and level
            found.add(bits.golomb())
    return found


def numbers_in_header(header: bytes) -> set[int]:
    """Return the numbers of the parameter sets of H.264 in the header of a file."""
    if header[:1] != b"\x01":
        return numbers(header, length_size=0)
    sequences, pictures, _ = _parse_avcc(header)
    return numbers(join_units([*sequences, *pictures], length_size=4), length_size=4)


def with_sets(header: bytes, added: bytes) -> bytes | None:
    """Return the header of an H.264 file with further parameter sets, None where it is full.

    Args:
        header: AVCDecoderConfigurationRecord, or units with start codes.
        added: units with start codes.
    """
    if header[:1] != b"\x01":
        return header + added
    sequences, pictures, rest = _parse_avcc(header)
    for unit in split_units(added, length_size=0):
        if unit[0] & 31 == _SEQUENCE and unit not in sequences:
            sequences.append(unit)
        elif unit[0] & 31 == _PICTURE and unit not in pictures:
            pictures.append(unit)
    if len(sequences) > _MOST_SEQUENCES or len(pictures) > _MOST_PICTURES:
        return None
    return (
        header[:5]
        + bytes([0xE0 | len(sequences)])
        + join_units(sequences, length_size=2)
        + bytes([len(pictures)])
        + join_units(pictures, length_size=2)
        + rest
    )


def sets_of_hevc(header: bytes) -> list[bytes]:
    """Return the parameter sets in the header of an HEVC file.

    Args:
        header: HEVCDecoderConfigurationRecord, or units with start codes.
    """
    if header[:1] != b"\x01":
        units = split_units(header, length_size=0)
        return [unit for unit in units if unit and _is_set_of_hevc(unit)]
    found, at = [], 23
    for _ in range(header[22] if len(header) > 22 else 0):
        count = int.from_bytes(header[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(header[at : at + 2], "big")
            found.append(header[at + 2 : at + 2 + size])
            at += 2 + size
    return [unit for unit in found if unit and _is_set_of_hevc(unit)]


def has_sets_of_hevc(units: Iterable[bytes]) -> bool:
    """Return whether units of a packet are all kinds of parameter sets that HEVC has."""
    kinds = {unit[0] >> 1 & 63 for unit in units if unit}
    return kinds >= set(range(_VIDEO_HEVC, _PICTURE_HEVC + 1))


def _is_set_of_hevc(unit: bytes) -> bool:
    return _VIDEO_HEVC <= unit[0] >> 1 & 63 <= _PICTURE_HEVC


def _parse_avcc(header: bytes) -> tuple[list[bytes], list[bytes], bytes]:
    """Return the sequence and picture parameter sets of a header, and what comes after them."""
    at = 5
    lists: list[list[bytes]] = []
    for mask in (31, 255):
        count = header[at] & mask if at < len(header) else 0
        at += 1
        found = []
        for _ in range(count):
            size = int.from_bytes(header[at : at + 2], "big")
            found.append(header[at + 2 : at + 2 + size])
            at += 2 + size
        lists.append([unit for unit in found if unit])
    return lists[0], lists[1], header[at:]
