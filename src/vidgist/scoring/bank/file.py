"""Bank files: safetensors, a description in JSON and plain numbers, in which nothing can run."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from vidgist.errors import DataError
from vidgist.scoring.bank.bank import VECTORS, Bank
from vidgist.system.files import whole_file
from vidgist.types import Floats

__all__ = ["read_bank", "write_bank"]

KIND = "vidgist bank 1"
OLD_VECTORS = {"rise"}
"""What files of version 0.1 hold besides, and nothing uses."""
MAX_BYTES = 2**24
"""Largest bank file that is read: room for a million dimensions."""


def write_bank(path: str | os.PathLike[str], bank: Bank, *, overwrite: bool = False) -> None:
    """Write a bank into a file, whole or not at all.

    Raises:
        OutputError: the file exists and ``overwrite`` is False, or it cannot be written.
    """
    tensors = {name: np.asarray(getattr(bank, name), dtype=np.float32) for name in VECTORS}
    metadata = {
        "kind": KIND,
        "backbone": bank.backbone,
        "fingerprint": bank.fingerprint,
        "videos": str(bank.videos),
        "samples": str(bank.samples),
    }
    with whole_file(Path(path), overwrite=overwrite) as partial:
        partial.write_bytes(save(tensors, metadata=metadata))


def read_bank(path: str | os.PathLike[str]) -> Bank:
    """Read a bank file.

    Args:
        path: what ``vidgist bank`` wrote.

    Returns:
        Mean, deviation and common direction of its videos' features, (D,) each.

    Raises:
        DataError: it is missing, too large, of another kind, or damaged.
    """
    path = Path(path)
    cure = "give a file that vidgist bank wrote"
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read as a bank ({error.strerror}); check the path, "
            "or say 'none' for no bank or 'shipped' for that of the backbone"
        ) from None
    if not path.is_file() or size > MAX_BYTES:
        what = f"is larger than {MAX_BYTES} bytes" if path.is_file() else "is not a file"
        raise DataError(f"{path}: {what}, so no bank; {cure}")
    try:
        with safe_open(path, framework="numpy") as file:
            said = dict(file.metadata() or {})
            if said.get("kind") != KIND or set(file.keys()) - OLD_VECTORS != set(VECTORS):
                raise DataError(f"{path}: is a safetensors file, but not a bank; {cure}")
            shapes = {tuple(file.get_slice(name).get_shape()) for name in VECTORS}
            if len(shapes) != 1 or len(next(iter(shapes))) != 1:
                raise DataError(f"{path}: its vectors differ in shape; {cure}")
            tensors = {name: np.asarray(file.get_tensor(name)) for name in VECTORS}
        return _bank_from(tensors, said, source=str(path))
    except (SafetensorError, OSError, TypeError, ValueError, KeyError) as error:
        first = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise DataError(f"{path}: is no bank, or damaged ({first}); {cure}") from None


def _bank_from(tensors: Mapping[str, Floats], said: Mapping[str, str], *, source: str) -> Bank:
    if any(values.dtype.kind != "f" for values in tensors.values()):
        raise ValueError("its numbers are of the wrong type")
    common = tensors["common"].astype(np.float64)
    if math.sqrt(float(common @ common)) > 1 + 1e-3:
        raise ValueError("the mean direction in it is longer than 1")
    return Bank(
        mean=tensors["mean"].astype(np.float64),
        deviation=tensors["deviation"].astype(np.float64),
        common=common,
        videos=int(said["videos"]),
        samples=int(said["samples"]),
        backbone=said.get("backbone", ""),
        fingerprint=said.get("fingerprint", ""),
        source=source,
    )
