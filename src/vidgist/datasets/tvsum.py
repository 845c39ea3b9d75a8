"""Reader of TVSum's annotations: a MATLAB 7.3 file (which is HDF5) with a structure ``tvsum50``.

Each field of the structure is a column of references to one array a video: ``video`` (its YouTube
id as character codes), ``category``, ``nframes``, ``length`` (seconds), ``user_anno`` (U, N) and
``gt_score`` (N,).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from vidgist.datasets.annotations import Annotation, as_bytes
from vidgist.datasets.hdf5 import child, children, open_hdf5, read_array
from vidgist.errors import DataError

__all__ = ["read_tvsum"]

ROOT = "tvsum50"
MAX_VIDEOS = 10_000


def read_tvsum(path: str | os.PathLike[str]) -> dict[str, Annotation]:
    """Read the annotations of all videos.

    Args:
        path: ``ydata-tvsum50.mat`` as it was released.

    Returns:
        The video's name (its YouTube id) -> its annotation, in the order of the file and of
        ``video_1`` ... ``video_50`` in the field's HDF5 files.

    Raises:
        DataError: the file is missing, of another kind, or damaged.
    """
    path = Path(path)
    with open_hdf5(path) as file:
        root = child(file, ROOT)
        if not isinstance(root, h5py.Group):
            raise DataError(
                f"{path}: is an HDF5 file without '{ROOT}', so not TVSum's annotations; "
                "give ydata-tvsum50.mat"
            )
        names = children(root)
        missing = {"video", "nframes", "user_anno"} - set(names)
        if missing:
            raise DataError(f"{path}: '{ROOT}' has no '{min(missing)}'; fetch the file again")
        columns = {
            name: _targets(file, child(root, name), f"{path}: {ROOT}/{name}")
            for name in ("video", "category", "nframes", "length", "user_anno")
            if name in names
        }
        counts = {len(column) for column in columns.values()}
        if len(counts) != 1:
            raise DataError(
                f"{path}: the fields of '{ROOT}' differ in length; fetch the file again"
            )
        annotations = (
            _read_one({name: column[index] for name, column in columns.items()})
            for index in range(counts.pop())
        )
        return {annotation.name: annotation for annotation in annotations}


def _targets(file: h5py.File, column: Any, path: str) -> list[h5py.Dataset]:
    if (
        not isinstance(column, h5py.Dataset)
        or h5py.check_ref_dtype(column.dtype) is not h5py.Reference
        or column.size is None
        or not 0 < column.size <= MAX_VIDEOS
    ):
        raise DataError(f"{path}: expected references, one a video; fetch the file again")
    targets = [file[reference] for reference in column[()].reshape(-1)]
    if not all(isinstance(target, h5py.Dataset) for target in targets):
        raise DataError(f"{path}: a reference leads to no array; fetch the file again")
    return targets


def _text(data: h5py.Dataset) -> str:
    codes = read_array(data, kinds="u", ndim=2).reshape(-1)
    return "".join(map(chr, codes[:4096]))


def _number(data: h5py.Dataset) -> float:
    return float(read_array(data, kinds="fiu", ndim=2, shape=(1, 1))[0, 0])


def _read_one(fields: dict[str, h5py.Dataset]) -> Annotation:
    n_frames = int(_number(fields["nframes"]))
    scores: npt.NDArray[Any] = read_array(
        fields["user_anno"], kinds="fiu", ndim=2, shape=(None, n_frames)
    )
    name = _text(fields["video"])
    if not np.isfinite(scores).all():
        raise DataError(f"{name}: its annotations hold NaN or infinity; fetch the file again")
    length = _number(fields["length"]) if "length" in fields else 0.0
    return Annotation(
        name=name,
        n_frames=n_frames,
        frame_scores=as_bytes(scores),
        frame_rate=n_frames / length if length > 0 else None,
        category=_text(fields["category"]) if "category" in fields else "",
    )
