"""The claimed lengths of HDF5 texts of variable length, before they are read.

Such a text is stored as its length (4 bytes) and a position in a heap, and HDF5 takes the memory
that the length claims without a look at the heap.  So the length is read from the file first.  Of a
data set it is at the data set's own offset.  The library does not tell the offset of an attribute;
but the bytes before it, the attribute's message, contain its name, for which the file is searched.
"""

from __future__ import annotations

import functools
import mmap
import struct
from pathlib import Path

import h5py

# Attribute messages: version, bytes before the name, and the multiple that its parts fill.
# version, flags, sizes of name, type and space (2 bytes each), from version 3 on the encoding.
_MESSAGES = ((1, 8, 8), (2, 8, 1), (3, 9, 1))


def claimed_length(data: h5py.Dataset) -> int | None:
    """Return the bytes that one text of variable length claims, None where it is damaged."""
    offset = data.id.get_offset()
    path = Path(data.file.filename)
    base = data.file.userblock_size
    if offset is None or not 0 <= offset <= path.stat().st_size - _REFERENCE.size:
        return None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        return _claim(raw, offset, base)


def claimed_length_of_attribute(file: h5py.File, name: str | bytes) -> int | None:
    """Return the most bytes that an attribute of that name claims, None where it is damaged."""
    path = Path(file.filename)
    state = path.stat()
    raw = name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")
    return _most_claimed(path, state.st_size, state.st_mtime_ns, raw + b"\0", file.userblock_size)


@functools.lru_cache(maxsize=256)
def _most_claimed(path: Path, size: int, changed: int, name: bytes, base: int) -> int | None:
    most: int | None = None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        at = raw.find(name)
        while at >= 0:
            for version, before, padding in _MESSAGES:
                offset = _value(raw, at, len(name), version, before, padding)
                if offset is not None:
                    length = _claim(raw, offset, base)
                    if length is None:
                        return None
                    most = max(most or 0, length)
            at = raw.find(name, at + 1)
    return most


def _value(
    raw: mmap.mmap, at: int, name_size: int, version: int, before: int, padding: int
) -> int | None:
    """Return the offset of the value behind a name, if that is in an attribute's message."""
    start = at - before
    if start < 0 or raw[start] != version:
        return None
    sizes = struct.unpack_from("<HHH", raw, start + 2)
    if sizes[0] != name_size:
        return None
    value = at + sum(-(-size // padding) * padding for size in sizes)
    return value if value + _REFERENCE.size <= len(raw) else None


def _claim(raw: mmap.mmap, offset: int, base: int) -> int | None:
    """Return the length that a reference to a text claims, None where its heap is damaged.

    HDF5 itself loops forever in a damaged heap, so all of it is checked first.
    """
    length, address, _ = _REFERENCE.unpack_from(raw, offset)
    if address == 0 and length == 0:
        return 0  # nothing was ever written
    start = base + address
    if start + _HEAP.size > len(raw):
        return None
    sign, version, size = _HEAP.unpack_from(raw, start)
    end = start + size
    if (sign, version) != (b"GCOL", 1) or size < _HEAP.size or end > len(raw):
        return None
    at = start + _HEAP.size
    while at + _OBJECT.size <= end:
        number, held = _OBJECT.unpack_from(raw, at)
        # The free space, number 0, counts its own head; nothing else may be without length.
        step = held if number == 0 else _OBJECT.size + -(-held // 8) * 8
        if step < _OBJECT.size:
            return None
        at += step
    return int(length) if at <= end else None


_REFERENCE = struct.Struct("<IQI")
_HEAP = struct.Struct("<4sB3xQ")
_OBJECT = struct.Struct("<H6xQ")
