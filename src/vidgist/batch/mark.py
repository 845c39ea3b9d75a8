"""The mark in a folder of results: from which content and settings they come, and whether all are.

It is written before the first result and again after the last, so that a run that was killed is
told from one that is done: what it left may be replaced, and what is done need not be made again.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidgist.errors import InputError
from vidgist.system.files import whole_file
from vidgist.system.json_file import read_json

__all__ = ["MARK", "Mark", "read_mark", "remove_mark", "write_mark"]

MARK = ".vidgist.json"
"""Name of the file, hidden where names with a dot are."""

_MAX_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What is known of the results in a folder.

    Attributes:
        content: fingerprint of the video's content.
        settings: what the results depend on besides.
        done: name of each output that is finished -> the bytes of its file (0 for a folder).
        begun: names of outputs that were begun and may be there in part or from another run.
    """

    content: str
    settings: Mapping[str, Any]
    done: Mapping[str, int] = field(default_factory=dict)
    begun: tuple[str, ...] = ()


def write_mark(folder: Path, mark: Mark) -> None:
    """Write the mark, whole or not at all, over an earlier one.

    Raises:
        OutputError: it cannot be written.
    """
    document = {
        "content": mark.content,
        "settings": dict(mark.settings),
        "done": dict(mark.done),
        "begun": list(mark.begun),
    }
    with whole_file(folder / MARK, overwrite=True) as partial:
        partial.write_text(json.dumps(document, indent=1) + "\n", encoding="ascii")


def read_mark(folder: Path) -> Mark | None:
    """Return the mark of a folder; None where there is none that can be understood."""
    path = folder / MARK
    try:
        document = read_json(path, max_bytes=_MAX_BYTES, cure="")
        return Mark(
            content=str(document["content"]),
            settings=dict(document["settings"]),
            done={str(name): int(size) for name, size in document["done"].items()},
            begun=tuple(str(name) for name in document["begun"]),
        )
    except (InputError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remove_mark(folder: Path) -> None:
    """Remove the mark of a folder, where there is one."""
    with contextlib.suppress(OSError):
        (folder / MARK).unlink()
