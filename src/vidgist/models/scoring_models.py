"""Models that give scores and were not trained here: functions, and ONNX files.

Both take the features of one whole video and give one number a sample, higher for more important.
Numbers below 0 are moved up together, so that the least is 0.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from vidgist.backbones.onnx_check import external_files, parse_model
from vidgist.backbones.session import Session
from vidgist.criteria.gram import check_features
from vidgist.errors import ModelError, SettingError, VidgistError
from vidgist.imports import is_object_name
from vidgist.models.model import Model, load_model
from vidgist.registry import Registry
from vidgist.types import Features, Floats


@dataclass(frozen=True, kw_only=True)
class ScoreFunction:
    """A function that scores the samples of a video.

    Attributes:
        name: what users call it.
        summary: one line for people.
        score: from the `Features` of T samples to their scores (T,), finite.
        order: its place in lists.

    Example:
        >>> import vidgist
        >>> later = ScoreFunction(
        ...     name="later", summary="later is better", score=lambda features: features.times
        ... )
        >>> vidgist.summarize("demo.mp4", scorer=later).settings["model"]
        "scorer: 'later'"
    """

    name: str
    summary: str
    score: Callable[[Features], Floats]
    order: float = 100.0


SCORERS: Registry[ScoreFunction] = Registry(
    "scorer",
    group="vidgist.scorers",
    package="vidgist.models",
    attribute="SCORER",
    record=ScoreFunction,
    wrap=lambda name, score: ScoreFunction(name=name, summary="scores of your own", score=score),
)
"""Every function that scores, by name; those of other packages and of users."""


class ScoringModel(ABC):
    """What gives scores in the place of criteria.

    Attributes:
        source: what to call it in an error.
        row: its name in tables.
    """

    gives_criteria = False

    def __init__(self, source: str, row: str) -> None:
        self.source = source
        self.row = row

    def check(self, *, dimension: int, backbone: str = "", fingerprint: str = "") -> None:  # noqa: B027 (most take any)
        """Make sure that features of D numbers a sample fit; see `Model.check`."""

    def apply(self, features: Features | Floats) -> NoReturn:
        """Raise ModelError: it refines no features."""
        raise ModelError(f"{self.source}: gives scores, not features; use no criteria with it")

    def scores(self, features: Features | Floats) -> Floats:
        """Return the score (T,) of each sample, at least 0.

        Args:
            features: (T, D) of one whole video, not normalized.

        Raises:
            ModelError: the features are of another width.
            VidgistError: what comes back is no score for each sample.
            ValueError: the features are not (T, D), or not finite.
        """
        if not isinstance(features, Features):
            values = np.asarray(features)
            features = Features(values=values, picks=np.arange(len(values)), n_frames=len(values))
        check_features(features.values)
        self.check(dimension=features.values.shape[1], backbone=features.backbone)
        scores = np.asarray(self._scores(features))
        count = len(features)
        if scores.size != count or max(scores.shape, default=0) != count:
            raise self._fault(f"expected a score for each of {count} samples, got {scores.shape}")
        if scores.dtype.kind not in "fiub" or not np.isfinite(scores).all():
            raise self._fault("expected finite numbers")
        scores = scores.reshape(count).astype(np.float64)
        return np.asarray(scores - min(0.0, float(scores.min())))

    @abstractmethod
    def _scores(self, features: Features) -> npt.NDArray[Any]:
        """Return what the model makes of the samples, before any check."""

    def _fault(self, what: str) -> VidgistError:
        return ModelError(f"{self.source}: {what}; fix it")


class FunctionModel(ScoringModel):
    """A function that scores, as a model.

    Args:
        record: of the function.

    >>> FunctionModel(SCORERS.resolve(lambda features: features.values.sum(axis=1))).scores(
    ...     np.array([[1.0, 2.0], [0.0, 1.0]])
    ... )
    array([3., 1.])
    """

    def __init__(self, record: ScoreFunction) -> None:
        super().__init__(f"scorer: '{record.name}'", record.name)
        self._record = record

    def _scores(self, features: Features) -> npt.NDArray[Any]:
        return np.asarray(SCORERS.call(self._record.name, self._record.score, features))


_TYPES = {
    "tensor(float16)": np.float16,
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
}
_OUTPUTS = ("scores", "score", "importance")


class OnnxModel(ScoringModel):
    """A network of scores out of an ONNX file.

    Its input is the features, floats (T, D) or (1, T, D) with an open T, not normalized; its output
    (the only one, or ``scores``) has T numbers.

    Args:
        path: the file; tensors in files beside it are read, others refused.

    Raises:
        ModelError: the file is missing, damaged, or takes or gives something else.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        path = Path(path)
        super().__init__(str(path), path.stem)
        external_files(parse_model(path), path=path)
        self._session = Session(path, source=str(path))
        if len(self._session.inputs) != 1:
            names = ", ".join(value.name for value in self._session.inputs)
            raise ModelError(f"{path}: has the inputs {names}; export it with the features alone")
        self._input = self._session.inputs[0]
        shape = list(self._input.shape)
        if self._input.type not in _TYPES or len(shape) not in (2, 3):
            raise ModelError(
                f"{path}: its input is {self._input.type} of shape {shape}; a model of scores "
                "takes features as floats (T, D) or (1, T, D)"
            )
        if isinstance(shape[-2], int) and shape[-2] > 0:
            raise ModelError(
                f"{path}: takes {shape[-2]} samples exactly; export it with an open number of them"
            )
        outputs = [value.name for value in self._session.outputs]
        named = [name for name in _OUTPUTS if name in outputs]
        if not named and len(outputs) != 1:
            raise ModelError(
                f"{path}: has the outputs {', '.join(outputs)}; call that of the scores 'scores'"
            )
        self._output = (named or outputs)[0]
        self._dimension = shape[-1] if isinstance(shape[-1], int) else None
        self._axes = len(shape)

    def check(self, *, dimension: int, backbone: str = "", fingerprint: str = "") -> None:
        """Make sure that features have the width that the network takes."""
        if self._dimension not in (None, dimension):
            theirs = f" of {backbone}" if backbone else ""
            raise ModelError(
                f"{self.source}: takes features of {self._dimension} numbers a sample, these"
                f"{theirs} have {dimension}; use backbone='NAME' of the one that it was trained on"
            )

    def _scores(self, features: Features) -> npt.NDArray[Any]:
        values = features.values.astype(_TYPES[self._input.type])
        values = values[None] if self._axes == 3 else values
        return self._session.run(self._output, **{self._input.name: values})


