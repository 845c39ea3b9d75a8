"""``batch.jsonl``: one line of JSON for every outcome, added as it comes, each line whole."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from vidgist.system.files import output_error

__all__ = ["JOURNAL", "Journal"]

JOURNAL = "batch.jsonl"


class Journal:
    """Appends lines to a file; a context manager.

    A line is on disk before `add` returns. What a run that was killed has left of a line is closed
    off, so that every later line stands by itself.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, made where missing.

        Raises:
            OutputError: it cannot be written.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            size = os.fstat(self._file).st_size
            os.lseek(self._file, max(size - 1, 0), os.SEEK_SET)
            if size and os.read(self._file, 1) != b"\n":
                self._append(b"\n")
        except OSError as error:
            raise output_error(path, error) from error

    def add(self, line: dict[str, Any]) -> None:
        """Add one line.

        Raises:
            OutputError: the disk is full; the file holds whole lines alone nevertheless.
        """
        try:
            self._append(json.dumps(line, ensure_ascii=True).encode("ascii") + b"\n")
        except OSError as error:
            raise output_error(self.path, error) from error

    def _append(self, data: bytes) -> None:
        size = os.fstat(self._file).st_size
        try:
            if os.write(self._file, data) != len(data):
                raise OSError(28, os.strerror(28))
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, size)
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)
