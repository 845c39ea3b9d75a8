"""Intervals of videos in files: pieces of a summary, or shots, in seconds or in frames.

As JSON they are a list of pairs, of objects with ``start`` and ``end``, or an object that holds
such a list under ``pieces``, ``segments`` or ``shots``, with a ``unit``. A table has a column for
the starts and one for the ends, whose names may say the unit (``start_frame``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vidgist.datasets.record import VideoRecord
from vidgist.errors import DataError
from vidgist.types import Floats

UNITS = ("seconds", "frames")
LISTS = ("pieces", "segments", "shots")
"""Names under which a list of intervals stands."""

_COLUMNS = {
    "seconds": (
        ("start_time_(seconds)", "end_time_(seconds)"),
        ("start_seconds", "end_seconds"),
        ("start_time", "end_time"),
        ("start_s", "end_s"),
        ("start_sec", "end_sec"),
        ("start", "end"),
        ("begin", "end"),
        ("onset", "offset"),
    ),
    "frames": (("start_frame", "end_frame"), ("first_frame", "end_frame")),
}
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d+)?)")


@dataclass(frozen=True, kw_only=True)
class Intervals:
    """Intervals of a video that somebody else made, such as the pieces of a summary.

    Attributes:
        pieces: (n, 2) starts and ends, half-open.
        unit: ``seconds`` or ``frames``.
    """

    pieces: Floats
    unit: str = "seconds"

    def frames(self, record: VideoRecord) -> Floats:
        """Return the pieces (n, 2) in frames, not rounded.

        Raises:
            DataError: they are in seconds, and the video's file does not say its frame rate.
        """
        if self.unit == "frames":
            return self.pieces
        if record.frame_rate is None:
            raise DataError(
                f"{record.key}: the file does not say its frame rate ('fps'); give the pieces in "
                "frames"
            )
        return np.asarray(self.pieces * record.frame_rate)


def check_unit(unit: Any, where: str) -> str:
    """Return the unit of intervals.

    Raises:
        DataError: it is none of `UNITS`.
    """
    if unit not in UNITS:
        raise DataError(f"{where}: expected the unit {' or '.join(UNITS)}, got {unit!r}")
    return str(unit)


def is_number(value: Any) -> bool:
    """Return whether a value of a JSON document is a number."""
    return type(value) in (int, float)


def intervals_of(values: Any, where: str) -> Intervals | None:
    """Return the intervals that a value of a JSON document is, None where it is something else.

    Raises:
        DataError: the unit is unknown.
    """
    unit: Any = UNITS[0]
    if isinstance(values, Mapping):
        unit = values.get("unit", unit)
        values = next((values[name] for name in LISTS if name in values), None)
    if not isinstance(values, list):
        return None
    pairs = [_pair(piece) for piece in values]
    if None in pairs:
        return None
    pieces = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return Intervals(pieces=pieces, unit=check_unit(unit, where))


def _pair(piece: Any) -> tuple[float, float] | None:
    """Return start and end of a piece, None where it has another shape."""
    if isinstance(piece, Mapping):
        piece = [piece.get("start"), piece.get("end")]
    if not (isinstance(piece, list) and len(piece) == 2 and all(map(is_number, piece))):
        return None
    return piece[0], piece[1]


def interval_columns(header: Sequence[str]) -> tuple[int, int, str] | None:
    """Return the columns of starts and ends of a table and their unit, None where it has none.

    Args:
        header: names of the columns, in lower case with underscores for spaces.
    """
    for unit, pairs in _COLUMNS.items():
        for start, end in pairs:
            if start in header and end in header:
                return header.index(start), header.index(end), unit
    return None


def table_intervals(
    header: Sequence[str], rows: Iterable[Sequence[str]], where: str
) -> Intervals | None:
    """Return the intervals of the rows of a table, None where no column has them.

    Raises:
        DataError: a start or end is no number, or the unit is unknown.
    """
    columns = interval_columns(header)
    if columns is None:
        return None
    first, last, unit = columns
    units = set()
    pieces = []
    for number, row in enumerate(rows, start=1):
        cells = [row[i] if i < len(row) else "" for i in (first, last)]
        times = [_seconds(cell) for cell in cells]
        if None in times:
            raise DataError(
                f"{where}: row {number}: expected numbers for start and end, got "
                f"'{cells[0][:40]}' and '{cells[1][:40]}'"
            )
        pieces.append(times)
        if "unit" in header:
            units.add(row[header.index("unit")])
    if len(units) > 1:
        raise DataError(f"{where}: has several units ({', '.join(sorted(units))}); give one")
    unit = check_unit(units.pop(), where) if units else unit
    return Intervals(pieces=np.array(pieces, dtype=np.float64).reshape(-1, 2), unit=unit)


def _seconds(cell: str) -> float | None:
    """Return the number that a cell holds, in seconds where it is a clock time."""
    if match := _CLOCK.fullmatch(cell):
        return 3600 * int(match[1] or 0) + 60 * int(match[2]) + float(match[3])
    try:
        return float(cell)
    except ValueError:
        return None
