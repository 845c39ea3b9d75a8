"""Journal of a batch: a line of JSON for every result, written as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from vidgist.batch.guard import lock_output
from vidgist.system.files import output_error

JOURNAL = "batch.jsonl"


@contextlib.contextmanager
def open_journal(path: Path) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Lock a journal and give a function that appends a line, on disk when it returns.

    The file is made where it is missing. A line that a killed run left incomplete is ended, so
    that it does not damage the next one.

    Raises:
        OutputError: the journal cannot be written (also by the function, which then leaves whole
            lines only), or another batch has it open.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(lock_output(path.with_name(f".{path.name}.lock")))
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            stack.callback(os.close, file)
            size = os.fstat(file).st_size
            os.lseek(file, max(size - 1, 0), os.SEEK_SET)
            if size and os.read(file, 1) != b"\n":
                _append(file, b"\n")
        except OSError as error:
            raise output_error(path, error) from error

        def add(line: Mapping[str, Any]) -> None:
            try:
                _append(file, json.dumps(line, ensure_ascii=True).encode("ascii") + b"\n")
            except OSError as error:
                raise output_error(path, error) from error

        yield add


def _append(file: int, data: bytes) -> None:
    size = os.fstat(file).st_size
    try:
        if os.write(file, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file)
    except OSError:
        os.ftruncate(file, size)
        raise
