"""Safetensors files: what is written comes back, and a limit of size is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vidgist.errors import DataError
from vidgist.system.tensors import TensorInfo, open_tensors, write_tensors


def test_tensors_come_back_as_they_were(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    tensors = {"a": rng.normal(size=(3, 4)).T, "b": np.arange(3)}
    write_tensors(tmp_path / "t", tensors, metadata={"who": "me"})
    with open_tensors(tmp_path / "t", cure="give another") as file:
        assert file.tensors == {"a": TensorInfo((4, 3), "F64"), "b": TensorInfo((3,), "I64")}
        found = file.read()
    assert file.metadata == {"who": "me"}
    for name, values in tensors.items():
        np.testing.assert_array_equal(found[name], values)


def test_errors_are_of_the_kind_and_cure_of_the_caller(tmp_path: Path) -> None:
    write_tensors(tmp_path / "t", {"a": np.array([np.nan])}, metadata={})
    how = {"cure": "give another", "error": DataError}
    with pytest.raises(DataError, match=r"larger than 9 bytes.*give another$"):
        open_tensors(tmp_path / "t", max_bytes=9, **how).__enter__()
    with (
        open_tensors(tmp_path / "t", **how) as file,
        pytest.raises(DataError, match=r"'a': expected finite numbers.*give another$"),
    ):
        file.read()
