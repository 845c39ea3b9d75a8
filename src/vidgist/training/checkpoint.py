"""The state of a training between two epochs, in a safetensors file, so that it can go on.

Order, samples and dropout of an epoch follow from the seed and the epoch's number alone (see
`vidgist.training.sampling`): weights and Adam's moments are the whole state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from vidgist.errors import ModelError
from vidgist.models.file import open_tensors, write_tensors

__all__ = ["Checkpoint", "checkpoint_path", "restore", "save_checkpoint", "weights_of"]

FORMAT = "vidgist-checkpoint-1"
ANEW = "start anew without --resume and with --overwrite"
_NETWORK, _ADAM, _EXTRA = "network.", "adam.", "extra."
_EARLIER = {"precision": "fp32", "devices": 1}
"""What checkpoints of earlier versions do not say of themselves: the values of most."""
_SHOWN = 6
"""Differences that are told."""

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a checkpoint tells beside the tensors.

    Attributes:
        identity: what must be the same for a run to go on: see `vidgist.training.identity`.
        epochs: passes over the data that were made.
        steps: changes of the weights that were made.
        loss: terms of the loss in the last epoch.
        extra: further state of a method, by name.
    """

    identity: Mapping[str, Any]
    epochs: int
    steps: int
    loss: Mapping[str, float]
    extra: Mapping[str, Array]


def checkpoint_path(output: Path) -> Path:
    """Return where the checkpoint of a training lies: beside its model."""
    return output.with_name(f"{output.name}.checkpoint")


def weights_of(network: nn.Module) -> dict[str, Array]:
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
    epochs: int,
    extra: Mapping[str, Array],
) -> Checkpoint:
    """Put a checkpoint's state into the network and its optimizer.

    Args:
        path: the file.
        network: takes the weights.
        optimizer: takes the moments.
        identity: of the run that is to go on.
        epochs: of that run; the checkpoint may not have made more.
        extra: the method's further state at its beginning, for its names and shapes.

    Raises:
        ModelError: the file is no checkpoint, damaged, of a run with other settings or data, or
            beyond the epochs that are asked for.
    """
    damaged = ModelError(f"{path}: is a damaged checkpoint; {ANEW}")
    with open_tensors(path, cure=ANEW) as file:
        if file.metadata.get("format") != FORMAT:
            raise ModelError(f"{path}: is not a checkpoint of this version of vidgist; {ANEW}")
        try:
            about = json.loads(file.metadata["state"])
            stored = {**_EARLIER, **about["identity"]}
            done, steps, loss = int(about["epochs"]), int(about["steps"]), dict(about["loss"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise damaged from None
        changed = _differences(stored, json.loads(json.dumps(dict(identity))))
        if changed:
            raise ModelError(
                f"{path}: is of another training ({'; '.join(changed)}); give the same, or {ANEW}"
            )
        if not 0 <= done <= epochs:
            raise ModelError(
                f"{path}: has made {done} epochs already, asked for are {epochs}; ask for at least "
                f"{done} with --epochs, or {ANEW}"
            )
        shapes = _shapes(network, extra)
        for name, part in file.stored.items():
            whose = name.split(".", 2)[-1] if name.startswith(_ADAM) else name
            if part.shape not in shapes.get(whose, ()):
                raise damaged
        if not {_EXTRA + name for name in extra} <= set(file.stored):
            raise damaged
        tensors = file.read()
    try:
        _load(network, optimizer, tensors)
    except (KeyError, ValueError, RuntimeError):
        raise damaged from None
    rest = {n[len(_EXTRA) :]: v for n, v in tensors.items() if n.startswith(_EXTRA)}
    return Checkpoint(identity=identity, epochs=done, steps=steps, loss=loss, extra=rest)


def _differences(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Say which fields of an identity differ, and both of their values."""
    if stored.get("method") != wanted["method"]:
        return [f"method was {stored.get('method')}, now {wanted['method']}"]
    before, now = _flat(stored), _flat(wanted)
    changed = [
        f"{name} was {before.get(name, 'not known')}, now {now.get(name, 'not known')}"
        for name in dict.fromkeys([*now, *before])
        if before.get(name) != now.get(name)
    ]
    more = len(changed) - _SHOWN
    return [*changed[:_SHOWN], f"and {more} more"] if more > 0 else changed


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields without the groups that they stand in; their names are unlike."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value)
        else:
            flat["preset" if name == "name" else name] = value
    return flat


def _shapes(network: nn.Module, extra: Mapping[str, Array]) -> dict[str, tuple[Shape, ...]]:
    """Return the shapes that a tensor of a checkpoint may have, by its name.

    Of Adam's state the name is that of the parameter: moments are of its shape, the count of steps
    is one number.
    """
    shapes: dict[str, tuple[Shape, ...]] = {}
    for name, values in network.state_dict().items():
        shapes[_NETWORK + name] = (tuple(values.shape),)
        shapes[name] = (tuple(values.shape), (), (1,))
    for name, array in extra.items():
        shapes[_EXTRA + name] = (array.shape,)
    return shapes


def _load(
    network: nn.Module, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Array]
) -> None:
    def part(prefix: str) -> dict[str, Tensor]:
        return {
            name[len(prefix) :]: torch.from_numpy(np.array(values))
            for name, values in tensors.items()
            if name.startswith(prefix)
        }

    network.load_state_dict(part(_NETWORK))
    places = {name: i for i, (name, _) in enumerate(network.named_parameters())}
    state: dict[int, dict[str, Tensor]] = {}
    for full, values in part(_ADAM).items():
        kind, name = full.split(".", 1)
        state.setdefault(places[name], {})[kind] = values
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
