"""Any image model in an ONNX file as a feature extractor.

Size, layout and number type of the input are read from the graph; the normalization and what the
graph leaves open from ``FILE.json`` beside it (see `vidgist.backbones.preprocessing`).  An output
(B, D) is the feature, one of (B, D, H, W) is averaged over the picture, and of one of (B, N, D), a
vector a patch, the JSON's ``token`` chooses.

An input of five axes, (B, F, H, W, 3) or (B, 3, F, H, W), takes frame windows of F pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.backbones.backbone import (
    Pixels,
    Vectors,
    check_pixels,
    fingerprint_of,
    sample_shape,
)
from vidgist.backbones.onnx_check import external_files, parse_model
from vidgist.backbones.preprocessing import (
    Preprocessing,
    prepare,
    read_preprocessing,
    with_values,
)
from vidgist.backbones.session import Session
from vidgist.errors import ModelError
from vidgist.system.fingerprint import file_hash
from vidgist.types import FrameWindow

_NUMBERS = {
    "tensor(uint8)": np.uint8,
    "tensor(float16)": np.float16,
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
}
_FEATURES = ("image_embeds", "pooler_output", "last_hidden_state")
"""Usual names of the output that is the feature, the best first."""

WINDOW_RATE = "vidgist.clip_rate"
"""Key in an ONNX file's metadata: pictures a second of its frame windows (files keep the name)."""

_MAX_SIDE = 4096
_MAX_DIMENSION = 1 << 16


def _pick(direction: str, available: list[Any], name: str | None, *, source: str) -> Any:
    """Return the input or output of a name, or the only or usual one."""
    names = [value.name for value in available]
    if name is not None and name not in names:
        raise ModelError(f"{source}: has no {direction} '{name}', it has: {', '.join(names)}")
    if name is None:
        name = next((usual for usual in _FEATURES if usual in names), None)
    if name is None and len(names) != 1:
        raise ModelError(
            f"{source}: has {len(names)} {direction}s ({', '.join(names)}); "
            f'name one in the JSON beside it: {{"{direction}": "..."}}'
        )
    return available[names.index(name) if name is not None else 0]


def _window(
    shape: list[Any], how: Preprocessing, rate: str | None, *, source: str
) -> tuple[list[Any], FrameWindow | None]:
    """Return an input's shape without the axis of frames, and the frame window it takes."""
    if len(shape) != 5:
        return shape, None
    axis = 1 if how.layout == "NHWC" or (how.layout is None and shape[4] == 3) else 2
    frames = shape[axis]
    if not isinstance(frames, int):
        raise ModelError(
            f"{source}: leaves the number of frames open; export it with a fixed number"
        )
    try:
        window = FrameWindow(frames=frames, rate=float(how.rate or rate or 0))
    except ValueError as error:
        raise ModelError(
            f"{source}: takes windows of {frames} frames; give the frames a second in the JSON "
            'beside it: {"rate": 25}'
        ) from error
    return shape[:axis] + shape[axis + 1 :], window


def _layout(shape: list[Any], how: Preprocessing, *, source: str) -> Preprocessing:
    """Fill in layout and size from an input's shape of numbers and symbols."""
    if len(shape) != 4:
        raise ModelError(
            f"{source}: its input has shape {shape}; an image model takes (B, 3, H, W) "
            "or (B, H, W, 3)"
        )
    layout = how.layout
    if layout is None:
        looks = {
            "NCHW": shape[1] == 3 or "channel" in str(shape[1]),
            "NHWC": shape[3] == 3 or "channel" in str(shape[3]),
        }
        certain = [name for name, yes in looks.items() if yes]
        if len(certain) != 1:
            raise ModelError(
                f"{source}: which axis of its input {shape} has the three channels is not clear; "
                'give it in the JSON beside it: {"layout": "NCHW"} or {"layout": "NHWC"}'
            )
        layout = "NCHW" if certain == ["NCHW"] else "NHWC"
    channels, height, width = shape[1:] if layout == "NCHW" else (shape[3], shape[1], shape[2])
    if isinstance(channels, int) and channels != 3:
        raise ModelError(f"{source}: its input has {channels} channels, pictures have 3")
    size = how.size
    if isinstance(height, int) and isinstance(width, int):
        if size is not None and size != (height, width):
            raise ModelError(
                f"{source}: takes pictures of {height} x {width}, the JSON beside it has "
                f"{size[0]} x {size[1]}; correct it"
            )
        size = height, width
    if size is None:
        raise ModelError(
            f"{source}: leaves the size of its pictures open; "
            'give it in the JSON beside it: {"size": [224, 224]}'
        )
    if not all(1 <= side <= _MAX_SIDE for side in size):
        raise ModelError(
            f"{source}: takes pictures of {size[0]} x {size[1]}, too large or too small"
        )
    return replace(how, layout=layout, size=size)


