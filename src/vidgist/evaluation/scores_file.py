"""Files of scores: JSON (video -> list of T numbers) or HDF5 with ``score`` in each group."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt

from vidgist.datasets.hdf5 import child, children, open_hdf5, read_array
from vidgist.errors import DataError
from vidgist.system.file_kind import HDF5, kind_of_file
from vidgist.system.json_file import read_json

__all__ = ["read_scores"]

MAX_FILE = 2**30


def read_scores(
    path: str | os.PathLike[str], *, names: Iterable[tuple[str, str]]
) -> dict[str, npt.NDArray[np.float64]]:
    """Read scores, by the keys of a data set.

    Args:
        path: the file.
        names: key and name of each video of the data set; a file may use either.

    Returns:
        The video's key -> (T,) scores, for the videos that the file has.

    Raises:
        DataError: the file is missing, of another kind, damaged, or scores no video of the data.
    """
    path = Path(path)
    by_name = _from_hdf5(path) if kind_of_file(path) == HDF5 else _from_json(path)
    keyed = {}
    for key, name in names:
        known = key if key in by_name else name
        if known and known in by_name:
            keyed[key] = by_name[known]
    if not keyed:
        raise DataError(
            f"{path}: has scores for {', '.join(list(by_name)[:3]) or 'nothing'}, but for no video "
            "of the data set; name them by their groups, such as video_1"
        )
    for key, scores in keyed.items():
        if scores.ndim != 1 or not np.isfinite(scores).all():
            raise DataError(f"{path}: {key}: expected finite numbers, one a sample")
    return keyed


def _from_hdf5(path: Path) -> dict[str, npt.NDArray[np.float64]]:
    by_name = {}
    with open_hdf5(path) as file:
        for name in children(file):
            group = child(file, name)
            scores = child(group, "score") if isinstance(group, h5py.Group) else None
            if scores is not None:
                by_name[name] = read_array(scores, kinds="fiu", ndim=1).astype(np.float64)
    if not by_name:
        raise DataError(f"{path}: none of its groups has 'score'; write one for each video")
    return by_name


def _from_json(path: Path) -> dict[str, npt.NDArray[np.float64]]:
    document = read_json(
        path,
        max_bytes=MAX_FILE,
        cure="give HDF5 with 'score' in each group, or JSON (video -> list of numbers)",
    )
    if not isinstance(document, dict):
        raise DataError(f"{path}: expected an object of video -> list of numbers")
    for name, values in document.items():
        if not isinstance(values, list) or not all(type(v) in (int, float) for v in values):
            raise DataError(
                f"{path}: {name}: expected a list of numbers, one a sample; give an object of "
                "video -> list of numbers"
            )
    try:
        return {name: np.array(values, dtype=np.float64) for name, values in document.items()}
    except OverflowError:
        raise DataError(f"{path}: holds a number beyond what a float can be") from None
