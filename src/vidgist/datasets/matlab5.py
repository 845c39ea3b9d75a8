"""Reader of numbers in MATLAB 5 files, with every size checked before memory is taken.

A file is a header of 128 bytes and elements: a tag (type, number of bytes) and data, padded to 8
bytes; a variable is an element ``matrix``, mostly inside an element ``compressed``, and holds
elements itself: flags, dimensions, name, values.  `scipy.io` is not used for files from anywhere:
it follows a number type that MATLAB does not have out of its table and crashes the process
(SciPy 1.17), and takes the memory that a text or a compressed variable claims.
"""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vidgist.errors import DataError
from vidgist.system.file_kind import MATLAB5, kind_of_file

MAX_FILE = 16 * 2**20
MAX_BYTES = 256 * 2**20
"""Largest variable that is read, uncompressed."""

_HEADER = 128
_BYTE_ORDERS = {b"IM": "<", b"MI": ">"}
_MATRIX, _COMPRESSED = 14, 15
_FLAGS, _DIMENSIONS, _NAME = 6, 5, 1  # types of the elements that describe a variable
_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 12: "i8", 13: "u8"}
_TYPES |= {7: "f4", 9: "f8"}
_NUMERIC_CLASSES = range(6, 16)  # double, single and the integers
_COMPLEX = 0x0800
_HEAD = 1024
"""A variable's flags, dimensions and name lie within this many bytes of its beginning."""


class _DamageError(Exception):
    """The file contradicts itself or the format."""


class _Element(NamedTuple):
    """One element: its type and data, and the offset of the next."""

    type: int
    data: bytes
    end: int


def read_matlab5(path: str | os.PathLike[str], names: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """Read variables that are arrays of real numbers.

    Args:
        path: the file.
        names: of the variables; those that the file lacks are not in the result.

    Raises:
        DataError: the file is missing, of another kind, too large or damaged, or a variable of
            these names is no array of real numbers.

    Example:
        >>> import tempfile, scipy.io
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     scipy.io.savemat(f"{folder}/a.mat", {"FPS": 25})
        ...     read_matlab5(f"{folder}/a.mat", ["FPS"])["FPS"].tolist()
        [[25]]
    """
    path = Path(path)
    kind = kind_of_file(path)
    if kind != MATLAB5:
        raise DataError(f"{path}: is {kind}, not {MATLAB5}; give a file as it was released")
    if path.stat().st_size > MAX_FILE:
        raise DataError(f"{path}: is larger than {MAX_FILE} bytes, more than annotations take")
    raw, at = path.read_bytes(), _HEADER
    names = set(names)
    variables: dict[str, npt.NDArray[Any] | None] = {}
    try:
        order = _BYTE_ORDERS[raw[126:128]]
        while at < len(raw):
            element = _element(raw, at, order)
            variables |= _variable(element, order, names)
            at = element.end
    except (_DamageError, KeyError, struct.error, zlib.error):
        raise DataError(f"{path}: is damaged: it cannot be read; fetch it again") from None
    for name, values in variables.items():
        if values is None:
            raise DataError(f"{path}: '{name}' is not an array of real numbers")
    return {name: values for name, values in variables.items() if values is not None}


def _element(data: bytes, at: int, order: str, *, cut: bool = False) -> _Element:
    """Return the element at an offset; unless it may be ``cut`` all its data must be there."""
    type_, length = struct.unpack_from(f"{order}II", data, at)
    if type_ >> 16:  # up to four bytes are packed into the tag itself
        length, start, end = type_ >> 16, at + 4, at + 8
        if length > 4:
            raise _DamageError
        return _Element(type_ & 0xFFFF, data[start : start + length], end)
    start = at + 8
    if not cut and start + length > len(data):
        raise _DamageError
    padding = 0 if type_ == _COMPRESSED else -length % 8
    return _Element(type_, data[start : start + length], start + length + padding)


def _variable(element: _Element, order: str, names: set[str]) -> dict[str, npt.NDArray[Any] | None]:
    """Return the variable in an element by its name, if asked for; None for other than numbers."""
    compressed = element.type == _COMPRESSED
    if compressed:
        # The beginning first: variables that are not asked for are never unpacked.
        start = zlib.decompressobj().decompress(element.data, _HEAD)
        matrix = _element(start, 0, order, cut=True)
    else:
        matrix = element
    if matrix.type != _MATRIX:
        return {}
    flags = _element(matrix.data, 0, order)
    dimensions = _element(matrix.data, flags.end, order)
    label = _element(matrix.data, dimensions.end, order)
    if (flags.type, dimensions.type, label.type) != (_FLAGS, _DIMENSIONS, _NAME):
        raise _DamageError
    shape = struct.unpack(f"{order}{len(dimensions.data) // 4}i", dimensions.data)
    if not 2 <= len(shape) <= 8 or min(shape) < 0:
        raise _DamageError
    name = label.data.decode("ascii", "replace")
    if name not in names:
        return {}
    (flag,) = struct.unpack_from(f"{order}I", flags.data)
    if (flag & 0xFF) not in _NUMERIC_CLASSES or flag & _COMPLEX:
        return {name: None}
    if math.prod(shape) > MAX_BYTES or matrix.end > MAX_BYTES:
        raise _DamageError
    if compressed:
        unpacked = zlib.decompressobj().decompress(element.data, matrix.end)
        matrix = _element(unpacked, 0, order)
    values = _element(matrix.data, label.end, order)
    dtype = np.dtype(order + _TYPES[values.type])
    if len(values.data) != math.prod(shape) * dtype.itemsize:
        raise _DamageError
    array = np.frombuffer(values.data, dtype).reshape(shape, order="F")
    return {name: array.astype(dtype.newbyteorder("="))}
