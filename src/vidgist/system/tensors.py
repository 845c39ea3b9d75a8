"""Safetensors files: written whole, and described before their numbers are read.

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
from safetensors.numpy import save_file

from vidgist.errors import InputError, ModelError
from vidgist.system.files import whole_file

Tensors: TypeAlias = dict[str, npt.NDArray[Any]]

MAX_BYTES = 2 * 2**30
"""Size of the largest file that is read."""


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
    arrays = {name: np.asarray(values, order="C") for name, values in tensors.items()}
    with whole_file(Path(path), overwrite=overwrite) as partial:
        save_file(arrays, partial, metadata=dict(metadata))


@dataclass(frozen=True)
class TensorInfo:
    """Shape and type of a tensor, known before its numbers are read.

    Attributes:
        shape: its lengths.
        dtype: as the format names it: "F32" and so on.
    """

    shape: tuple[int, ...]
    dtype: str

    @property
    def floats(self) -> bool:
        """Whether the numbers are floats that NumPy has."""
        return self.dtype in ("F16", "F32", "F64")


@dataclass(frozen=True)
class TensorFile:
    """An open safetensors file.

    Attributes:
        metadata: the texts by name.
        tensors: shape and type of each tensor, by name.
        read: returns all tensors; floats that are not finite are refused.
    """

    metadata: dict[str, str]
    tensors: dict[str, TensorInfo]
    read: Callable[[], Tensors]


@contextlib.contextmanager
def open_tensors(
    path: str | os.PathLike[str],
    *,
    cure: str,
    error: type[InputError] = ModelError,
    max_bytes: int = MAX_BYTES,
) -> Iterator[TensorFile]:
    """Open a file; none of its numbers is in memory until `TensorFile.read` is called.

    A sparse file holds gigabytes of zeros in few bytes: check ``metadata`` and ``tensors`` first.

    Args:
        path: the file.
        cure: what users can do about a file that cannot be used.
        error: class of the errors.
        max_bytes: size of the largest file that is read.

    Raises:
        InputError: the file is missing, too large, of another kind, damaged, or holds NaN.
    """
    path = Path(path)

    @contextlib.contextmanager
    def one_line() -> Iterator[None]:
        try:
            yield
        except (SafetensorError, OSError, TypeError, ValueError, KeyError) as reason:
            first = next(iter(str(reason).splitlines()), type(reason).__name__)[:120]
            raise error(
                f"{path}: is not a safetensors file, or damaged ({first}); {cure}"
            ) from None

    try:
        size = path.stat().st_size
    except OSError as reason:
        raise error(
            f"{path}: cannot be read ({reason.strerror}); check the path, or {cure}"
        ) from None
    if not path.is_file():
        raise error(f"{path}: is not a file; {cure}")
    if size > max_bytes:
        raise error(f"{path}: is larger than {max_bytes} bytes, too large for its kind; {cure}")
    with contextlib.ExitStack() as stack:
        with one_line():
            file = stack.enter_context(safe_open(path, framework="numpy"))
            metadata = dict(file.metadata() or {})
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            infos = {
                name: TensorInfo(tuple(part.get_shape()), part.get_dtype())
                for name, part in slices.items()
            }

        def read() -> Tensors:
            with one_line():
                tensors = {name: np.asarray(file.get_tensor(name)) for name in infos}
            for name, values in tensors.items():
                if values.dtype.kind == "f" and not np.isfinite(values).all():
                    expected = "expected finite numbers, got NaN or infinity"
                    raise error(f"{path}: '{name[:60]}': {expected}; {cure}")
            return tensors

        yield TensorFile(metadata, infos, read)
