"""Tables of scores or summaries: CSV and TSV files, and data frames.

Four shapes are told apart by the header:

- a row a sample: a column of scores (``importance``, ``score`` ...), and one of videos (``video``
  ...), as ``vidgist score`` writes;
- a row a piece of a summary: columns of starts and ends, and one of videos;
- a column a video, named after it;
- a row a video, without a header: its name, then its scores.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from vidgist.datasets.intervals import interval_columns, table_intervals
from vidgist.datasets.names import COLUMNS
from vidgist.errors import DataError
from vidgist.evaluation.scores_values import SCORE_NAMES, SUMMARY_NAMES, Floats, Scored
from vidgist.system.text_file import column_name

INDEX_COLUMNS = ("sample", "pick", "frame", "index", "step", "time", "seconds", "t", "")
"""Columns that give the order of the rows, the first of them that is there."""

Row = Sequence[str]


def scores_of_table(rows: Sequence[Row], *, where: str, single: str = "") -> dict[str, Scored]:
    """Return the scores or summaries of a table, by the name of the video.

    Args:
        rows: of cells, the header first where there is one.
        where: the file, for errors.
        single: name of the video of a table that names none.

    Raises:
        DataError: the table is of no known shape, or a cell of it is wrong.
    """
    if rows and column_name(rows[0][0]).startswith("timecode_list"):  # of PySceneDetect
        rows = rows[1:]
    if not rows:
        raise DataError(f"{where}: is empty; give a table of scores by video")
    header = [column_name(cell) for cell in rows[0]]
    video = next((header.index(name) for name in COLUMNS if name in header), None)
    score = next((n for n in (*SCORE_NAMES, *SUMMARY_NAMES) if n in header), None)
    if score is not None or interval_columns(header) is not None:
        groups: dict[str, list[Row]] = {}
        for row in rows[1:]:
            name = single if video is None else row[video] if video < len(row) else ""
            groups.setdefault(name, []).append(row)
        if score is None:
            return {n: _intervals(header, g, f"{where}: {n}") for n, g in groups.items()}
        return {
            n: _column(header, g, header.index(score), f"{where}: {n}") for n, g in groups.items()
        }
    if any(_is_number(cell) or "," in cell for cell in rows[0][1:]):
        return _by_row(rows, where)
    if len(header) > 1 or not _is_number(rows[0][0]):
        return _by_column(rows, where)
    return {single: _vector([row[0] for row in rows], f"{where}: {single}")}


def _intervals(header: Row, rows: Sequence[Row], where: str) -> Scored:
    intervals = table_intervals(header, rows, where)
    assert intervals is not None
    return intervals


def _column(header: Row, rows: Sequence[Row], column: int, where: str) -> Floats:
    """Return the scores of one video's rows, in the order of the samples."""
    cells = [row[column] if column < len(row) else "" for row in rows]
    if len(cells) == 1 and not _is_number(cells[0]):  # all scores of a video in one cell
        return _vector(_parts(cells[0]), where)
    values = _vector(cells, where)
    index = next((header.index(n) for n in INDEX_COLUMNS if n in header), None)
    places = [_number(row[index]) if index < len(row) else None for row in rows] if index else []
    if index is None or not places or None in places:
        return values
    order = np.array(places, dtype=np.float64)
    if len(set(order.tolist())) < len(order) and header[index] in ("sample", "frame", "index"):
        raise DataError(f"{where}: a {header[index]} stands twice; give one score a sample")
    return np.asarray(values[np.argsort(order, kind="stable")])


def _by_column(rows: Sequence[Row], where: str) -> dict[str, Scored]:
    found: dict[str, Scored] = {}
    for column, name in enumerate(rows[0]):
        if column == 0 and column_name(name) in INDEX_COLUMNS:
            continue
        cells = [row[column] if column < len(row) else "" for row in rows[1:]]
        while cells and cells[-1] in ("", "nan", "NaN"):  # shorter than other columns
            cells.pop()
        _once(found, name, where)
        found[name] = _vector(cells, f"{where}: {name}")
    return found


def _by_row(rows: Sequence[Row], where: str) -> dict[str, Scored]:
    found: dict[str, Scored] = {}
    for name, *others in rows:
        _once(found, name, where)
        # TVSum has a column for the kind of the video.
        lists = [_parts(cell) for cell in others if "," in cell]
        cells = lists[0] if lists else others
        while cells and not cells[-1]:
            cells.pop()
        found[name] = _vector(cells, f"{where}: {name}")
    return found


def _once(found: dict[str, Scored], name: str, where: str) -> None:
    if name in found:
        raise DataError(f"{where}: {name[:80]} stands twice; give its scores once")


def _parts(cell: str) -> list[str]:
    return [part for part in re.split(r"[\s,;\[\]()]+", cell) if part]


def _vector(cells: Sequence[str], where: str) -> Floats:
    values = [_number(cell) for cell in cells]
    for number, value in enumerate(values, start=1):
        if value is None:
            raise DataError(
                f"{where}: row {number}: expected a number, got '{cells[number - 1][:40]}'"
            )
    return np.array(values, dtype=np.float64)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _is_number(cell: str) -> bool:
    return _number(cell) is not None
