"""Text files of limited size, and tables in them (CSV, TSV)."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from vidgist.errors import DataError
from vidgist.system.file_kind import first_bytes, kind_of_bytes

_DELIMITERS = ("\t", ",", ";", "|")


def read_text_file(path: Path, *, max_bytes: int, cure: str) -> str:
    """Read a file of UTF-8 text, without the mark of byte order.

    Args:
        path: the file.
        max_bytes: refuse larger files before they are read.
        cure: what to do about a file that is too large or no text, for the error.

    Raises:
        DataError: the file is missing, too large, or no text.
    """
    head = first_bytes(path)
    if path.stat().st_size > max_bytes:
        raise DataError(f"{path}: is larger than {max_bytes} bytes; {cure}")
    try:
        if b"\0" in head:
            raise UnicodeError
        return path.read_text(encoding="utf-8-sig")
    except UnicodeError:
        kind = kind_of_bytes(head)
        raise DataError(f"{path}: is {kind}, no text in UTF-8; {cure}") from None


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of a table, row by row, without empty rows.

    Columns are separated by tabs, commas, semicolons or bars: by the first of these in the first
    row.

    >>> table_rows("video;score\\none;0.5")
    [['video', 'score'], ['one', '0.5']]

    Raises:
        ValueError: a quoted cell does not end, or is longer than 131,072 characters.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    first = lines[0] if lines else ""
    delimiter = next((d for d in _DELIMITERS if d in first), ",")
    if delimiter == "\t" and '"' not in text:  # cells may be longer than the csv module takes
        rows = [line.split("\t") for line in lines]
    else:
        try:
            rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise ValueError(str(error)) from None
    stripped = ([cell.strip() for cell in row] for row in rows)
    return [row for row in stripped if any(row)]


def column_name(cell: str) -> str:
    """Return the name of a column in lower case, with underscores for spaces.

    >>> column_name("Start Frame")
    'start_frame'
    """
    return re.sub(r"\s+", "_", cell.strip()).casefold()
