"""Checkpoints: the state of a training between two epochs, in a safetensors file.

Order, samples and dropout of an epoch follow from the seed and the epoch's number alone (see
`vidgist.training.sampling`): weights and the optimizers' moments are the whole state.
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
from vidgist.system.tensors import open_tensors, write_tensors
from vidgist.training.learner import Learner
from vidgist.training.videos import Array

FORMAT = "vidgist-checkpoint-1"
_CURE = "start over with overwrite=True in the place of resume=True"
_NETWORK, _EXTRA = "network.", "extra."
_ADAM = "adam."  # of a single optimizer, of whatever class
_EARLIER = {"precision": "fp32", "devices": 1}
"""Fields that checkpoints of earlier versions lack, with the values that most of them had."""
_DESCRIPTION = 2**24
"""Bytes of names, shapes, step counts and description in a checkpoint, at most."""
_SHOWN = 6
"""Differences that an error lists."""

Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Description of a checkpoint, beside its tensors.

    Attributes:
        identity: what must be the same for a run to go on: see `vidgist.training.identity`.
        epochs: passes over the data.
        steps: updates of the weights.
        loss: mean of each term of the loss over the steps of the last epoch that have it.
        seconds: of the processor, that all epochs took.
    """

    identity: Mapping[str, Any]
    epochs: int
    steps: int
    loss: Mapping[str, float]
    seconds: float = 0.0


def checkpoint_path(output: Path) -> Path:
    """Return the path of a training's checkpoint, beside its model."""
    return output.with_name(f"{output.name}.checkpoint")


def weights_of(network: nn.Module) -> dict[str, Array]:
    """Return the weights by name, as float32 arrays of their own."""
    return {
        name: values.detach().float().cpu().numpy().copy()
        for name, values in network.state_dict().items()
    }


