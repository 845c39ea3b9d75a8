"""Checks of shapes in frozen values, and their repr by shapes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt


class ShapesInRepr:
    """Mixin whose repr shows arrays by type and shape, to fit on a line of a notebook."""

    def __repr__(self) -> str:
        def show(value: object) -> str:
            if isinstance(value, np.ndarray):
                return f"{value.dtype}{list(value.shape)}"
            if isinstance(value, tuple) and len(value) > 4:
                return f"<{len(value)} items>"
            if isinstance(value, Mapping):
                return "{" + ", ".join(f"{k}: {show(v)}" for k, v in value.items()) + "}"
            return repr(value)

        assert dataclasses.is_dataclass(self)
        shown = (f"{f.name}={show(getattr(self, f.name))}" for f in dataclasses.fields(self))
        return f"{type(self).__name__}({', '.join(shown)})"


def expect(condition: bool, name: str, expected: str, got: object) -> None:
    """Raise ValueError unless the condition holds."""
    if not condition:
        raise ValueError(f"{name}: expected {expected}, got {got}")


def expect_length(owner: str, name: str, array: npt.NDArray[Any], length: int) -> None:
    """Raise ValueError unless the array has shape (length,)."""
    expect(array.shape == (length,), f"{owner}.{name}", f"shape ({length},)", array.shape)
