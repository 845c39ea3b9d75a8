"""Numbers out of MATLAB 5 files, with every size checked before memory is taken.

A file is a header of 128 bytes and elements: a tag (type, number of bytes) and data, padded to 8
bytes; a variable is an element ``matrix``, mostly inside an element ``compressed``, and holds
elements itself: flags, dimensions, name, values. General readers of the format follow what a file
claims into the air; here a file is small, what is wanted of it are plain arrays of numbers, and all
else is passed over.
"""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.errors import DataError
from vidgist.system.file_kind import MATLAB5, kind_of_file

__all__ = ["MAX_BYTES", "MAX_FILE", "read_matlab5"]

MAX_FILE = 16 * 2**20
MAX_BYTES = 256 * 2**20
"""Largest variable that is read, unpacked."""

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_TYPES = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
_NUMERIC_CLASSES = range(6, 16)  # double, single and the integers
_COMPLEX = 0x0800
_HEAD = 1024
"""A variable's flags, dimensions and name lie in so many bytes at its beginning."""


class _DamageError(Exception):
    """What the file says cannot be."""


@dataclass(frozen=True)
class _Element:
    """One element: its type and data, and where the next begins."""

    type: int
    data: memoryview
    claimed: int
    end: int


def read_matlab5(path: str | os.PathLike[str], names: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """Read variables that are arrays of real numbers.

    Args:
        path: the file.
        names: which variables; those that the file lacks are not in the result.

    Raises:
        DataError: the file is missing, of another kind, too large or damaged, or a variable of
            these names is no array of real numbers.
    """
    path = Path(path)
    kind = kind_of_file(path)
    if kind != MATLAB5:
        raise DataError(f"{path}: is {kind}, not {MATLAB5}; give a file as it was released")
    if path.stat().st_size > MAX_FILE:
        raise DataError(f"{path}: is larger than {MAX_FILE} bytes, more than annotations take")
    raw = path.read_bytes()
    wanted = set(names)
    try:
        order = {b"IM": "<", b"MI": ">"}.get(raw[126:128])
        if order is None:
            raise _DamageError
        found = {}
        for element in _elements(memoryview(raw)[_HEADER:], order):
            variable = _variable(element, order, wanted)
            if variable is not None:
                name, values = variable
                if values is None:
                    raise DataError(f"{path}: '{name}' is not an array of real numbers")
                found[name] = values
    except (_DamageError, zlib.error):
        raise DataError(f"{path}: is damaged: it cannot be read; fetch it again") from None
    return found


def _number(data: memoryview, at: int, kind: str, order: str) -> int:
    size = np.dtype(kind).itemsize
    if at + size > len(data):
        raise _DamageError
    return int(np.frombuffer(data[at : at + size], dtype=order + kind)[0])


def _element(data: memoryview, at: int, order: str, *, whole: bool = True) -> _Element:
    """Return the element at an offset; with ``whole`` all its data must be there."""
    type_ = _number(data, at, "u4", order)
    if type_ >> 16:  # up to four bytes are packed into the tag itself
        length = type_ >> 16
        if length > 4 or at + 8 > len(data):
            raise _DamageError
        return _Element(type_ & 0xFFFF, data[at + 4 : at + 4 + length], length, at + 8)
    length = _number(data, at + 4, "u4", order)
    if whole and at + 8 + length > len(data):
        raise _DamageError
    padded = length if type_ == _COMPRESSED else length + -length % 8
    return _Element(type_, data[at + 8 : at + 8 + length], length, at + 8 + padded)


def _elements(data: memoryview, order: str) -> Iterator[_Element]:
    at = 0
    while at < len(data):
        element = _element(data, at, order)
        yield element
        at = element.end


def _variable(
    element: _Element, order: str, wanted: set[str]
) -> tuple[str, npt.NDArray[Any] | None] | None:
    """Return name and values of a variable; None for the values if not numbers, or if unwanted."""
    if element.type == _COMPRESSED:
        # Look at the beginning first: what is not wanted is never unpacked.
        start = memoryview(zlib.decompressobj().decompress(bytes(element.data), _HEAD))
        matrix = _element(start, 0, order, whole=False)
    else:
        matrix = element
    if matrix.type != _MATRIX:
        return None
    name, shape, numeric, at = _head(matrix.data, order)
    if name not in wanted:
        return None
    if not numeric:
        return name, None
    if math.prod(shape) > MAX_BYTES or matrix.claimed > MAX_BYTES:
        raise _DamageError
    if element.type == _COMPRESSED:
        unpacked = zlib.decompressobj().decompress(bytes(element.data), matrix.claimed + 8)
        matrix = _element(memoryview(unpacked), 0, order)
    values = _element(matrix.data, at, order)
    kind = _TYPES.get(values.type)
    if kind is None or len(values.data) != math.prod(shape) * np.dtype(kind).itemsize:
        raise _DamageError
    array = np.frombuffer(values.data, dtype=order + kind).reshape(shape, order="F")
    return name, array.astype(kind)


def _head(data: memoryview, order: str) -> tuple[str, tuple[int, ...], bool, int]:
    """Return a variable's name, shape, whether it is real numbers, and where the values begin."""
    flags = _element(data, 0, order)
    dimensions = _element(data, flags.end, order)
    name = _element(data, dimensions.end, order)
    if flags.type != 6 or dimensions.type != 5 or name.type != 1 or len(dimensions.data) % 4:
        raise _DamageError
    flag = _number(flags.data, 0, "u4", order)
    shape = tuple(int(n) for n in np.frombuffer(dimensions.data, dtype=order + "i4"))
    if not 2 <= len(shape) <= 8 or min(shape) < 0:
        raise _DamageError
    numeric = (flag & 0xFF) in _NUMERIC_CLASSES and not flag & _COMPLEX
    return bytes(name.data).decode("ascii", "replace"), shape, numeric, name.end
