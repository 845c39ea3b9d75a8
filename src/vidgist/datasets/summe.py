"""SumMe's original annotations: one MATLAB 5 file a video, named after it, in a folder ``GT``.

Of its variables ``user_score`` (N, U) is used: not 0 where an annotator chose the frame; and
``FPS``.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.io import loadmat, whosmat
from scipy.io.matlab import MatReadError

from vidgist.datasets.annotations import Annotation
from vidgist.datasets.sniff import MATLAB5, kind_of_file
from vidgist.errors import DataError

__all__ = ["read_summe", "read_summe_video"]

MAX_FILE = 2**20
"""Largest file that is opened: the largest of SumMe has 6 kB, and MATLAB's files are deflated."""
MAX_VALUES = 2**27
_NUMERIC = {"double", "single", "logical"} | {
    f"{s}int{b}" for s in ("", "u") for b in (8, 16, 32, 64)
}


def read_summe(folder: str | os.PathLike[str]) -> dict[str, Annotation]:
    """Read the annotations of all videos of a folder of ``.mat`` files.

    Returns:
        The video's name (the file's, without its ending) -> its annotation, sorted by name as the
        field's HDF5 files number them.

    Raises:
        DataError: there is no such folder or no such file in it, or one is wrong or damaged.
    """
    folder = Path(folder)
    if folder.is_file():
        annotation = read_summe_video(folder)
        return {annotation.name: annotation}
    if not folder.is_dir():
        raise DataError(f"{folder}: there is no such folder; give SumMe's folder 'GT'")
    files = sorted(folder.glob("*.mat"))
    if not files:
        raise DataError(f"{folder}: has no .mat file; give SumMe's folder 'GT'")
    return {path.stem: read_summe_video(path) for path in files}


def read_summe_video(path: str | os.PathLike[str]) -> Annotation:
    """Read the annotations of one video.

    Raises:
        DataError: the file is missing, of another kind, too large, or damaged.
    """
    path = Path(path)
    kind = kind_of_file(path)
    if kind != MATLAB5:
        raise DataError(f"{path}: is {kind}, not {MATLAB5}; give a file of SumMe's folder 'GT'")
    if path.stat().st_size > MAX_FILE:
        raise DataError(f"{path}: is larger than {MAX_FILE} bytes, so not one of SumMe's files")
    try:
        # Names and sizes come first, so that nothing large or strange is ever loaded.
        listed = {name: (shape, kind) for name, shape, kind in whosmat(path)}
        _check(path, listed)
        wanted = [name for name in ("user_score", "FPS") if name in listed]
        loaded = loadmat(path, variable_names=wanted)
        scores, rate = np.asarray(loaded["user_score"]), loaded.get("FPS")
    except DataError:
        raise
    except (
        MatReadError,
        OSError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        zlib.error,
    ) as error:
        raise DataError(f"{path}: is damaged: it cannot be read; fetch it again") from error
    return Annotation(
        name=path.stem,
        n_frames=len(scores),
        frame_summary=np.ascontiguousarray((scores > 0).T),
        frame_rate=_rate(rate),
    )


def _check(path: Path, listed: dict[str, tuple[tuple[int, ...], str]]) -> None:
    if "user_score" not in listed:
        raise DataError(
            f"{path}: is a MATLAB file without 'user_score', so not one of SumMe's; "
            "give a file of its folder 'GT'"
        )
    shape, kind = listed["user_score"]
    if kind not in _NUMERIC or len(shape) != 2 or 0 in shape:
        raise DataError(f"{path}: user_score is {kind} {shape}, expected numbers (frames, users)")
    if shape[0] * shape[1] > MAX_VALUES:
        raise DataError(f"{path}: user_score claims {shape[0]} x {shape[1]} values; too many")
    if "FPS" in listed and (listed["FPS"][1] not in _NUMERIC or listed["FPS"][0] != (1, 1)):
        raise DataError(f"{path}: FPS is not one number; fetch it again")


def _rate(value: npt.NDArray[Any] | None) -> float | None:
    rate = 0.0 if value is None else float(value.reshape(-1)[0])
    return rate if np.isfinite(rate) and rate > 0 else None