def pool(output: npt.NDArray[Any], *, token: str | None, source: str) -> Vectors:
    """Return one vector a picture: (B, D) as it is, (B, D, H, W) averaged, (B, N, D) by ``token``.

    The output of frame windows, (B, D, F, H, W), is averaged as well.

    Raises:
        ModelError: the output is of another kind, or not finite.
    """
    if output.ndim in (4, 5):
        output = output.mean(axis=tuple(range(2, output.ndim)), dtype=np.float32)
    elif output.ndim == 3 and token is not None:
        output = output[:, 0] if token == "first" else output.mean(axis=1, dtype=np.float32)
    elif output.ndim == 3:
        raise ModelError(
            f"{source}: gives a vector for each of {output.shape[1]} patches; choose in the JSON "
            'beside it: {"token": "first"} or {"token": "mean"}'
        )
    if output.ndim != 2 or not 1 <= output.shape[1] <= _MAX_DIMENSION:
        raise ModelError(
            f"{source}: its output has shape {output.shape}; expected (B, D) or (B, D, H, W)"
        )
    vectors = output.astype(np.float32)
    if not np.all(np.isfinite(vectors)):
        raise ModelError(f"{source}: its output is not finite; is the normalization the right one?")
    return vectors


class OnnxFile:
    """An image model out of an ONNX file, see `load_onnx_file`."""

    def __init__(
        self, session: Session, how: Preprocessing, *, name: str, fingerprint: str
    ) -> None:
        """Read the graph and try it on one gray picture.

        Raises:
            ModelError: the graph takes no pictures, gives no vectors, or fails.
        """
        source = session.source
        pictures = _pick("input", session.inputs, how.input, source=source)
        feature = _pick("output", session.outputs, how.output, source=source)
        others = [i.name for i in session.inputs if i.name != pictures.name]
        if others:
            raise ModelError(
                f"{source}: needs the inputs {', '.join(others)} besides pictures; "
                "export the image part alone"
            )
        if pictures.type not in _NUMBERS:
            raise ModelError(f"{source}: its input is of type {pictures.type}; expected numbers")
        rate = session.metadata.get(WINDOW_RATE)
        shape, self.window = _window(list(pictures.shape), how, rate, source=source)
        self.preprocessing = _layout(shape, how, source=source)
        assert self.preprocessing.size is not None
        self.name = name
        self.size = self.preprocessing.size
        self.fingerprint = fingerprint
        self._session = session
        self._input, self._output = pictures.name, feature.name
        self._dtype = _NUMBERS[pictures.type]
        batch = pictures.shape[0]
        self._batch = batch if isinstance(batch, int) and batch > 0 else None
        gray = np.full((1, *sample_shape(self.size, self.window)), 127, np.uint8)
        self.dimension = int(self.extract(gray).shape[1])

    def _run(self, pixels: Pixels) -> Vectors:
        prepared = prepare(pixels, self.preprocessing, dtype=self._dtype)
        output = self._session.run(self._output, **{self._input: prepared})
        vectors = pool(output, token=self.preprocessing.token, source=self._session.source)
        if len(vectors) != len(pixels):
            raise ModelError(
                f"{self._session.source}: gives {len(vectors)} vectors for {len(pixels)} pictures"
            )
        return vectors

    def extract(self, pixels: Pixels) -> Vectors:
        """Return the (B, D) pooled features, not normalized, of (B, H, W, 3) RGB pictures.

        A model of video takes frame windows (B, F, H, W, 3).
        """
        check_pixels(pixels, size=self.size, window=self.window)
        if self._batch is None:
            return self._run(pixels)
        # The graph's batch has a fixed size: the last one is padded.
        count = len(pixels)
        padded = np.concatenate([pixels, np.repeat(pixels[-1:], -count % self._batch, axis=0)])
        parts = [
            self._run(padded[start : start + self._batch]) for start in range(0, count, self._batch)
        ]
        return np.concatenate(parts)[:count]


def load_onnx_file(
    path: str | Path,
    *,
    device: str = "auto",
    threads: int | None = None,
    preprocessing: Preprocessing | Mapping[str, object] | None = None,
    name: str | None = None,
    root: Path | None = None,
) -> OnnxFile:
    """Load an image model from an ONNX file.

    Args:
        path: the file; tensors in files beside it are read, others refused.
        device: `auto`, `cpu` or `cuda`.
        threads: for one inference; default one a core.
        preprocessing: default: from the JSON beside it where there is one, else ImageNet's
            normalization.
        name: default the file's name without its suffix.
        root: where links in the file's folder may lead to, see `external_files`.

    Raises:
        ModelError: the file is no usable image model; the message says what is missing.
        SettingError: the device is unknown or absent.
    """
    path = Path(path)
    model = parse_model(path)
    beside = external_files(model, path=path, root=root)
    described = path.with_suffix(".json")
    if isinstance(preprocessing, Preprocessing):
        how = preprocessing
    elif preprocessing is not None:
        how = with_values(Preprocessing(), preprocessing, source="preprocessing")
    else:
        how = read_preprocessing(described) if described.is_file() else Preprocessing()
    session = Session(path, source=str(path), device=device, threads=threads)
    backbone = OnnxFile(session, how, name=name or path.stem, fingerprint="")
    preprocessed = asdict(backbone.preprocessing)
    rate = preprocessed.pop("rate")
    # A model of single pictures has no rate, and keeps the fingerprint from before there was one.
    backbone.fingerprint = fingerprint_of(
        files=[file_hash(file) for file in (path, *beside)],
        preprocessing=preprocessed | ({} if rate is None else {"rate": rate}),
    )
    return backbone
