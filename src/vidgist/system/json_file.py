"""JSON files of limited size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vidgist.errors import DataError, InputError
from vidgist.system.file_kind import JSON, kind_of_bytes


def read_json(path: Path, *, max_bytes: int, cure: str, error: type[InputError] = DataError) -> Any:
    """Read a JSON file.

    Args:
        path: the file.
        max_bytes: refuse larger files before they are read.
        cure: what to do about a file that is too large or no JSON, for the error.
        error: class of the error.

    Raises:
        InputError: of the class ``error``: the file is missing, too large or no JSON.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= max_bytes else b""
    except OSError as fault:
        raise error(
            f"{path}: cannot be read ({fault.strerror or fault}); check the path and its "
            "permissions"
        ) from fault
    if size > max_bytes:
        raise error(f"{path}: is larger than {max_bytes} bytes; {cure}")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as fault:
        kind = kind_of_bytes(data)
        what = f"damaged JSON ({fault})" if kind == JSON else f"{kind}, not JSON"
        raise error(f"{path}: is {what}; {cure}") from fault
