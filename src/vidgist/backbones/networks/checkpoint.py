"""Reading files of weights: numbers and their names, never objects."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from vidgist.errors import ModelError

__all__ = ["fill", "read_weights"]


def read_weights(path: Path, *, sha256: str = "", md5: str = "") -> dict[str, Any]:
    """Return what a file of weights holds, by name.

    Args:
        path: a file of torch or safetensors.
        sha256: the first digits of its hash, as far as they are known.
        md5: the same of the older hash, which tells damage only.

    Raises:
        ModelError: the file is damaged, another one, or holds anything but numbers, texts and
            dictionaries of them.
    """
    _check(path, "sha256", sha256)
    _check(path, "md5", md5)
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return dict(load_file(path))
        document = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:  # the readers' own errors share no other base
        raise ModelError(
            f"{path}: is damaged, or holds more than weights, which is refused; get it again"
        ) from error
    if not isinstance(document, dict):
        raise ModelError(f"{path}: holds no dictionary of weights; get it again")
    return document


def _check(path: Path, kind: str, digits: str) -> None:
    if not digits:
        return
    found = hashlib.new(kind, usedforsecurity=False)
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                found.update(block)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not found.hexdigest().startswith(digits):
        raise ModelError(
            f"{path}: is damaged or another file (its {kind} begins {found.hexdigest()[:8]}, "
            f"expected {digits}); get it again"
        )


def fill(
    model: torch.nn.Module, weights: Mapping[str, Any], *, source: Path, without: str = ""
) -> None:
    """Put weights into a network; each of its numbers must be there, and no other.

    Args:
        model: the network.
        weights: tensors by name.
        source: the file, for the error.
        without: path of a layer whose own numbers stay what they are.

    Raises:
        ModelError: names or shapes are others than the network's.
    """
    own = f"{without}." if without else None

    def kept(name: str) -> bool:
        return own is None or not name.startswith(own)

    given = {name: values for name, values in weights.items() if kept(name)}
    wanted = {name: values for name, values in model.state_dict().items() if kept(name)}
    wrong = sorted(given.keys() ^ wanted.keys()) or [
        name for name, values in wanted.items() if given[name].shape != values.shape
    ]
    if wrong:
        raise ModelError(
            f"{source}: does not fit the network ({len(wrong)} names or shapes differ, such as "
            f"'{wrong[0]}'); get the file that is named for this backbone"
        )
    model.load_state_dict(given, strict=False)
