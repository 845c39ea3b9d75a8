"""Tensors in safetensors files: written whole, read with their sizes checked first.

Such a file is a description in JSON and plain numbers: nothing in it can run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from vidgist.errors import ModelError
from vidgist.files import whole_file

__all__ = ["MAX_BYTES", "Tensors", "read_tensors", "write_tensors"]

Tensors: TypeAlias = dict[str, npt.NDArray[Any]]

MAX_BYTES = 2 * 2**30
"""Largest model file that is read."""


def write_tensors(
    path: str | os.PathLike[str],
    tensors: Mapping[str, npt.NDArray[Any]],
    *,
    metadata: Mapping[str, str],
    overwrite: bool = False,
) -> None:
    """Write tensors and texts into a file, whole or not at all.

    Raises:
        OutputError: the file exists and ``overwrite`` is False, or it cannot be written.
    """
    arrays = {name: np.ascontiguousarray(values) for name, values in tensors.items()}
    with whole_file(Path(path), overwrite=overwrite) as partial:
        partial.write_bytes(save(arrays, metadata=dict(metadata)))


def read_tensors(path: str | os.PathLike[str]) -> tuple[Tensors, dict[str, str]]:
    """Return the tensors and the texts of a file.

    Raises:
        ModelError: the file is missing, too large, of another kind, damaged, or holds NaN.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    if not path.is_file():
        raise ModelError(f"{path}: is not a file; give a model that vidgist train wrote")
    if size > MAX_BYTES:
        raise ModelError(f"{path}: is larger than {MAX_BYTES} bytes, so no model of vidgist")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = dict(file.metadata() or {})
            tensors = {name: np.asarray(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, TypeError, ValueError, KeyError) as error:
        raise ModelError(
            f"{path}: is not a safetensors file, or damaged ({_first_line(error)}); "
            "give a model that vidgist train wrote"
        ) from None
    for name, values in tensors.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ModelError(f"{path}: '{name}' holds NaN or infinity; train the model again")
    return tensors, metadata


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:120] if lines else type(error).__name__
