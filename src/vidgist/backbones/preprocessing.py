"""The preprocessing of pictures for a model from elsewhere, and the JSON file that describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import ModelError
from vidgist.system.json_file import read_json

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

_MAX_JSON = 1 << 20
_MAX_SIDE = 4096
_MAX_NUMBER = 1e6

Triple: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """From uint8 RGB pictures to a model's input: (pixels * scale - mean) / std.

    Attributes:
        scale: factor on the pixels' values of 0 to 255.
        mean: subtracted per channel, in the model's order of channels.
        std: divided by per channel, in the model's order of channels.
        channels: the model's order of channels.
        layout: the model's order of axes; None: read from the graph.
        size: (height, width); None: read from the graph.
        input: name of the input that takes the pictures; None: the only one.
        output: name of the output that is the feature; None: the only one.
        rate: of a model of frame windows: pictures a second.
        token: of an output of one vector a patch (B, N, D): its `first` or the `mean` of all.
    """

    scale: float = 1 / 255
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD
    channels: Literal["RGB", "BGR"] = "RGB"
    layout: Literal["NCHW", "NHWC"] | None = None
    size: tuple[int, int] | None = None
    input: str | None = None
    output: str | None = None
    rate: float | None = None
    token: Literal["first", "mean"] | None = None


_CHOICES = {"channels": ("RGB", "BGR"), "layout": ("NCHW", "NHWC"), "token": ("first", "mean")}


def _numbers(value: object, *, what: str, length: int) -> tuple[float, ...]:
    values: list[Any] = list(value) if isinstance(value, (list, tuple)) else [value] * length
    if len(values) != length or not all(
        isinstance(v, (int, float)) and not isinstance(v, bool) and abs(v) <= _MAX_NUMBER
        for v in values
    ):
        raise ModelError(f"{what}: expected {length} numbers, got {value!r}")
    return tuple(float(v) for v in values)


def _check(name: str, value: object, *, what: str) -> object:
    """Return a value of `Preprocessing` in its own type."""
    if value is None and getattr(Preprocessing, name) is None:
        return None
    if name in ("scale", "rate"):
        (number,) = _numbers(value, what=what, length=1)
        if name == "rate" and number <= 0:
            raise ModelError(f"{what}: expected a number above 0, got {value!r}")
        return number
    if name in ("mean", "std"):
        numbers = _numbers(value, what=what, length=3)
        if name == "std" and min(numbers) < 1 / _MAX_NUMBER:
            raise ModelError(f"{what}: expected numbers above 0, got {value!r}")
        return numbers
    if name == "size":
        sides = _numbers(value, what=what, length=2)
        if not all(side.is_integer() and 1 <= side <= _MAX_SIDE for side in sides):
            raise ModelError(
                f"{what}: expected height and width of 1 to {_MAX_SIDE}, got {value!r}"
            )
        return int(sides[0]), int(sides[1])
    choices = _CHOICES.get(name)
    if choices is not None and value not in choices:
        raise ModelError(f"{what}: expected {' or '.join(choices)}, got {value!r}")
    if not isinstance(value, str):
        raise ModelError(f"{what}: expected a name, got {value!r}")
    return value


def with_values(base: Preprocessing, values: Mapping[str, object], *, source: str) -> Preprocessing:
    """Return ``base`` with some values replaced, each checked.

    Raises:
        ModelError: a name is unknown, or a value is of the wrong type or out of range.
    """
    known = [field.name for field in fields(Preprocessing)]
    for name in values:
        if name not in known:
            raise ModelError(f"{source}: unknown entry '{name}', known: {', '.join(known)}")
    checked: dict[str, Any] = {
        name: _check(name, value, what=f"{source}: {name}") for name, value in values.items()
    }
    return replace(base, **checked)


def read_object(path: Path) -> dict[str, Any]:
    """Read a small JSON file that holds an object.

    Raises:
        ModelError: the file cannot be read or holds something else.
    """
    document = read_json(path, max_bytes=_MAX_JSON, cure="correct it", error=ModelError)
    if not isinstance(document, dict):
        raise ModelError(f'{path}: expected a JSON object, such as {{"mean": [0.5, 0.5, 0.5]}}')
    return document


def read_preprocessing(path: Path) -> Preprocessing:
    """Read a model's preprocessing from a JSON file; what it leaves out has its default.

    Raises:
        ModelError: the file cannot be read, or an entry of it is unknown or wrong.
    """
    return with_values(Preprocessing(), read_object(path), source=str(path))


def prepare(
    pixels: npt.NDArray[np.uint8], how: Preprocessing, *, dtype: npt.DTypeLike = np.float32
) -> npt.NDArray[Any]:
    """Return (B, H, W, 3) uint8 RGB pictures, or frame windows, as a model's input of that type.

    A model of uint8 gets the pictures' own values: it normalizes them itself.
    """
    ordered = pixels if how.channels == "RGB" else pixels[..., ::-1]
    if np.dtype(dtype) != np.uint8:
        std = np.asarray(how.std, np.float32)
        gain = np.float32(how.scale) / std
        ordered = ordered * gain - np.asarray(how.mean, np.float32) / std
    if how.layout == "NCHW":
        ordered = np.moveaxis(ordered, -1, 1)
    with np.errstate(over="ignore"):  # overflow in half precision shows as features not finite
        return np.ascontiguousarray(ordered, dtype=dtype)
