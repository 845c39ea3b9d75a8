"""Safe reader of HDF5 files: only plain arrays inside the file, their sizes checked first.

An HDF5 file can point to other files (external and soft links, virtual data sets, external
storage), claim sizes that it does not hold, or carry types whose reading runs code.  None of that
is part of the field's layouts, so all of it is refused before memory is taken.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from vidgist.datasets.hdf5_text import claimed_length, claimed_length_of_attribute
from vidgist.errors import DataError
from vidgist.system.file_kind import HDF5, VIDEO, kind_of_file

MAX_BYTES = 4 * 2**30
"""Largest array that is read."""
FREE_BYTES = 64 * 2**20
"""Up to this size an array may be compressed as far as deflate can (about 1000 to 1)."""
MAX_RATIO = 100
"""Highest compression ratio beyond `FREE_BYTES`."""
MAX_MEMBERS = 200_000
MAX_TEXT = 4096
MAX_ATTRIBUTES = 256
# deflate, shuffle, fletcher32, lzf, blosc and zstd; others, like scale-offset, can make any size
# from nothing.
_KNOWN_FILTERS = {1, 2, 3, 32000, 32001, 32015}
_COMPRESSORS = {1, 32000, 32001, 32015}


@contextlib.contextmanager
def open_hdf5(path: str | os.PathLike[str]) -> Iterator[h5py.File]:
    """Open an HDF5 file to read; every failure of HDF5 in the block becomes a `DataError`.

    Raises:
        DataError: the file is missing, of another kind, or damaged.
    """
    path = Path(path)
    kind = kind_of_file(path)
    if kind != HDF5:
        cure = "give a file in the field's HDF5 layout"
        if kind == VIDEO:
            cure = "make one of it with vidgist features"
        raise DataError(f"{path}: is {kind}, not {HDF5}; {cure}")
    try:
        with h5py.File(path, "r", locking="best-effort") as file, _budget(file, path):
            yield file
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        # The library's messages have several lines and name its own functions.
        raise DataError(
            f"{path}: is damaged: HDF5 cannot read it to the end; fetch or make it again"
        ) from error


@dataclass
class _Budget:
    """Bytes that the arrays read of an open file claim together, once under each name."""

    size: int
    opened: int = 0
    floats: int = 0
    repeated: int = 0
    names: dict[int, set[str]] = field(default_factory=dict)


_budgets: dict[int, _Budget] = {}
"""By HDF5's number of the open file: h5py's objects do not know through which they were reached."""


@contextlib.contextmanager
def _budget(file: h5py.File, path: Path) -> Iterator[None]:
    number = h5py.h5o.get_info(file.id).fileno
    budget = _budgets.setdefault(number, _Budget(path.stat().st_size))
    budget.opened += 1
    try:
        yield
    finally:
        budget.opened -= 1
        if not budget.opened:
            _budgets.pop(number, None)


def _charge(data: h5py.Dataset, size: int) -> None:
    """Add an array to the bytes that its file claims.

    An array that is small enough alone can be in the file under a thousand names, or a thousand
    times.  Floats hardly compress; flags like those of ``user_summary`` compress as far as deflate
    can, so of these only the names beyond the first count.

    Raises:
        DataError: together they claim more than any regular file.
    """
    info = h5py.h5o.get_info(data.id)
    budget = _budgets.get(info.fileno)
    if budget is None:
        return
    names = budget.names.setdefault(info.addr, set())
    if data.name in names:
        return
    budget.repeated += size if names else 0
    budget.floats += size if data.dtype.kind == "f" else 0
    names.add(data.name)
    for claimed, what in (
        (budget.repeated, "arrays under several names"),
        (budget.floats, "arrays of floats"),
    ):
        if claimed > FREE_BYTES and claimed > MAX_RATIO * budget.size:
            raise DataError(
                f"{where(data)}: with it, {what} claim {claimed} bytes of a file of {budget.size}; "
                "the file is damaged or hostile, fetch or make it again"
            )


def children(group: h5py.Group) -> list[str]:
    """Return the names in a group, in the file's order.

    Raises:
        DataError: there are more than `MAX_MEMBERS`.
    """
    if len(group) > MAX_MEMBERS:
        raise DataError(
            f"{where(group)}: holds {len(group)} members, more than {MAX_MEMBERS}; "
            "split the file into smaller ones"
        )
    return list(group)


def where(thing: h5py.Group | h5py.Dataset) -> str:
    """Return the file of an object and its path in it, for errors."""
    return f"{thing.file.filename}: {thing.name}"


def child(group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset | None:
    """Return a member of a group, None where there is none.

    Raises:
        DataError: the member is a link to another place.
    """
    link = group.get(name, getlink=True)
    if link is None:
        return None
    if not isinstance(link, h5py.HardLink):
        raise DataError(
            f"{where(group)}: '{name}' is a link to another place, which is not followed; "
            "copy the data into the file (h5repack or h5copy)"
        )
    member = group[name]
    return member if isinstance(member, (h5py.Group, h5py.Dataset)) else None


def _check_storage(data: h5py.Dataset, size: int) -> None:
    plist = data.id.get_create_plist()
    if data.is_virtual or data.external:
        raise DataError(
            f"{where(data)}: its values lie in other files, which are not opened; "
            "copy the data into the file (h5repack)"
        )
    codes = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    if set(codes) - _KNOWN_FILTERS or sum(c in _COMPRESSORS for c in codes) > 1:
        raise DataError(
            f"{where(data)}: is stored with the filters {codes}, of which not all are supported; "
            "store it again with gzip (h5repack -f GZIP=1)"
        )
    stored = int(data.id.get_storage_size())
    chunk = math.prod(data.chunks) * data.dtype.itemsize if data.chunks else 0
    largest = max(size, chunk)
    if largest > MAX_BYTES:
        raise DataError(
            f"{where(data)}: claims {largest} bytes, more than {MAX_BYTES}; "
            "split the video into parts"
        )
    if largest > FREE_BYTES and largest > MAX_RATIO * stored:
        raise DataError(
            f"{where(data)}: claims {largest} bytes of which the file holds {stored}; "
            "the file is damaged or hostile, fetch or make it again"
        )


def read_array(
    data: h5py.Group | h5py.Dataset | None,
    *,
    kinds: str,
    shape: tuple[int | None, ...],
) -> npt.NDArray[Any]:
    """Read a whole array after checking its kind, shape and size.

    Args:
        data: from `child`.
        kinds: the allowed kinds of NumPy type, such as "f" or "iub".
        shape: expected lengths, None for any.

    Raises:
        DataError: it is no array, of another kind or shape, too large, or in another file.
    """
    if not isinstance(data, h5py.Dataset):
        raise DataError(f"{'' if data is None else where(data)}: is not an array; {_MAKE_AGAIN}")
    if data.dtype.kind not in kinds:
        raise DataError(
            f"{where(data)}: expected {_kinds(kinds)}, got type '{data.dtype}'; {_MAKE_AGAIN}"
        )
    if (
        data.shape is None
        or len(data.shape) != len(shape)
        or any(n not in (None, length) for n, length in zip(shape, data.shape, strict=True))
    ):
        lengths = ", ".join("any" if n is None else str(n) for n in shape)
        shown = f"shape ({lengths}{',' * (len(shape) == 1)})" if shape else "one value"
        raise DataError(f"{where(data)}: expected {shown}, got {data.shape}; {_MAKE_AGAIN}")
    size = math.prod(data.shape) * data.dtype.itemsize
    _check_storage(data, size)
    _charge(data, size)
    return np.asarray(data[()])


_MAKE_AGAIN = "this is not the field's layout, make the file again"


def _kinds(kinds: str) -> str:
    names = {"f": "floats", "i": "integers", "u": "integers", "b": "booleans"}
    return " or ".join(dict.fromkeys(names.get(k, k) for k in kinds))


def read_text(data: h5py.Group | h5py.Dataset | None) -> str:
    """Read one short text, stored with a fixed or a variable length.

    Raises:
        DataError: it is not one short text.
    """
    if not isinstance(data, h5py.Dataset) or data.shape != ():
        raise DataError(f"{'' if data is None else where(data)}: expected one text; {_MAKE_AGAIN}")
    if h5py.check_string_dtype(data.dtype) is None or data.dtype.itemsize > MAX_TEXT:
        raise DataError(
            f"{where(data)}: expected one short text, got '{data.dtype}'; {_MAKE_AGAIN}"
        )
    _check_storage(data, data.dtype.itemsize)
    if _is_variable(data.dtype):
        claimed = claimed_length(data)
        if claimed is None or claimed > MAX_TEXT:
            raise DataError(f"{where(data)}: is not a text of at most {MAX_TEXT} bytes")
    value = data[()]
    raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "surrogateescape")


def _is_variable(dtype: np.dtype[Any]) -> bool:
    info = h5py.check_string_dtype(dtype)
    return info is not None and info.length is None


def read_attributes(thing: h5py.Group | h5py.Dataset) -> dict[str, str | float]:
    """Return the attributes that are one short text or one number."""
    attributes: dict[str, str | float] = {}
    for name in list(thing.attrs)[:MAX_ATTRIBUTES]:
        stored = thing.attrs.get_id(name)
        text = h5py.check_string_dtype(stored.dtype) is not None
        if stored.shape != () or stored.dtype.itemsize > MAX_TEXT:
            continue
        if not text and stored.dtype.kind not in "fiub":
            continue
        if text and _is_variable(stored.dtype):
            claimed = claimed_length_of_attribute(thing.file, name)
            if claimed is None or claimed > MAX_TEXT:
                continue
        value = thing.attrs[name]
        if isinstance(value, bytes):
            value = value.decode("utf-8", "surrogateescape")
        key = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
        attributes[key] = value[:MAX_TEXT] if isinstance(value, str) else float(value)
    return attributes
