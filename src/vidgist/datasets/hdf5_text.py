"""How long HDF5 texts of free length claim to be, before they are read.

A text of free length is stored as its length (4 bytes) and a place in a heap, and HDF5 takes the
memory that the length claims without a look at the heap. So the length is read from the file first.
For a data set it lies at the data set's own offset. For an attribute the library does not tell
where; but the bytes before it, the attribute's message, hold its name, by which they are found.
"""

from __future__ import annotations

import functools
import mmap
import struct
from pathlib import Path

import h5py

__all__ = ["claimed_length", "claimed_length_of_attribute"]

# Versions of the attribute message: bytes before the name, and to what its parts are padded.
# version, flags, sizes of name, type and space (2 bytes each), from version 3 on the encoding.
_MESSAGES = ((1, 8, 8), (2, 8, 1), (3, 9, 1))


def claimed_length(data: h5py.Dataset) -> int | None:
    """Return how many bytes one text of free length claims, None where that cannot be found."""
    offset = data.id.get_offset()
    if offset is None:
        return None
    with Path(data.file.filename).open("rb") as file:
        file.seek(offset)
        raw = file.read(4)
    return int(struct.unpack("<I", raw)[0]) if len(raw) == 4 else None


def claimed_length_of_attribute(file: h5py.File, name: str) -> int | None:
    """Return the most that any attribute of that name in the file claims, None where unknown."""
    path = Path(file.filename)
    state = path.stat()
    return _most_claimed(path, state.st_size, state.st_mtime_ns, name.encode("utf-8") + b"\0")


@functools.lru_cache(maxsize=256)
def _most_claimed(path: Path, size: int, changed: int, name: bytes) -> int | None:
    most: int | None = None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        at = raw.find(name)
        while at >= 0:
            for version, before, padding in _MESSAGES:
                length = _length(raw, at, len(name), version, before, padding)
                if length is not None:
                    most = max(most or 0, length)
            at = raw.find(name, at + 1)
    return most


def _length(
    raw: mmap.mmap, at: int, name_size: int, version: int, before: int, padding: int
) -> int | None:
    """Return the length behind a name, if it is that of an attribute's message of this version."""
    start = at - before
    if start < 0 or raw[start] != version:
        return None
    sizes = struct.unpack_from("<HHH", raw, start + 2)
    if sizes[0] != name_size:
        return None
    value = at + sum(-(-size // padding) * padding for size in sizes)
    return int(struct.unpack_from("<I", raw, value)[0]) if value + 4 <= len(raw) else None