def save_checkpoint(path: Path, learner: Learner, *, state: Checkpoint) -> None:
    """Write a checkpoint over the last one, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    tensors = {_NETWORK + name: values for name, values in weights_of(learner.network).items()}
    names = {id(p): name for name, p in learner.network.named_parameters()}
    for owner, optimizer in learner.optimizers().items():
        for parameter, moments in optimizer.state.items():
            for kind, values in moments.items():
                full = f"{_prefix(owner)}{kind}.{names[id(parameter)]}"
                tensors[full] = values.detach().cpu().numpy()
    for name, values in learner.state().items():
        tensors[_EXTRA + name] = values
    about = {
        "identity": dict(state.identity),
        "epochs": state.epochs,
        "steps": state.steps,
        "loss": dict(state.loss),
        "seconds": state.seconds,
    }
    metadata = {"format": FORMAT, "state": json.dumps(about, sort_keys=True)}
    write_tensors(path, tensors, metadata=metadata, overwrite=True)


def restore(
    path: Path, learner: Learner, *, identity: Mapping[str, Any], epochs: int
) -> Checkpoint:
    """Load a checkpoint's state into a learner: weights, moments and its further state.

    Args:
        path: the file.
        learner: in its initial state, which gives names and shapes.
        identity: of the run that is resumed.
        epochs: of that run, the most that the checkpoint may have.

    Raises:
        ModelError: the file is not a checkpoint, damaged, of a run with other settings or data, or
            has more epochs.
    """
    damaged = ModelError(f"{path}: is a damaged checkpoint; {_CURE}")
    with open_tensors(path, cure=_CURE, max_bytes=_largest(learner)) as file:
        if file.metadata.get("format") != FORMAT:
            raise ModelError(f"{path}: is not a checkpoint of this version of vidgist; {_CURE}")
        try:
            about = json.loads(file.metadata["state"])
            stored = {**_EARLIER, **about["identity"]}
            done, steps, loss = int(about["epochs"]), int(about["steps"]), dict(about["loss"])
            seconds = float(about.get("seconds", 0.0))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise damaged from None
        changed = _differences(stored, json.loads(json.dumps(dict(identity))))
        if changed:
            raise ModelError(
                f"{path}: is of another training ({'; '.join(changed)}); give the same, or {_CURE}"
            )
        if not 0 <= done <= epochs:
            raise ModelError(
                f"{path}: has {done} epochs already, expected at most {epochs}; ask for at least "
                f"epochs={done}, or {_CURE}"
            )
        extra = learner.state()
        shapes = _shapes(learner.network, extra)
        moments = tuple(map(_prefix, learner.optimizers()))
        for name, info in file.tensors.items():
            owner = name.split(".", 2)[-1] if name.startswith(moments) else name
            if info.shape not in shapes.get(owner, ()):
                raise damaged
        if not {_EXTRA + name for name in extra} <= set(file.tensors):
            raise damaged
        tensors = file.read()
    try:
        _load(learner, tensors)
    except (KeyError, ValueError, RuntimeError):
        raise damaged from None
    learner.set_state(
        {n.removeprefix(_EXTRA): v for n, v in tensors.items() if n.startswith(_EXTRA)}
    )
    return Checkpoint(identity=identity, epochs=done, steps=steps, loss=loss, seconds=seconds)


def _largest(learner: Learner) -> int:
    """Return the bytes that a checkpoint may have: weights, two moments of each optimizer, rest."""
    weights = sum(values.nbytes for values in learner.network.state_dict().values())
    rest = sum(array.nbytes for array in learner.state().values())
    return weights * (1 + 2 * len(learner.optimizers())) + rest + _DESCRIPTION


def _differences(stored: Mapping[str, Any], current: Mapping[str, Any]) -> list[str]:
    """Return the fields of an identity that differ, with both values."""
    if stored.get("method") != current["method"]:
        return [f"method was {stored.get('method')}, now {current['method']}"]
    before, now = _flat(stored), _flat(current)
    changed = [
        f"{name} was {before.get(name, 'not known')}, now {now.get(name, 'not known')}"
        for name in dict.fromkeys([*now, *before])
        if before.get(name) != now.get(name)
    ]
    more = len(changed) - _SHOWN
    return [*changed[:_SHOWN], f"and {more} more"] if more > 0 else changed


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of all groups in one dictionary; no two have the same name."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value)
        else:
            flat["preset" if name == "name" else name] = value
    return flat


def _shapes(network: nn.Module, extra: Mapping[str, Array]) -> dict[str, tuple[Shape, ...]]:
    """Return the shapes that a tensor of a checkpoint may have, by its name.

    Moments go by the parameter's name: they have its shape, and the step count is one number.
    """
    shapes: dict[str, tuple[Shape, ...]] = {}
    for name, values in network.state_dict().items():
        shapes[_NETWORK + name] = (tuple(values.shape),)
        shapes[name] = (tuple(values.shape), (), (1,))
    for name, array in extra.items():
        shapes[_EXTRA + name] = (array.shape,)
    return shapes


def _prefix(optimizer: str) -> str:
    """Return what the names of an optimizer's moments begin with."""
    return f"optimizer-{optimizer}." if optimizer else _ADAM


def _load(learner: Learner, tensors: Mapping[str, Array]) -> None:
    def part(prefix: str) -> dict[str, Tensor]:
        return {
            name[len(prefix) :]: torch.from_numpy(np.array(values))
            for name, values in tensors.items()
            if name.startswith(prefix)
        }

    learner.network.load_state_dict(part(_NETWORK))
    names = {id(p): name for name, p in learner.network.named_parameters()}
    for owner, optimizer in learner.optimizers().items():
        groups = optimizer.state_dict()["param_groups"]
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        indices = {names[id(p)]: index for index, p in enumerate(parameters)}
        state: dict[int, dict[str, Tensor]] = {}
        for full, values in part(_prefix(owner)).items():
            kind, name = full.split(".", 1)
            state.setdefault(indices[name], {})[kind] = values
        optimizer.load_state_dict({"state": state, "param_groups": groups})
