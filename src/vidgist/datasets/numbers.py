"""Checks of the numbers of one video in the field's files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from vidgist.datasets.hdf5 import read_array
from vidgist.errors import DataError

NUMBER = "iufb"
MAX_FRAMES = 100_000_000
"""Most frames of a video, ten days at 100 a second: arrays of this length are made."""


def as_integers(values: npt.NDArray[Any], path: str) -> npt.NDArray[np.int64]:
    """Return integers that are stored in any number type as int64.

    Raises:
        DataError: one has a fraction.
    """
    # Files written from MATLAB or Lua hold integers as floats.
    integers = values.astype(np.int64) if np.all(np.abs(values) < 2**53) else None
    if integers is None or not np.array_equal(integers, values):
        raise DataError(f"{path}: expected integers; the file is damaged or of another kind")
    return integers


def finite(values: npt.NDArray[Any], path: str, name: str = "") -> npt.NDArray[Any]:
    """Return the values as they are.

    Args:
        values: of a field, its samples along the first axis, along the last where it has a row an
            annotator (its name begins with ``user_``).
        path: of the video, for the error.
        name: of the field.

    Raises:
        DataError: one is NaN or infinite.
    """
    if values.dtype.kind != "f" or np.all(np.isfinite(values)):
        return values
    by_user = name.startswith("user_") and values.ndim == 2
    bad = np.argwhere(~np.isfinite(values))
    number = int(bad[0, -1 if by_user else 0]) if values.ndim else 0
    count = len({int(row[-1 if by_user else 0]) for row in bad}) if values.ndim else 1
    others = f" and {count - 1} more" if count > 1 else ""
    place = f" at place {number}{others}, counted from 0" if values.ndim else ""
    what = f"'{name}' holds" if name else "holds"
    raise DataError(f"{path}: {what} NaN or infinite values{place}; make the file again")


def read_n_frames(present: Mapping[str, Any], path: str) -> int | None:
    """Return the number of frames, else that of the user summaries or the shots.

    Raises:
        DataError: it is no number, or none that a video can have.
    """
    n_frames = _n_frames(present, path)
    if n_frames is not None and not 1 <= n_frames <= MAX_FRAMES:
        raise DataError(f"{path}: n_frames is {n_frames}; expected 1 to {MAX_FRAMES}")
    return n_frames


def _n_frames(present: Mapping[str, Any], path: str) -> int | None:
    stored = present.get("n_frames")
    if stored is None:
        summary = present.get("user_summary")
        if isinstance(summary, h5py.Dataset) and len(summary.shape or ()) == 2:
            return int(summary.shape[1]) or None
        shots = present.get("change_points")
        if shots is None or not getattr(shots, "size", 0):
            return None
        last = read_array(shots, kinds=NUMBER, shape=(None, 2))[-1, 1]
        return int(as_integers(finite(np.array(last), path), path)) + 1
    # MATLAB writes a number as an array of one.
    shape = getattr(stored, "shape", ()) or ()
    shape = shape if all(n == 1 for n in shape) else ()
    value = as_integers(finite(read_array(stored, kinds=NUMBER, shape=shape), path), path)
    return int(value.reshape(()))


def read_picks(
    values: npt.NDArray[Any] | None, n_frames: int | None, path: str
) -> npt.NDArray[np.int64] | None:
    """Return the frame of each sample.

    Raises:
        DataError: they descend, or lie outside the video.
    """
    if values is None:
        return None
    picks = as_integers(values, path)
    if len(picks) == 0 or picks[0] < 0 or np.any(np.diff(picks) < 0):
        raise DataError(f"{path}: picks must be frame indices that do not descend, from 0")
    if n_frames is not None and picks[-1] >= n_frames:
        raise DataError(f"{path}: the last pick is {picks[-1]}, but n_frames is {n_frames}")
    return picks
