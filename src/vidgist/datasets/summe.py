"""Reader of SumMe's annotations: one MATLAB 5 file a video, named after it, in a folder ``GT``.

Its variables ``user_score`` (N, U), not 0 where an annotator chose the frame, and ``FPS`` are read.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.datasets.annotations import Annotation
from vidgist.datasets.matlab5 import read_matlab5
from vidgist.errors import DataError

__all__ = ["read_summe", "read_summe_video"]


def read_summe(folder: str | os.PathLike[str]) -> dict[str, Annotation]:
    """Read the annotations of all videos of a folder of ``.mat`` files, or of one such file.

    Returns:
        The video's name (the file's, without its suffix) -> its annotation, sorted by name, as in
        the field's HDF5 files.

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
    variables = read_matlab5(path, ("user_score", "FPS"))
    scores = variables.get("user_score")
    if scores is None:
        raise DataError(
            f"{path}: is a MATLAB file without 'user_score', so not one of SumMe's; "
            "give a file of its folder 'GT'"
        )
    if scores.ndim != 2 or 0 in scores.shape:
        raise DataError(f"{path}: user_score: expected (frames, users), got {scores.shape}")
    return Annotation(
        name=path.stem,
        n_frames=len(scores),
        frame_summary=np.ascontiguousarray((scores > 0).T),
        frame_rate=_rate(variables.get("FPS")),
    )


def _rate(value: npt.NDArray[Any] | None) -> float | None:
    rate = 0.0 if value is None or value.size != 1 else float(value.reshape(-1)[0])
    return rate if np.isfinite(rate) and rate > 0 else None
