"""Reader of TFRecord files: records in a row, each with its length and two checksums.

A record is stored as its length (8 bytes), the masked CRC-32C of these (4), its bytes, and their
masked CRC-32C (4); numbers are little-endian, and masking rotates the sum by 15 bits and adds a
constant.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

from vidgist.errors import DataError, MissingExtraError
from vidgist.system.file_kind import first_bytes

MAX_RECORD = 8 * 2**20
"""Largest record that is read: an hour of YouTube-8M's features takes half of it."""
_MASK = 0xA282EAD8
_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")


def masked_crc32c(data: bytes) -> int:
    """Return the checksum of ``data`` in a TFRecord file.

    Raises:
        MissingExtraError: the library for the checksum is not installed.
    """
    try:
        import google_crc32c
    except ImportError:
        raise MissingExtraError("reading YouTube-8M records", "youtube8m") from None
    crc: int = google_crc32c.value(data)
    return (((crc >> 15) | (crc << 17)) + _MASK) & 0xFFFFFFFF


def read_tfrecords(path: str | os.PathLike[str]) -> Iterator[bytes]:
    """Yield the records of a file, each checked against its sum.

    Raises:
        DataError: the file is missing, of another kind, damaged or cut off.
        MissingExtraError: the library for the checksum is not installed.
    """
    path = Path(path)
    masked_crc32c(b"")  # without the library no file can be read
    first_bytes(path, 1)
    number = 0
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while header := file.read(_HEADER.size):
            damaged = f"{path}: record {number} is damaged or cut off; fetch the file again"
            if len(header) < _HEADER.size:
                raise DataError(damaged)
            length, check = _HEADER.unpack(header)
            if masked_crc32c(header[:8]) != check:
                # The first header shows the kind of file, later ones damage.
                if number == 0:
                    raise DataError(
                        f"{path}: is not a TFRecord file; give YouTube-8M's frame-level files "
                        "(train0000.tfrecord and so on)"
                    )
                raise DataError(damaged)
            if length > MAX_RECORD or length + _FOOTER.size > size - file.tell():
                raise DataError(damaged)
            data = file.read(length)
            if masked_crc32c(data) != _FOOTER.unpack(file.read(_FOOTER.size))[0]:
                raise DataError(damaged)
            yield data
            number += 1
