"""Numbers of one video in the field's files, checked before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from vidgist.datasets.hdf5 import read_array
from vidgist.errors import DataError

__all__ = ["NUMBER", "finite", "read_n_frames", "read_picks", "whole"]

NUMBER = "iufb"
MAX_FRAMES = 100_000_000
"""Most frames that a file may claim for a video, ten days at 100 a second: much is made of them."""


def whole(values: npt.NDArray[Any], place: str) -> npt.NDArray[np.int64]:
    """Return whole numbers as integers.

    Raises:
        DataError: they are not whole.
    """
    # Files written from MATLAB or Lua hold whole numbers as floats.
    found = values.astype(np.int64) if np.all(np.abs(values) < 2**53) else None
    if found is None or not np.array_equal(found, values):
        raise DataError(f"{place}: expected whole numbers; the file is damaged or of another kind")
    return found


def finite(values: npt.NDArray[Any], place: str) -> npt.NDArray[Any]:
    """Return the values as they are.

    Raises:
        DataError: one is NaN or infinite.
    """
    if values.dtype.kind == "f" and not np.all(np.isfinite(values)):
        raise DataError(f"{place}: holds NaN or infinite values; make the file again")
    return values


def read_n_frames(present: Mapping[str, Any], place: str) -> int | None:
    """Return the number of frames: as it is said, else as the user summaries or shots have it.

    Raises:
        DataError: it is no number, or none that a video can have.
    """
    n_frames = _n_frames(present, place)
    if n_frames is not None and not 1 <= n_frames <= MAX_FRAMES:
        raise DataError(f"{place}: n_frames is {n_frames}; expected 1 to {MAX_FRAMES}")
    return n_frames


def _n_frames(present: Mapping[str, Any], place: str) -> int | None:
    said = present.get("n_frames")
    if said is None:
        summary = present.get("user_summary")
        if isinstance(summary, h5py.Dataset) and len(summary.shape or ()) == 2:
            return int(summary.shape[1]) or None
        shots = present.get("change_points")
        if shots is None or not getattr(shots, "size", 0):
            return None
        last = read_array(shots, kinds=NUMBER, ndim=2, shape=(None, 2))[-1, 1]
        return int(whole(finite(np.array(last), place), place)) + 1
    # MATLAB writes a number as an array of one.
    one = getattr(said, "shape", ()) or ()
    single = len(one) if all(n == 1 for n in one) else 0
    value = whole(finite(read_array(said, kinds=NUMBER, ndim=single), place), place)
    return int(value.reshape(()))


def read_picks(
    values: npt.NDArray[Any] | None, n_frames: int | None, place: str
) -> npt.NDArray[np.int64] | None:
    """Return the frame of each sample.

    Raises:
        DataError: they descend, or lie outside the video.
    """
    if values is None:
        return None
    picks = whole(values, place)
    if len(picks) == 0 or picks[0] < 0 or np.any(np.diff(picks) < 0):
        raise DataError(f"{place}: picks must be frame indices that do not descend, from 0")
    if n_frames is not None and picks[-1] >= n_frames:
        raise DataError(f"{place}: the last pick is {picks[-1]}, but n_frames is {n_frames}")
    return picks
