"""Files of scores or summaries: JSON (video -> numbers or intervals) or HDF5 (a group a video).

By video, the file holds one of

- scores: a list of T numbers, one a sample; in HDF5 ``score`` (T,);
- a summary by frame: a list of N zeros and ones; in HDF5 ``machine_summary`` or ``summary`` (N,),
  which is read where there is no ``score``;
- a summary of intervals, half-open: ``{"pieces": [[start, end], ...], "unit": "seconds"}`` (or
  ``"frames"``; seconds by default), or the list of pairs alone, in seconds. A piece may be an
  object with ``start`` and ``end``, as in ``summary.json``. In HDF5: ``pieces`` (n, 2) with an
  attribute ``unit``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from vidgist.datasets.hdf5 import child, children, open_hdf5, read_array, read_attributes
from vidgist.errors import DataError
from vidgist.evaluation.summaries import Intervals
from vidgist.system.file_kind import HDF5, kind_of_file
from vidgist.system.json_file import read_json

MAX_FILE = 2**30
VECTORS = ("score", "machine_summary", "summary")
UNITS = ("seconds", "frames")

Floats = npt.NDArray[np.float64]


def read_scores(
    path: str | os.PathLike[str], *, names: Iterable[tuple[str, str]]
) -> dict[str, Floats | Intervals]:
    """Read scores or summaries, by the keys of a data set.

    Args:
        path: the file.
        names: key and name of each video of the data set; a file may use either.

    Returns:
        The video's key -> (T,) scores, (N,) zeros and ones, or intervals, for the videos that the
        file has.

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
        if isinstance(scores, Intervals):
            if not np.isfinite(scores.pieces).all() or (np.diff(scores.pieces) <= 0).any():
                raise DataError(f"{path}: {key}: a piece does not end after it starts")
        elif scores.ndim != 1 or not np.isfinite(scores).all():
            raise DataError(f"{path}: {key}: expected finite numbers, one a sample")
    return keyed


def _from_hdf5(path: Path) -> dict[str, Floats | Intervals]:
    by_name: dict[str, Floats | Intervals] = {}
    with open_hdf5(path) as file:
        for name in children(file):
            group = child(file, name)
            if not isinstance(group, h5py.Group):
                continue
            vectors = filter(None, (child(group, vector) for vector in VECTORS))
            pieces = child(group, "pieces")
            if scores := next(vectors, None):
                by_name[name] = read_array(scores, kinds="fiub", shape=(None,)).astype(np.float64)
            elif pieces is not None:
                values = read_array(pieces, kinds="fiu", shape=(None, 2))
                unit = str(read_attributes(pieces).get("unit", UNITS[0]))
                by_name[name] = Intervals(
                    pieces=values.astype(np.float64), unit=_unit(unit, f"{path}: {name}")
                )
    if not by_name:
        raise DataError(
            f"{path}: none of its groups has 'score' (or 'machine_summary' or 'pieces'); write one "
            "for each video"
        )
    return by_name


def _from_json(path: Path) -> dict[str, Floats | Intervals]:
    document = read_json(
        path,
        max_bytes=MAX_FILE,
        cure="give HDF5 with 'score' in each group, or JSON (video -> list of numbers)",
    )
    if not isinstance(document, dict):
        raise DataError(f"{path}: expected an object of video -> list of numbers")
    try:
        return {name: _entry(values, f"{path}: {name}") for name, values in document.items()}
    except OverflowError:
        raise DataError(f"{path}: holds a number beyond what a float can be") from None


def _entry(values: Any, where: str) -> Floats | Intervals:
    """Return the scores or the summary of one video of a JSON file."""
    if isinstance(values, list) and all(_is_number(v) for v in values):
        return np.array(values, dtype=np.float64)
    pieces, unit = values, UNITS[0]
    if isinstance(values, dict):
        pieces, unit = values.get("pieces"), values.get("unit", UNITS[0])
    pairs = [_pair(piece) for piece in pieces] if isinstance(pieces, list) else [None]
    if None in pairs:
        raise DataError(
            f'{where}: expected a list of numbers, one a sample, or a summary: {{"pieces": '
            '[[start, end], ...], "unit": "seconds"}'
        )
    return Intervals(
        pieces=np.array(pairs, dtype=np.float64).reshape(-1, 2), unit=_unit(unit, where)
    )


def _pair(piece: Any) -> tuple[float, float] | None:
    """Return start and end of a piece, None where it has another shape."""
    if isinstance(piece, dict):
        piece = [piece.get("start"), piece.get("end")]
    if not (isinstance(piece, list) and len(piece) == 2 and all(map(_is_number, piece))):
        return None
    return piece[0], piece[1]


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _unit(unit: Any, where: str) -> str:
    if unit not in UNITS:
        raise DataError(f"{where}: expected the unit {' or '.join(UNITS)}, got {unit!r}")
    return str(unit)
