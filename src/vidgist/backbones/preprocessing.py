"""How a model from elsewhere wants its pictures, and where that is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import ModelError

__all__ = [
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "Preprocessing",
    "prepare",
    "read_json",
    "read_preprocessing",
    "with_values",
]

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
        rate: of a model of clips: how many of a clip's pictures make a second.
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

    def as_dict(self) -> dict[str, Any]:
        """Return the values by name, as they stand in a JSON file."""
        return asdict(self)


def _numbers(value: object, *, what: str, length: int) -> tuple[float, ...]:
    values: list[Any] = list(value) if isinstance(value, (list, tuple)) else [value] * length
    if len(values) != length or not all(
        isinstance(v, (int, float)) and not isinstance(v, bool) and abs(v) <= _MAX_NUMBER
        for v in values
    ):
        raise ModelError(f"{what}: expected {length} numbers, came {value!r}")
    return tuple(float(v) for v in values)


def _checked(name: str, value: object, *, what: str) -> object:
    if name == "scale":
        return _numbers(value, what=what, length=1)[0]
    if name in ("mean", "std"):
        numbers = _numbers(value, what=what, length=3)
        if name == "std" and min(numbers) < 1 / _MAX_NUMBER:
            raise ModelError(f"{what}: expected numbers above 0, came {value!r}")
        return numbers
    if value is None and name != "channels":
        return None
    if name == "size":
        sides = _numbers(value, what=what, length=2)
        if not all(side.is_integer() and 1 <= side <= _MAX_SIDE for side in sides):
            raise ModelError(
                f"{what}: expected height and width of 1 to {_MAX_SIDE}, came {value!r}"
            )
        return int(sides[0]), int(sides[1])
    if name == "rate":
        (rate,) = _numbers(value, what=what, length=1)
        if rate <= 0:
            raise ModelError(f"{what}: expected a number above 0, came {value!r}")
        return rate
    choices = {
        "channels": ("RGB", "BGR"),
        "layout": ("NCHW", "NHWC"),
        "token": ("first", "mean"),
    }.get(name)
    if choices is not None and value not in choices:
        raise ModelError(f"{what}: expected {' or '.join(choices)}, came {value!r}")
    if not isinstance(value, str):
        raise ModelError(f"{what}: expected a name, came {value!r}")
    return value


def with_values(base: Preprocessing, values: Mapping[str, object], *, source: str) -> Preprocessing:
    """Return ``base`` with these values in place of its own, each checked.

    Raises:
        ModelError: a name is unknown, or a value is not of its kind.
    """
    known = [field.name for field in fields(Preprocessing)]
    for name in values:
        if name not in known:
            raise ModelError(f"{source}: unknown entry '{name}', known: {', '.join(known)}")
    checked: dict[str, Any] = {
        name: _checked(name, value, what=f"{source}: {name}") for name, value in values.items()
    }
    return Preprocessing(**{**base.as_dict(), **checked})


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a small JSON file.

    Raises:
        ModelError: the file cannot be read or holds something else.
    """
    try:
        if path.stat().st_size > _MAX_JSON:
            raise ModelError(f"{path}: is larger than a settings file can be; replace it")
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: is not valid JSON ({error}); correct it") from error
    if not isinstance(document, dict):
        raise ModelError(f'{path}: expected a JSON object, such as {{"mean": [0.5, 0.5, 0.5]}}')
    return document


def read_preprocessing(path: Path, *, base: Preprocessing | None = None) -> Preprocessing:
    """Return what a JSON file says of a model's preprocessing; it may leave anything out.

    Raises:
        ModelError: the file cannot be read, or an entry of it is unknown or wrong.
    """
    return with_values(base or Preprocessing(), read_json(path), source=str(path))


def prepare(
    pixels: npt.NDArray[np.uint8], how: Preprocessing, *, dtype: npt.DTypeLike = np.float32
) -> npt.NDArray[Any]:
    """Return (B, H, W, 3) uint8 RGB pictures, or clips of them, as a model's input of that type.

    A model that takes uint8 gets the pictures' own values: it normalizes them itself.
    """
    ordered = pixels if how.channels == "RGB" else pixels[..., ::-1]
    if np.dtype(dtype) != np.uint8:
        std = np.asarray(how.std, np.float32)
        gain = np.float32(how.scale) / std
        ordered = ordered * gain - np.asarray(how.mean, np.float32) / std
    if how.layout == "NCHW":
        ordered = np.moveaxis(ordered, -1, 1)
    with np.errstate(over="ignore"):  # what half precision cannot hold shows in the features
        return np.ascontiguousarray(ordered, dtype=dtype)
