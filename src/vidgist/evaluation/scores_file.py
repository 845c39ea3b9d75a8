"""Scores or summaries that were made elsewhere: files, and values of Python.

By video, they are one of

- scores: one number a sample, or one a frame, which is read at the samples; (T, 1) and (1, T) count
  as (T,);
- a summary by frame: N zeros and ones;
- a summary of intervals, half-open, in seconds or frames, see `vidgist.datasets.intervals`.

A file is recognized by its content:

- JSON: video -> one of these, also as an object with ``scores``, ``importance``, ``pieces`` ...;
  what ``vidgist score --json`` and ``vidgist summarize`` write; a list of objects that name their
  video; JSON lines;
- CSV or TSV, see `vidgist.evaluation.scores_table`; what ``vidgist score`` writes;
- HDF5: a group a video with ``score``, ``machine_summary``, ``summary`` or ``pieces`` (with an
  attribute ``unit``), also below a group of the data set, as MSVA and VASNet write; or an array a
  video;
- NumPy: ``.npz``, an array a video; ``.npy``, one video named as the file.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.datasets.hdf5 import MAX_BYTES
from vidgist.datasets.intervals import Intervals, is_number
from vidgist.datasets.names import COLUMNS, plain_name
from vidgist.errors import DataError
from vidgist.evaluation.scores_hdf5 import scores_of_hdf5
from vidgist.evaluation.scores_table import scores_of_table
from vidgist.evaluation.scores_values import Scored, read_value
from vidgist.system.file_kind import HDF5, NUMPY, UNKNOWN, ZIP, first_bytes, kind_of_bytes
from vidgist.system.json_file import read_json
from vidgist.system.text_file import read_text_file, table_rows

MAX_FILE = 2**30
CURE = "give HDF5 with 'score' in each group, or JSON (video -> list of numbers)"


def read_scores(
    path: str | os.PathLike[str], *, names: Iterable[tuple[str, str]]
) -> dict[str, Scored]:
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
    head = first_bytes(path)
    kind = kind_of_bytes(head)
    aliases: dict[str, str] = {}
    try:
        if kind == HDF5:
            by_name, aliases = scores_of_hdf5(path)
        elif kind in (NUMPY, ZIP):
            by_name = _from_numpy(path, kind)
        elif head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            by_name = _from_json(path)
        else:
            by_name = _from_table(path, kind)
    except OverflowError:
        raise DataError(f"{path}: holds a number beyond what a float can be") from None
    return by_keys(by_name, names=names, aliases=aliases, where=str(path))


def as_scores(data: Any, *, names: Iterable[tuple[str, str]]) -> dict[str, Scored]:
    """Return scores or summaries of Python by the keys of a data set.

    Args:
        data: video -> numbers, arrays, series, or intervals; or a data frame of pandas, in a shape
            that `vidgist.evaluation.scores_table` knows.
        names: key and name of each video of the data set.

    Raises:
        DataError: a value is no scores and no summary, or none is of a video of the data.
    """
    if hasattr(data, "columns") and hasattr(data, "itertuples"):
        header = [str(name) for name in data.columns]
        cells = [["" if v is None else str(v) for v in row] for row in data.itertuples(index=False)]
        by_name = scores_of_table([header, *cells], where="scores")
    elif isinstance(data, Mapping):
        by_name = {str(n): read_value(v, f"scores: {n}") for n, v in data.items()}
    else:
        raise DataError(
            f"scores: expected video -> numbers, or a data frame, got {type(data).__name__}"
        )
    return by_keys(by_name, names=names, where="scores")


def by_keys(
    by_name: Mapping[str, Scored],
    *,
    names: Iterable[tuple[str, str]],
    where: str,
    aliases: Mapping[str, str] | None = None,
) -> dict[str, Scored]:
    """Return scores by the keys of a data set.

    A video is known by its key or its name, else by the only name that differs in nothing but case,
    folder, suffix, spaces and underscores.

    Raises:
        DataError: none is of a video of the data, a number is not finite, or a piece is empty.
    """
    plain: dict[str, list[str]] = {}
    for name in by_name:
        plain.setdefault(plain_name(name), []).append(name)
    keyed = {}
    for key, name in names:
        alike = plain.get(plain_name(name), []) if name else []
        candidates = (key, name, (aliases or {}).get(name, ""), *(alike if len(alike) == 1 else ()))
        known = next((n for n in candidates if n and n in by_name), None)
        if known is not None:
            keyed[key] = by_name[known]
    if not keyed:
        raise DataError(
            f"{where}: has scores for {', '.join(list(by_name)[:3]) or 'nothing'}, but for no "
            "video of the data set; name them by their groups, such as video_1"
        )
    for key, scores in keyed.items():
        if isinstance(scores, Intervals):
            if not np.isfinite(scores.pieces).all() or (np.diff(scores.pieces) <= 0).any():
                raise DataError(f"{where}: {key}: a piece does not end after it starts")
        elif scores.ndim != 1:
            raise DataError(f"{where}: {key}: expected finite numbers, one a sample")
        elif len(bad := np.flatnonzero(~np.isfinite(scores))):
            raise DataError(
                f"{where}: {key}: expected finite numbers, one a sample, got {scores[bad[0]]} at "
                f"sample {bad[0]}"
            )
    return keyed


def _from_numpy(path: Path, kind: str) -> dict[str, Scored]:
    """Read arrays by name; pickled ones are refused."""
    try:
        if kind == NUMPY:
            if path.stat().st_size > MAX_FILE:
                raise DataError(f"{path}: is larger than {MAX_FILE} bytes; {CURE}")
            return {path.stem: read_value(np.load(path, allow_pickle=False), str(path))}
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(".npy")]
            if not members:
                raise DataError(f"{path}: is a zip archive without arrays of NumPy; {CURE}")
            size = sum(member.file_size for member in members)
            if size > min(MAX_BYTES, 1000 * path.stat().st_size + 2**20):
                raise DataError(f"{path}: claims {size} bytes; the file is damaged or hostile")
            return {
                name: read_value(_npy(archive.read(member)), f"{path}: {name}")
                for member in members
                if (name := member.filename.removesuffix(".npy"))
            }
    except DataError:
        raise
    except Exception as error:  # of the archive, of the array's head, a pickle
        what = "holds objects, which are never read" if "pickle" in str(error) else "is damaged"
        raise DataError(f"{path}: {what}; save arrays of numbers, by video") from error


def _npy(data: bytes) -> Any:
    return np.load(io.BytesIO(data), allow_pickle=False)


def _from_table(path: Path, kind: str) -> dict[str, Scored]:
    if kind != UNKNOWN:
        raise DataError(f"{path}: is {kind}, neither JSON nor a table; {CURE}")
    text = read_text_file(path, max_bytes=MAX_FILE, cure=CURE)
    try:
        rows = table_rows(text)
    except ValueError as error:
        raise DataError(f"{path}: is damaged as a table ({error}); {CURE}") from None
    if not rows or (len(rows) < 2 and len(rows[0]) < 2):
        raise DataError(f"{path}: is {kind}, neither JSON nor a table; {CURE}")
    return scores_of_table(rows, where=str(path), single=path.stem)


def _from_json(path: Path) -> dict[str, Scored]:
    lines = _json_lines(path)
    document = read_json(path, max_bytes=MAX_FILE, cure=CURE) if lines is None else lines
    if isinstance(document, dict) and isinstance(document.get("videos"), dict):
        document = document["videos"]  # what vidgist score writes
    elif isinstance(document, dict) and isinstance(document.get("samples"), dict):
        video = document.get("video")  # summary.json
        name = str(video.get("path", "")) if isinstance(video, dict) else ""
        document = {Path(name).name or path.stem: document["samples"]}
    elif isinstance(document, list) and document and all(isinstance(v, dict) for v in document):
        return _records(document, path)
    if not isinstance(document, dict):
        raise DataError(f"{path}: expected an object of video -> list of numbers")
    return {name: read_value(values, f"{path}: {name}") for name, values in document.items()}


def _records(documents: list[dict[str, Any]], path: Path) -> dict[str, Scored]:
    """Return the scores of objects that name their video, or of the rows of a table."""
    column = next((name for name in COLUMNS if name in documents[0]), None)
    if column is None:
        raise DataError(f"{path}: expected an object of video -> list of numbers")
    values = [{k: v for k, v in one.items() if k != column} for one in documents]
    if all(all(is_number(v) or isinstance(v, str) for v in one.values()) for one in values):
        header = list(documents[0])
        rows = [[str(one.get(name, "")) for name in header] for one in documents]
        return scores_of_table([header, *rows], where=str(path))
    found: dict[str, Scored] = {}
    for one, value in zip(documents, values, strict=True):
        name = str(one.get(column, ""))
        if name in found:
            raise DataError(f"{path}: {name[:80]} stands twice; give its scores once")
        found[name] = read_value(value, f"{path}: {name}")
    return found


def _json_lines(path: Path) -> list[Any] | None:
    """Return the objects of a file with one a line, None for a file of another kind."""
    if path.stat().st_size > MAX_FILE:
        return None  # the reader of JSON says so
    lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
    if len(lines) < 2 or not all(line.strip().startswith(b"{") for line in lines):
        return None
    try:
        return [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return None
