"""Registry of the methods that learn.

A method is declared by a `Method` called ``METHOD``, in a module of `vidgist.training.rivals` or in
another package, which names it in the group of entry points ``vidgist.methods``. A declaration is
read wherever a model is used, so it imports nothing that only training needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import vidgist.models.layers as layers  # noqa: PLR0402 - the package imports this file
from vidgist.errors import SettingError
from vidgist.models.layers import Layers
from vidgist.models.settings import TrainingSettings, replace_settings, setting_names
from vidgist.registry import Registry
from vidgist.types import Floats


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method that learns.

    Exactly one of ``refine`` and ``score`` is given. Both take the network's weights, float32
    arrays by name, the features (T, D) float32 of one whole video, and the settings.

    Attributes:
        title: its name in tables.
        summary: what it does, one line for people.
        settings: class of its settings, whose ``method`` is what users call it.
        shapes: returns the name and shape of every tensor of the network for D and the settings.
        learner: ``"package.module:callable"``, imported when a training begins; called with
            (videos, settings=, seed=), it returns a `vidgist.training.learner.Learner`.
        network: its network, of the layers that are given: called with (weights, features,
            settings, layers), it returns logits (T,). Without ``score``, their sigmoid is the
            score. `vidgist.training.whole_videos` trains it as it is.
        refine: returns refined features (T, d) and the uniqueness (T,) of samples in [0, 1].
        score: returns the scores (T,) of samples in [0, 1].
        preset: returns the settings of a preset, its own by default, for a kind of training; None
            where it has none.
        labels: whether it learns from annotations; tables say so. A word where it is not simply
            supervised.
        source: where it was published.
        code: the released code that it follows, with its commit; "" where there is none, or it is
            not followed, so that the method is ours after the text.
        published: name of its rows in published tables; default its title.
        cost: seconds of one processor core for an epoch of 40 videos of TVSum; None if unknown.
        parallel: whether devices can share its batches; most methods learn from one video at a
            time.
        order: place among the methods.

    Example:
        >>> from vidgist.models import METHODS
        >>> METHODS["vasnet"].row, METHODS["dr_dsn"].labels
        ('VASNet, supervised', False)
    """

    title: str
    summary: str
    settings: type[TrainingSettings]
    shapes: Callable[[int, Any], Mapping[str, tuple[int, ...]]]
    learner: str
    network: Callable[[Mapping[str, Any], Any, Any, Layers], Any] | None = None
    refine: Callable[[Mapping[str, Floats], Floats, Any], tuple[Floats, Floats]] | None = None
    score: Callable[[Mapping[str, Floats], Floats, Any], Floats] | None = None
    preset: Callable[..., TrainingSettings] | None = None
    labels: bool | str = False
    source: str = ""
    code: str = ""
    published: str = ""
    cost: float | None = None
    parallel: bool = False
    order: float = float("inf")

    def __post_init__(self) -> None:
        if self.network is not None and self.score is None:
            object.__setattr__(self, "score", partial(_sigmoid_of, self.network))
        if (self.refine is None) == (self.score is None):
            raise ValueError(f"Method {self.name}: expected either refine or score")

    @property
    def name(self) -> str:
        """What users call it."""
        return self.settings.method

    @property
    def row(self) -> str:
        """Its name in tables, which says whether it learns from annotations."""
        how = "supervised" if self.labels is True else self.labels
        return f"{self.title}, {how}" if how else self.title

    def parameters(self, dimension: int, settings: TrainingSettings | None = None) -> int:
        """Return how many numbers its network learns for features of D = ``dimension``."""
        shapes = self.shapes(dimension, settings or self.settings())
        learned = (s for name, s in shapes.items() if name.rpartition(".")[2] not in _COUNTED)
        return sum(math.prod(shape) for shape in learned)


def _sigmoid_of(
    network: Callable[[Mapping[str, Any], Any, Any, Layers], Any],
    weights: Mapping[str, Floats],
    features: Floats,
    settings: Any,
) -> Floats:
    # In float64, so that logits of 20 and 30 do not both become 1 and tie.
    logits = network(weights, features, settings, layers)
    return layers.sigmoid(np.asarray(logits, dtype=np.float64))


_COUNTED = ("running_mean", "running_var", "num_batches_tracked")
"""What a batch normalization counts along the way, and does not learn."""


METHODS: Registry[Method] = Registry(
    "method", group="vidgist.methods", package="vidgist.training.rivals", attribute="METHOD"
)
"""Every method by name."""


def training_settings(
    method: str, *, preset: str | None = None, kind: str | None = None, **changes: Any
) -> TrainingSettings:
    """Return the settings of a method's training.

    >>> training_settings("dr_dsn", epochs=10).epochs
    10

    Args:
        method: a name out of `METHODS`.
        preset: where the method has presets, the one to start from; default its own.
        kind: of training, `standard` or `youtube8m`, where the method has kinds.
        changes: settings by name; None for what stays.

    Raises:
        SettingError: a name or value is unknown or out of range, or the method has no such setting.
    """
    chosen = METHODS.find(method)
    known = setting_names(chosen.settings)
    for name, value in {"kind": kind, **changes}.items():
        if value is not None and name not in known:
            takers = [m.name for m in METHODS.values() if name in setting_names(m.settings)]
            whose = " or ".join(f"method='{taker}'" for taker in takers) or "no method"
            raise SettingError(f"{name}: is for {whose}; leave it out")
    settings = chosen.settings()
    if chosen.preset is not None:
        named = () if preset is None else (preset,)
        settings = chosen.preset(*named, kind=kind or "standard")
    elif preset is not None:
        raise SettingError(f"preset: {chosen.name} has none; leave it out")
    return replace_settings(settings, **changes)
