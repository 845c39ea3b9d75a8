"""Tensors in safetensors files: written whole, described before they are read.

Such a file is a description in JSON and plain numbers: nothing in it can run.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from vidgist.errors import ModelError
from vidgist.system.files import whole_file

__all__ = [
    "MAX_BYTES",
    "Stored",
    "TensorFile",
    "Tensors",
    "open_tensors",
    "read_tensors",
    "write_tensors",
]

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


@dataclass(frozen=True)
class Stored:
    """What a file says of one tensor, before its numbers are read.

    Attributes:
        shape: its lengths.
        kind: type of the numbers, as the format calls it: "F32" and so on.
    """

    shape: tuple[int, ...]
    kind: str

    @property
    def floats(self) -> bool:
        """Whether the numbers are floats that NumPy has."""
        return self.kind in ("F16", "F32", "F64")


@dataclass(frozen=True)
class TensorFile:
    """An open file: its description, and the numbers when they are asked for.

    Attributes:
        metadata: the texts.
        stored: what each tensor is, by name.
        read: returns all tensors; of floats it makes sure that they are finite.
    """

    metadata: dict[str, str]
    stored: dict[str, Stored]
    read: Callable[[], Tensors]


@contextlib.contextmanager
def open_tensors(
    path: str | os.PathLike[str],
    *,
    cure: str = "give a model that vidgist train wrote",
) -> Iterator[TensorFile]:
    """Open a file; none of its numbers is in memory until `TensorFile.read` is called.

    A sparse file holds gigabytes of zeros in few bytes: look at ``metadata`` and ``stored`` first.

    Args:
        path: the file.
        cure: what to do about a file that cannot be used.

    Raises:
        ModelError: the file is missing, too large, of another kind, damaged, or holds NaN.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    if not path.is_file():
        raise ModelError(f"{path}: is not a file; {cure}")
    if size > MAX_BYTES:
        raise ModelError(
            f"{path}: is larger than {MAX_BYTES} bytes, which nothing of ours is; {cure}"
        )
    with contextlib.ExitStack() as stack:
        with _one_line(path, cure):
            file = stack.enter_context(safe_open(path, framework="numpy"))
            metadata = dict(file.metadata() or {})
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            stored = {
                name: Stored(tuple(part.get_shape()), part.get_dtype())
                for name, part in parts.items()
            }

        def read() -> Tensors:
            with _one_line(path, cure):
                tensors = {name: np.asarray(file.get_tensor(name)) for name in stored}
            for name, values in tensors.items():
                if values.dtype.kind == "f" and not np.isfinite(values).all():
                    raise ModelError(f"{path}: '{name[:60]}' holds NaN or infinity; {cure}")
            return tensors

        yield TensorFile(metadata, stored, read)


def read_tensors(path: str | os.PathLike[str]) -> tuple[Tensors, dict[str, str]]:
    """Return the tensors and the texts of a file that is trusted to be no larger than it should.

    Raises:
        ModelError: see `open_tensors`.
    """
    with open_tensors(path) as file:
        return file.read(), file.metadata


@contextlib.contextmanager
def _one_line(path: Path, cure: str) -> Iterator[None]:
    try:
        yield
    except (SafetensorError, OSError, TypeError, ValueError, KeyError) as error:
        raise ModelError(
            f"{path}: is not a safetensors file, or damaged ({_first_line(error)}); {cure}"
        ) from None


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:120] if lines else type(error).__name__