AnyModel = Model | ScoringModel
"""A model that refines features or gives scores."""


def open_model(
    model: AnyModel | ScoreFunction | Callable[[Features], Floats] | str | os.PathLike[str],
) -> AnyModel:
    """Return the model that a user means.

    Args:
        model: a safetensors file that ``vidgist train`` wrote; an ONNX file of a network of scores;
            the name of a scorer, or ``"module:function"``; a function from `Features` to scores
            (T,); or the model itself.

    Raises:
        ModelError: the file is missing, damaged, or no such model.
        SettingError: a function cannot be imported, or is none.
    """
    if isinstance(model, (Model, ScoringModel)):
        return model
    if isinstance(model, os.PathLike):
        model = os.fspath(model)
    if not isinstance(model, str):
        return FunctionModel(SCORERS.resolve(model))
    if model.lower().endswith(".onnx"):
        return OnnxModel(model)
    if model in SCORERS or (is_object_name(model) and not Path(model).exists()):
        return FunctionModel(SCORERS.resolve(model))
    return load_model(model)


def open_scorer(
    scorer: ScoringModel | ScoreFunction | Callable[[Features], Floats] | str | os.PathLike[str],
) -> AnyModel:
    """Return the model of a scorer's name, function or file, see `open_model`.

    Raises:
        SettingError: it is the name of no scorer, nor one of a file or an object.
    """
    if isinstance(scorer, str) and not (is_object_name(scorer) or Path(scorer).suffix):
        return FunctionModel(SCORERS.resolve(scorer))
    found = open_model(scorer)
    if found.gives_criteria:
        raise SettingError("scorer: this model refines features; give it as model=")
    return found
