"""The state of a training between two epochs, in a safetensors file, so that it can go on.

Order, samples and dropout of an epoch follow from the seed and the epoch's number alone (see
`vidgist.refine.sampling`): weights and Adam's moments are the whole state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vidgist.errors import ModelError
from vidgist.model.file import read_tensors, write_tensors

__all__ = ["Checkpoint", "checkpoint_path", "restore", "save_checkpoint", "weights_of"]

FORMAT = "vidgist-checkpoint-1"
_NETWORK, _ADAM, _EXTRA = "network.", "adam.", "extra."


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a checkpoint tells beside the tensors.

    Attributes:
        identity: what must be the same for a run to go on: settings, seed, data, dimension.
        epochs: passes over the data that were made.
        steps: changes of the weights that were made.
        loss: terms of the loss in the last epoch.
        extra: further state of a method, by name.
    """

    identity: Mapping[str, Any]
    epochs: int
    steps: int
    loss: Mapping[str, float]
    extra: Mapping[str, np.ndarray[Any, np.dtype[Any]]]


def checkpoint_path(output: Path) -> Path:
    """Return where the checkpoint of a training lies: beside its model."""
    return output.with_name(f"{output.name}.checkpoint")


def weights_of(network: nn.Module) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """Return the weights by name, as float32 arrays of their own."""
    return {
        name: values.detach().float().cpu().numpy().copy()
        for name, values in network.state_dict().items()
    }


def save_checkpoint(
    path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, *, state: Checkpoint
) -> None:
    """Write a checkpoint in the place of the last, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    tensors = {_NETWORK + name: values for name, values in weights_of(network).items()}
    names = {id(p): name for name, p in network.named_parameters()}
    for parameter, moments in optimizer.state.items():
        for kind, values in moments.items():
            tensors[f"{_ADAM}{kind}.{names[id(parameter)]}"] = values.detach().cpu().numpy()
    for name, values in state.extra.items():
        tensors[_EXTRA + name] = values
    about = {
        "identity": dict(state.identity),
        "epochs": state.epochs,
        "steps": state.steps,
        "loss": dict(state.loss),
    }
    metadata = {"format": FORMAT, "state": json.dumps(about, sort_keys=True)}
    write_tensors(path, tensors, metadata=metadata, overwrite=True)


def restore(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    identity: Mapping[str, Any],
) -> Checkpoint:
    """Put a checkpoint's state into the network and its optimizer.

    Raises:
        ModelError: the file is no checkpoint, damaged, or of a run with other settings or data.
    """
    tensors, metadata = read_tensors(path)
    if metadata.get("format") != FORMAT:
        raise ModelError(f"{path}: is not a checkpoint of this version of vidgist; start anew")
    try:
        about = json.loads(metadata["state"])
        stored = dict(about["identity"])
        epochs, steps, loss = int(about["epochs"]), int(about["steps"]), dict(about["loss"])
    except (ValueError, KeyError, TypeError):
        raise ModelError(f"{path}: is a damaged checkpoint; start anew without --resume") from None
    wanted = json.loads(json.dumps(dict(identity)))
    for name, value in wanted.items():
        if stored.get(name) != value:
            raise ModelError(
                f"{path}: is of a run with another {name} ({_short(stored.get(name))}, now "
                f"{_short(value)}); give the same, or start anew without --resume"
            )
    _load(path, network, optimizer, tensors)
    extra = {n[len(_EXTRA) :]: v for n, v in tensors.items() if n.startswith(_EXTRA)}
    return Checkpoint(identity=identity, epochs=epochs, steps=steps, loss=loss, extra=extra)


def _short(value: object) -> str:
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _load(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    tensors: Mapping[str, np.ndarray[Any, np.dtype[Any]]],
) -> None:
    def part(prefix: str) -> dict[str, Tensor]:
        return {
            name[len(prefix) :]: torch.from_numpy(np.array(values))
            for name, values in tensors.items()
            if name.startswith(prefix)
        }

    try:
        network.load_state_dict(part(_NETWORK))
        places = {name: i for i, (name, _) in enumerate(network.named_parameters())}
        state: dict[int, dict[str, Tensor]] = {}
        for full, values in part(_ADAM).items():
            kind, name = full.split(".", 1)
            state.setdefault(places[name], {})[kind] = values
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": state, "param_groups": groups})
    except (KeyError, ValueError, RuntimeError):
        raise ModelError(f"{path}: is a damaged checkpoint; start anew without --resume") from None
