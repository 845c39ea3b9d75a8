"""A method that learns, in one file as another package would bring it, and its installation."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from vidgist.models import Method, TrainingSettings


@dataclass(frozen=True, kw_only=True)
class Settings(TrainingSettings):
    method: ClassVar[str] = "linear"
    epochs: int = 2


def score(weights, features, settings):
    return 1 / (1 + np.exp(-(features @ weights["weight"][0] + weights["bias"])))


METHOD = Method(
    title="Linear",
    summary="fits a line to the lengths of features",
    settings=Settings,
    shapes=lambda dimension, settings: {"weight": (1, dimension), "bias": (1,)},
    learner="linear_rival:learner",
    score=score,
)


def learner(videos, *, settings, seed):
    import torch

    from vidgist.training.learner import Learner, adam

    class LinearLearner(Learner):
        def __init__(self):
            torch.manual_seed(seed)
            self.network = torch.nn.Linear(videos.dimension, 1)
            self.optimizer = adam(self.network, settings)

        def steps_of_epoch(self):
            return len(videos)

        def losses(self, network, *, epoch, fabric):
            for video, length in enumerate(videos.lengths):
                rows = videos.read(np.array([video]), np.arange(length)[None])[0]
                features = torch.from_numpy(rows).float()
                yield {"total": (network(features)[:, 0] - features.norm(dim=1)).square().mean()}

    return LinearLearner()


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a process that finds the packages of a folder, and this file."""
    paths = [str(folder), str(Path(__file__).parent), *filter(None, sys.path)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def install(folder: Path, **points: str) -> None:
    """Install a package into a folder that names these entry points of the group."""
    info = folder / "rivals-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rivals\nVersion: 1.0\n")
    lines = [f"{name} = {value}" for name, value in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[vidgist.methods]", *lines, ""]))
