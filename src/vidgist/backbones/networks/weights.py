"""Weights of torch networks: fetch and read them as names and numbers, never as objects."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from vidgist.backbones.networks.stored import weights_folder
from vidgist.errors import ModelError, VidgistError, first_line
from vidgist.system.fingerprint import file_hash
from vidgist.system.quiet import no_warnings_logged


def read_weights(path: Path, *, sha256: str = "", md5: str = "") -> dict[str, Any]:
    """Read a file of weights into tensors by name.

    Args:
        path: a file of torch or safetensors.
        sha256: the first digits of its hash, as far as they are known.
        md5: the same of the older hash, which only shows damage.

    Raises:
        ModelError: the file is damaged, another one, or holds anything but numbers, texts and
            dictionaries of them.
    """
    try:
        for algorithm, digits in (("sha256", sha256), ("md5", md5)):
            digest = file_hash(path, algorithm) if digits else ""
            if not digest.startswith(digits):
                raise ModelError(
                    f"{path}: is damaged or another file (its {algorithm} begins {digest[:8]}, "
                    f"expected {digits}); get it again"
                )
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return dict(load_file(path))
        document = torch.load(path, map_location="cpu", weights_only=True)
    except ModelError:
        raise
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:  # the readers' own errors share no other base
        raise ModelError(
            f"{path}: is damaged, or holds more than weights, which is refused; get it again"
        ) from error
    if not isinstance(document, dict):
        raise ModelError(f"{path}: holds no dictionary of weights; get it again")
    return document


def fill(
    model: torch.nn.Module, weights: Mapping[str, Any], *, source: Path, without: str = ""
) -> None:
    """Load weights into a network; they must be exactly its own, by name and shape.

    Args:
        model: the network.
        weights: tensors by name.
        source: the file, for the error.
        without: path of a layer that keeps its own numbers.

    Raises:
        ModelError: names or shapes are not the network's.
    """

    def used(tensors: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: values
            for name, values in tensors.items()
            if not (without and name.startswith(f"{without}."))
        }

    loaded, own = used(weights), used(model.state_dict())
    wrong = sorted(loaded.keys() ^ own.keys()) or [
        name for name, values in own.items() if loaded[name].shape != values.shape
    ]
    if wrong:
        raise ModelError(
            f"{source}: does not fit the network ({len(wrong)} names or shapes differ, such as "
            f"'{wrong[0]}'); get the file that is named for this backbone"
        )
    model.load_state_dict(loaded, strict=False)


@contextlib.contextmanager
def fetching(name: str, *, file: str, source: str) -> Iterator[None]:
    """Run a library's download quietly; turn whatever it raises into one line.

    Args:
        name: of the backbone.
        file: the name of its weights as a file of their own.
        source: where they come from.

    Raises:
        ModelError: they cannot be fetched, or are damaged.
    """
    try:
        # Standard output is for results; torch prints its downloads there.
        with no_warnings_logged(), contextlib.redirect_stdout(sys.stderr):
            yield
    except VidgistError:
        raise
    except Exception as error:  # the libraries' own errors share no other base
        raise ModelError(
            f"backbone '{name}': its weights are not here and cannot be fetched from {source} "
            f"({first_line(error, limit=200)}); connect once, or put {file} into {weights_folder()}"
        ) from error
