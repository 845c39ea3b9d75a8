"""Bank files: safetensors with a description; they contain numbers and no code."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping

import numpy as np

from vidgist.errors import DataError
from vidgist.scoring.bank.bank import VECTORS, Bank
from vidgist.system.tensors import open_tensors, write_tensors
from vidgist.types import Floats

KIND = "vidgist bank 1"
OLD_VECTORS = {"rise"}
"""Vectors that files of version 0.1 also contain; they are not used."""
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
    write_tensors(path, tensors, metadata=metadata, overwrite=overwrite)


def read_bank(path: str | os.PathLike[str]) -> Bank:
    """Read a bank file.

    Args:
        path: what ``vidgist bank`` wrote.

    Returns:
        Mean, deviation and common direction of its videos' features, (D,) each.

    Raises:
        DataError: it is missing, too large, of another kind, or damaged.

    Example:
        >>> import tempfile
        >>> import vidgist
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_bank(f"{folder}/bank.safetensors", vidgist.shipped_bank("efficientnet_lite0"))
        ...     read_bank(f"{folder}/bank.safetensors").mean.shape
        (1280,)
    """
    cure = "give a file that vidgist bank wrote, or 'shipped' or 'none'"
    with open_tensors(path, cure=cure, error=DataError, max_bytes=MAX_BYTES) as file:
        if file.metadata.get("kind") != KIND or set(file.tensors) - OLD_VECTORS != set(VECTORS):
            raise DataError(f"{path}: is a safetensors file, but not a bank; {cure}")
        shapes = {file.tensors[name].shape for name in VECTORS}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            raise DataError(f"{path}: its vectors differ in shape; {cure}")
        tensors = file.read()
    try:
        return _bank_from(tensors, file.metadata, source=str(path))
    except (TypeError, ValueError, KeyError) as error:
        raise DataError(f"{path}: is a damaged bank ({error}); {cure}") from None


def _bank_from(tensors: Mapping[str, Floats], metadata: Mapping[str, str], *, source: str) -> Bank:
    if any(tensors[name].dtype.kind != "f" for name in VECTORS):
        raise ValueError("its numbers are of the wrong type")
    common = tensors["common"].astype(np.float64)
    if math.sqrt(float(common @ common)) > 1 + 1e-3:
        raise ValueError("the mean direction in it is longer than 1")
    return Bank(
        mean=tensors["mean"].astype(np.float64),
        deviation=tensors["deviation"].astype(np.float64),
        common=common,
        videos=int(metadata["videos"]),
        samples=int(metadata["samples"]),
        backbone=metadata.get("backbone", ""),
        fingerprint=metadata.get("fingerprint", ""),
        source=source,
    )
