"""Readers of the original annotations of TVSum and SumMe, frame by frame, and what they return.

TVSum's are one MATLAB 7.3 file (which is HDF5) with a structure ``tvsum50``.  Each field of the
structure is a column of references to one array a video: ``video`` (its YouTube id as character
codes), ``category``, ``nframes``, ``length`` (seconds), ``user_anno`` (U, N) and ``gt_score`` (N,).
The same as text is ``ydata-tvsum50-anno.tsv``: a line for each annotator of each video, with its
id, its category, and the scores of all frames with commas between them.

SumMe's are one MATLAB 5 file a video, named after it, in a folder ``GT``.  Its variables
``user_score`` (N, U), not 0 where an annotator chose the frame, and ``FPS`` are read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from vidgist.datasets.hdf5 import child, children, open_hdf5, read_array
from vidgist.datasets.intervals import Intervals
from vidgist.datasets.matlab5 import read_matlab5
from vidgist.errors import DataError
from vidgist.shapes import ShapesInRepr
from vidgist.system.text_file import read_text_file

TVSUM_ROOT = "tvsum50"
MAX_VIDEOS = 10_000
MAX_TEXT = 512 * 2**20


@dataclass(frozen=True, kw_only=True, repr=False)
class Annotation(ShapesInRepr):
    """The annotations of one video, by frame or by clip.

    Attributes:
        name: the video's name in the release.
        n_frames: number of frames N that were annotated, None where clips were.
        frame_scores: (U, N) importance of each frame to each annotator (TVSum: 1 to 5), or None.
        frame_summary: (U, N) True where an annotator chose the frame (SumMe), or None.
        frame_rate: frames per second, None where the release does not have it.
        category: TVSum's two letters, "" elsewhere.
        clips: C clips in order, which may overlap, or None.
        clip_scores: (U, C) importance of each clip to each annotator, or None.
    """

    name: str
    n_frames: int | None
    frame_scores: npt.NDArray[Any] | None = None
    frame_summary: npt.NDArray[np.bool_] | None = None
    frame_rate: float | None = None
    category: str = ""
    clips: Intervals | None = None
    clip_scores: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for name in ("frame_scores", "frame_summary"):
            values = getattr(self, name)
            if values is not None and (values.ndim != 2 or values.shape[1] != self.n_frames):
                raise ValueError(
                    f"Annotation.{name}: expected (U, {self.n_frames}), got {values.shape}"
                )


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
        root = child(file, TVSUM_ROOT)
        if not isinstance(root, h5py.Group):
            raise DataError(
                f"{path}: is an HDF5 file without '{TVSUM_ROOT}', so not TVSum's annotations; "
                "give ydata-tvsum50.mat"
            )
        names = children(root)
        missing = {"video", "nframes", "user_anno"} - set(names)
        if missing:
            raise DataError(f"{path}: '{TVSUM_ROOT}' has no '{min(missing)}'; fetch the file again")
        columns = {
            name: _tvsum_column(file, child(root, name), f"{path}: {TVSUM_ROOT}/{name}")
            for name in ("video", "category", "nframes", "length", "user_anno")
            if name in names
        }
        counts = {len(column) for column in columns.values()}
        if len(counts) != 1:
            raise DataError(
                f"{path}: the fields of '{TVSUM_ROOT}' differ in length; fetch the file again"
            )
        annotations = (
            _tvsum_video({name: column[index] for name, column in columns.items()})
            for index in range(counts.pop())
        )
        return {annotation.name: annotation for annotation in annotations}


def _tvsum_column(file: h5py.File, column: Any, path: str) -> list[h5py.Dataset]:
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
    codes = read_array(data, kinds="u", shape=(None, None)).reshape(-1)
    return "".join(map(chr, codes[:4096]))


def _number(data: h5py.Dataset) -> float:
    return float(read_array(data, kinds="fiu", shape=(1, 1))[0, 0])


def _tvsum_video(fields: dict[str, h5py.Dataset]) -> Annotation:
    n_frames = int(_number(fields["nframes"]))
    scores: npt.NDArray[Any] = read_array(fields["user_anno"], kinds="fiu", shape=(None, n_frames))
    name = _text(fields["video"])
    if not np.isfinite(scores).all():
        raise DataError(f"{name}: its annotations hold NaN or infinity; fetch the file again")
    length = _number(fields["length"]) if "length" in fields else 0.0
    return Annotation(
        name=name,
        n_frames=n_frames,
        frame_scores=_as_bytes(scores),
        frame_rate=n_frames / length if length > 0 else None,
        category=_text(fields["category"]) if "category" in fields else "",
    )


def is_tvsum_text(text: str) -> bool:
    """Return whether a text begins as TVSum's annotations do: an id, a category, scores."""
    cells = text.split("\n", 1)[0].split("\t")
    return len(cells) == 3 and cells[2].split(",", 1)[0].strip().isdecimal()


def read_tvsum_text(path: str | os.PathLike[str]) -> dict[str, Annotation]:
    """Read the annotations of all videos from ``ydata-tvsum50-anno.tsv``.

    Returns:
        The video's name (its YouTube id) -> its annotation, in the order of the file. The frame
        rate is unknown: it is in the MATLAB file alone.

    Raises:
        DataError: the file is missing, of another kind, or damaged.
    """
    path = Path(path)
    text = read_text_file(path, max_bytes=MAX_TEXT, cure="give ydata-tvsum50-anno.tsv")
    rows: dict[str, list[npt.NDArray[Any]]] = {}
    categories: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        cells = line.split("\t")
        try:
            name, category, scores = (cell.strip() for cell in cells)
            values = np.array(scores.split(","), dtype=np.float64)
            if not np.isfinite(values).all():
                raise ValueError
        except ValueError:
            raise DataError(
                f"{path}: line {number}: expected an id, a category and the scores of all frames; "
                "fetch the file again"
            ) from None
        rows.setdefault(name, []).append(values)
        categories[name] = category
    for name, values_of in rows.items():
        if len({len(values) for values in values_of}) != 1:
            raise DataError(
                f"{path}: {name[:80]}: its annotators differ in the number of frames; fetch the "
                "file again"
            )
    if not rows:
        raise DataError(f"{path}: holds no annotations; give ydata-tvsum50-anno.tsv")
    return {
        name: Annotation(
            name=name,
            n_frames=len(values_of[0]),
            frame_scores=_as_bytes(np.stack(values_of)),
            category=categories[name],
        )
        for name, values_of in rows.items()
    }


def _as_bytes(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the values as uint8 if all are integers in [0, 255], else unchanged."""
    small = np.all((values >= 0) & (values <= 255)) and np.array_equal(values, np.floor(values))
    return values.astype(np.uint8) if small else values


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
