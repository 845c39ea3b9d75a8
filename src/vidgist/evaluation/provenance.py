"""Provenance of a table: what its numbers were made of."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from vidgist import __version__
from vidgist.evaluation.protocols import Protocol
from vidgist.system.fingerprint import file_hash

DIGITS = 16
"""Of a SHA-256, enough to tell files apart."""


def provenance(
    protocol: Protocol, data: Path, *, files: Iterable[Path] = (), splits: str = ""
) -> dict[str, str]:
    """Return the version of vidgist and of the protocol, and the hashes of all files.

    Args:
        protocol: of the table.
        data: file of the data set.
        files: of scores.
        splits: hash of the splits, "" without.

    Returns:
        ``vidgist``, ``protocol``, ``data`` and, where they play a part, ``splits`` and ``scores``.
    """
    made = {
        "vidgist": __version__,
        "protocol": f"{protocol.name} {protocol.version}",
        "data": _named(data),
    }
    if splits:
        made["splits"] = splits[:DIGITS]
    scores = [_named(path) for path in files if path.is_file()]
    return made | ({"scores": ", ".join(scores)} if scores else {})


def _named(path: Path) -> str:
    status = path.stat()
    return f"{path.name} {_hash(path, status.st_mtime_ns, status.st_size)}"


@functools.lru_cache(maxsize=256)
def _hash(path: Path, changed: int, size: int) -> str:
    """Return the hash of a file, read once for every state of it."""
    del changed, size
    return file_hash(path)[:DIGITS]
