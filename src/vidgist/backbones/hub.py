"""Image models of the Hugging Face Hub, ``hf:OWNER/NAME[/file.onnx]``.

Files in the library's local cache are used without the network; others are fetched.  The
preprocessing comes from the repository's ``preprocessor_config.json``.  Pictures are resized whole
to the model's size, as for every other backbone: a model's own cropping would lose the edges of a
frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vidgist.backbones.onnx_check import external_locations, parse_model
from vidgist.backbones.onnx_file import OnnxFile, load_onnx_file
from vidgist.backbones.preprocessing import Preprocessing, read_object, with_values
from vidgist.errors import MissingExtraError, ModelError, SettingError, first_line

PREFIX = "hf:"

_CONFIG = "preprocessor_config.json"
# The image part of a model of pictures and words first.
_FILES = ("onnx/vision_model.onnx", "onnx/model.onnx", "model.onnx")


class _Repository:
    """The files of one repository, from the local cache where they are in it."""

    def __init__(self, name: str) -> None:
        try:
            import huggingface_hub
            from huggingface_hub import errors
        except ImportError as error:
            raise MissingExtraError(f"backbone '{PREFIX}{name}'", "hub") from error
        self._hub, self._errors = huggingface_hub, errors
        self.name = name

    def cached(self, file: str) -> Path | None:
        """Return the path of a file in the cache, or None."""
        try:
            path = self._hub.try_to_load_from_cache(self.name, file)
        except ValueError as error:
            raise SettingError(f"backbone: {PREFIX}{self.name}: {first_line(error)}") from error
        return Path(path) if isinstance(path, str) else None

    def fetch(self, file: str) -> Path | None:
        """Return the path of a file, fetched where it is not cached; None: it does not exist.

        Raises:
            ModelError: the network or the hub gives an error.
        """
        path = self.cached(file)
        if path is not None:
            return path
        try:
            return Path(self._hub.hf_hub_download(self.name, file))
        except self._errors.LocalEntryNotFoundError as error:
            raise ModelError(
                f"{PREFIX}{self.name}: {file} is not in the local cache and the hub cannot be "
                "reached; connect once, or copy the cache from another machine"
            ) from error
        except self._errors.EntryNotFoundError:
            return None
        except (OSError, ValueError) as error:  # all of the library's other errors are of these
            raise ModelError(
                f"{PREFIX}{self.name}: {file} cannot be fetched ({first_line(error)})"
            ) from error

    def first(self, files: Sequence[str]) -> tuple[str, Path] | None:
        """Return the first of these files, with its path; a cached one before all others."""
        for look in (self.cached, self.fetch):
            for file in files:
                path = look(file)
                if path is not None:
                    return file, path
        return None


def _parse(spec: str) -> tuple[str, str | None]:
    parts = spec.removeprefix(PREFIX).split("/")
    file = "/".join(parts[2:])
    if len(parts) < 2 or not all(parts) or (file and not file.lower().endswith(".onnx")):
        raise SettingError(
            f"backbone: expected {PREFIX}OWNER/NAME or {PREFIX}OWNER/NAME/FILE.onnx, got {spec}"
        )
    return "/".join(parts[:2]), file or None


def _side(value: Any) -> tuple[int, int] | None:
    if isinstance(value, Mapping):
        if {"height", "width"} <= value.keys():
            return value["height"], value["width"]
        value = value.get("shortest_edge")
    return (value, value) if isinstance(value, int) else None


def preprocessing_of(config: Mapping[str, Any], *, source: str) -> Preprocessing:
    """Return the preprocessing that a ``preprocessor_config.json`` describes.

    Raises:
        ModelError: an entry is missing or of the wrong type.
    """
    cropped = config.get("do_center_crop") and _side(config.get("crop_size"))
    values: dict[str, object] = {
        "size": cropped or _side(config.get("size")),
        "channels": "BGR" if config.get("do_flip_channel_order") else "RGB",
        "scale": config.get("rescale_factor", 1 / 255) if config.get("do_rescale", True) else 1,
        "token": "first",
        "mean": 0,
        "std": 1,
    }
    if config.get("do_normalize", True):
        missing = [name for name in ("image_mean", "image_std") if name not in config]
        if missing:
            raise ModelError(f"{source}: does not have {' and '.join(missing)}; take another model")
        values |= {"mean": config["image_mean"], "std": config["image_std"]}
    return with_values(Preprocessing(), values, source=source)


def load_from_hub(spec: str, *, device: str = "auto", threads: int | None = None) -> OnnxFile:
    """Load ``hf:OWNER/NAME`` or ``hf:OWNER/NAME/path/file.onnx``.

    Raises:
        SettingError: the specification is not of that form.
        MissingExtraError: the library of the hub is not installed.
        ModelError: the model cannot be fetched, or is no usable image model.
    """
    name, chosen = _parse(spec)
    repository = _Repository(name)
    files = (chosen,) if chosen else _FILES
    first = repository.first(files)
    if first is None:
        raise ModelError(f"{PREFIX}{name}: has no {' or '.join(files)}; name its ONNX file")
    file, path = first
    folder = file.rpartition("/")[0]
    for location in external_locations(parse_model(path)):
        # Only fetched here: whether it may be read is decided when the model is loaded.
        repository.fetch(f"{folder}/{location}" if folder else location)
    config = repository.fetch(_CONFIG)
    if config is None:
        raise ModelError(
            f"{PREFIX}{name}: has no {_CONFIG}; download its ONNX file, write FILE.json beside it "
            "and give that file as backbone='FILE.onnx'"
        )
    return load_onnx_file(
        path,
        device=device,
        threads=threads,
        preprocessing=preprocessing_of(read_object(config), source=f"{PREFIX}{name}: {_CONFIG}"),
        name=spec,
        # In the cache a file is a link into another folder of the same repository.
        root=path.parents[file.count("/") + 2],
    )
