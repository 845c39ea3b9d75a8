"""Files of shots: of one video, or of several by name.

A file is recognized by its content:

- JSON: pairs of start and end, or objects with ``start`` and ``end``, in seconds; an object that
  holds them under ``shots``, with a ``unit``, as ``summary.json`` does; or one of these by video;
- CSV or TSV with columns of starts and ends (``start``, ``start_frame`` ...), and one of videos;
  what PySceneDetect lists;
- lines of two numbers, in frames, the last frame of a shot included, as TransNetV2 writes; or of
  one number, a cut in seconds;
- HDF5 in the field's layout: ``change_points`` of each video.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.datasets.intervals import (
    Intervals,
    interval_columns,
    intervals_of,
    is_number,
    table_intervals,
)
from vidgist.datasets.names import COLUMNS, plain_name
from vidgist.errors import DataError
from vidgist.system.file_kind import HDF5, UNKNOWN, first_bytes, kind_of_bytes
from vidgist.system.json_file import read_json
from vidgist.system.text_file import column_name, read_text_file, table_rows

MAX_FILE = 256 * 2**20
CURE = "give start and end of every shot as JSON or CSV"


@dataclass(frozen=True, kw_only=True)
class ShotsFile:
    """Shots of one or several videos.

    Attributes:
        path: the file.
        videos: name of a video -> its shots; "" for the only video of a file that names none.
    """

    path: Path
    videos: Mapping[str, Intervals]

    def of(self, video: str | os.PathLike[str]) -> Intervals:
        """Return the shots of a video.

        Args:
            video: its name or path; case, folder, suffix and spaces do not matter.

        Raises:
            DataError: the file has none for it.
        """
        if "" in self.videos:
            return self.videos[""]
        wanted = plain_name(str(video))
        found = [shots for name, shots in self.videos.items() if plain_name(name) == wanted]
        if len(found) != 1:
            known = ", ".join(list(self.videos)[:3]) or "nothing"
            raise DataError(f"{self.path}: has shots of {known}, but not of {video}")
        return found[0]


def read_shots_file(path: str | os.PathLike[str]) -> ShotsFile:
    """Read a file of shots.

    Raises:
        DataError: the file is missing, damaged, or of no kind that is known.
    """
    path = Path(path)
    head = first_bytes(path)
    kind = kind_of_bytes(head)
    if kind == HDF5:
        videos = _from_hdf5(path)
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        videos = _from_json(read_json(path, max_bytes=MAX_FILE, cure=CURE), path)
    elif kind == UNKNOWN:
        videos = _from_text(path)
    else:
        raise DataError(f"{path}: is {kind}, no file of shots; {CURE}")
    if not videos or not all(len(shots.pieces) for shots in videos.values()):
        raise DataError(f"{path}: holds no shots; {CURE}")
    return ShotsFile(path=path, videos=videos)


def _from_hdf5(path: Path) -> dict[str, Intervals]:
    from vidgist.datasets.eccv16 import open_dataset

    fields = ("change_points", "n_frame_per_seg", "video_name", "n_frames")
    return {
        record.name or record.key: Intervals(
            pieces=record.shots.frames.astype(np.float64), unit="frames"
        )
        for record in open_dataset(path).records(fields=fields)
        if record.shots is not None
    }


def _from_json(document: Any, path: Path) -> dict[str, Intervals]:
    single = _intervals(document, str(path))
    if single is not None:
        return {"": single}
    if isinstance(document, dict):
        by_name = {name: _intervals(v, f"{path}: {name}") for name, v in document.items()}
        if by_name and None not in by_name.values():
            return {name: shots for name, shots in by_name.items() if shots is not None}
    raise DataError(f"{path}: is JSON, but holds no pairs of start and end; {CURE}")


def _intervals(value: Any, where: str) -> Intervals | None:
    if isinstance(value, dict) and "shots" in value:
        value = {"shots": value["shots"], **({"unit": value["unit"]} if "unit" in value else {})}
    if isinstance(value, list) and value and all(map(is_number, value)):  # cuts
        value = [[cut, cut] for cut in value]
    return intervals_of(value, where)


def _from_text(path: Path) -> dict[str, Intervals]:
    text = read_text_file(path, max_bytes=MAX_FILE, cure=CURE)
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if lines and all(len(line) == len(lines[0]) <= 2 for line in lines):
        numbers = [cell for line in lines for cell in line]
        if all(re.fullmatch(r"\d+(\.\d+)?", cell) for cell in numbers):
            cells = np.array(numbers, dtype=np.float64).reshape(len(lines), -1)
            unit = "frames" if cells.shape[1] == 2 else "seconds"
            return {"": Intervals(pieces=cells[:, [0, -1]], unit=unit)}
    try:
        rows = table_rows(text)
    except ValueError as error:
        raise DataError(f"{path}: is damaged as a table ({error}); {CURE}") from None
    if rows and column_name(rows[0][0]).startswith("timecode_list"):  # of PySceneDetect
        rows = rows[1:]
    if not rows:
        raise DataError(f"{path}: is empty; {CURE}")
    header = [column_name(cell) for cell in rows[0]]
    if interval_columns(header) is None:
        raise DataError(f"{path}: has no columns of starts and ends; {CURE}")
    column = next((header.index(name) for name in COLUMNS if name in header), None)
    groups: dict[str, list[list[str]]] = {}
    for row in rows[1:]:
        name = "" if column is None else row[column] if column < len(row) else ""
        groups.setdefault(name, []).append(row)
    found = {n: table_intervals(header, g, f"{path}: {n}".rstrip(": ")) for n, g in groups.items()}
    return {name: shots for name, shots in found.items() if shots is not None}
