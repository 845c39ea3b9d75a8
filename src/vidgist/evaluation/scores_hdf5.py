"""HDF5 files of scores or summaries, see `vidgist.evaluation.scores_file`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from vidgist.datasets.hdf5 import (
    child,
    children,
    open_hdf5,
    read_array,
    read_attributes,
    read_text,
)
from vidgist.datasets.intervals import LISTS, UNITS, Intervals, check_unit
from vidgist.errors import DataError
from vidgist.evaluation.scores_values import SCORE_NAMES, SUMMARY_NAMES, Scored, flat

DEPTH = 2
"""Groups of groups that are searched: some programs put the data set's name before the video's."""

_VECTORS = (*SCORE_NAMES, *SUMMARY_NAMES)


def scores_of_hdf5(path: Path) -> tuple[dict[str, Scored], dict[str, str]]:
    """Return the scores or summaries of a file by video, and other names of these videos.

    Raises:
        DataError: the file is damaged, or holds none.
    """
    found: dict[str, Scored] = {}
    names: dict[str, str] = {}
    with open_hdf5(path) as file:
        for name, member in _members(file, DEPTH):
            value = _value(member, f"{path}: {name}")
            if value is None:
                continue
            if name in found:
                raise DataError(
                    f"{path}: has {name} twice, in different groups; give one data set a file"
                )
            found[name] = value
            text = child(member, "video_name") if isinstance(member, h5py.Group) else None
            if isinstance(text, h5py.Dataset) and text.shape == ():
                names[read_text(text)] = name
    if not found:
        raise DataError(
            f"{path}: none of its groups has 'score' (or 'machine_summary' or 'pieces'); write one "
            "for each video"
        )
    return found, names


def _members(group: h5py.Group, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield the videos of a group by name: arrays, and groups that hold some."""
    for name in children(group):
        member = child(group, name)
        if isinstance(member, h5py.Dataset):
            yield name, member
        elif member is not None:
            inside = children(member)
            if depth > 1 and not {*_VECTORS, *LISTS} & set(inside):
                groups = [n for n in inside if isinstance(child(member, n), h5py.Group)]
                for inner, value in _members(member, depth - 1) if groups else ():
                    if inner in groups:
                        yield inner, value
            else:
                yield name, member


def _value(member: h5py.Group | h5py.Dataset, where: str) -> Scored | None:
    if isinstance(member, h5py.Dataset):
        return _vector(member) if member.dtype.kind in "fiub" and member.shape else None
    data = next(filter(None, (child(member, name) for name in _VECTORS)), None)
    if isinstance(data, h5py.Dataset):
        return _vector(data)
    pieces = next(filter(None, (child(member, name) for name in LISTS)), None)
    if pieces is None:
        return None
    values = read_array(pieces, kinds="fiu", shape=(None, 2)).astype(np.float64)
    unit = str(read_attributes(pieces).get("unit", UNITS[0]))
    return Intervals(pieces=values, unit=check_unit(unit, where))


def _vector(data: h5py.Dataset) -> Scored:
    """Return an array of shape (T,), (T, 1) or (1, T) as (T,)."""
    shape: tuple[int | None, ...] = (None,)
    if len(data.shape or ()) == 2 and 1 in data.shape:
        shape = data.shape
    return flat(read_array(data, kinds="fiub", shape=shape)).astype(np.float64)
