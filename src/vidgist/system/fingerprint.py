"""Fingerprints of files: a hash of the whole content, or a quick one of a long video."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.errors import InputError

_PIECES = 16
_PIECE = 1 << 16


def file_hash(path: Path, algorithm: str = "sha256") -> str:
    """Return the hash of a file's whole content, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def array_fingerprint(*arrays: npt.NDArray[Any]) -> str:
    """Return a hash of the type and shape of the first array and of the content of all.

    It has 32 hexadecimal digits.
    """
    digest = hashlib.sha256(f"{arrays[0].dtype} {arrays[0].shape}".encode())
    for values in arrays:
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()[:32]


def content_fingerprint(path: str | Path) -> str:
    """Return a fingerprint of a file, 32 hexadecimal digits of its size and 16 pieces of it.

    A video is recognized under another name or in another folder.  Reading a film to the end for
    this would take as long as the disk needs; size and pieces do as well, unless somebody edits a
    file in place on purpose.

    Raises:
        InputError: the file cannot be read.
    """
    path = Path(path)
    digest = hashlib.sha256()
    try:
        size = path.stat().st_size
        digest.update(str(size).encode())
        with path.open("rb") as file:
            for piece in range(_PIECES):
                file.seek(max(0, size - _PIECE) * piece // (_PIECES - 1))
                digest.update(file.read(_PIECE))
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}); check the name"
        ) from error
    return digest.hexdigest()[:32]
