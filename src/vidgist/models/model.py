"""A trained network, run in NumPy on features of any length."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.criteria.gram import check_features
from vidgist.errors import ModelError, SettingError
from vidgist.models.card import ModelCard
from vidgist.models.methods import METHODS
from vidgist.models.settings import KEEP, from_dict
from vidgist.system.fingerprint import array_fingerprint
from vidgist.system.tensors import TensorInfo, open_tensors
from vidgist.types import Features, Floats

_AGAIN = "train the model again"


class Model:
    """A trained network, ready to run.

    Args:
        tensors: its weights by name.
        card: the description of the network.
        source: what to call it in an error.

    Raises:
        ModelError: the method is not installed, or the weights are not those of the network that
            the card describes.
    """

    def __init__(
        self,
        tensors: Mapping[str, npt.NDArray[Any]],
        card: ModelCard,
        *,
        source: str = "the model",
    ) -> None:
        infos = {
            name: TensorInfo(values.shape, f"{values.dtype.kind.upper()}{8 * values.itemsize}")
            for name, values in tensors.items()
        }
        _check_tensors(infos, card, source=source)
        self.card = card
        self.source = source
        self.method = METHODS[card.kind]
        self.settings = from_dict(card.settings, self.method.settings)
        self._weights = {n: np.asarray(v, dtype=np.float32) for n, v in tensors.items()}

    @property
    def gives_criteria(self) -> bool:
        """Whether it refines features, so that criteria can be taken; else it gives a score."""
        return self.method.refine is not None

    @property
    def row(self) -> str:
        """Its name in tables, which says what it learned from and how its epoch was chosen."""
        keep = self.settings.keep
        return (
            self.method.row if keep == KEEP[0] else f"{self.method.row}, {keep.replace('-', ' ')}"
        )

    def check(self, *, dimension: int, backbone: str = "", fingerprint: str = "") -> None:
        """Make sure that features are of the backbone that the model was trained on.

        Args:
            dimension: D of the features.
            backbone: name of their extractor, "" where unknown.
            fingerprint: that of the extractor, "" where unknown.

        Raises:
            ModelError: they are of another backbone or width.
        """
        card = self.card
        known = f"of {card.backbone} " if card.backbone else ""
        theirs = f"of {backbone} " if backbone else ""
        cure = f"use backbone='{card.backbone}', or" if card.backbone else "give such features, or"
        if dimension != card.dimension:
            raise ModelError(
                f"{self.source}: was trained on features {known}with {card.dimension} numbers a "
                f"sample, these {theirs}have {dimension}; {cure} a model trained on these"
            )
        if backbone and card.backbone and backbone != card.backbone:
            raise ModelError(
                f"{self.source}: was trained on features of {card.backbone}, these are of "
                f"{backbone}; {cure} a model trained on these"
            )
        mine = card.backbone_fingerprint
        if fingerprint and mine and fingerprint != mine:
            raise ModelError(
                f"{self.source}: was trained with another version of the backbone "
                f"{card.backbone} (fingerprint {mine[:8]}, now {fingerprint[:8]}); train it again"
            )

    def learned_from(self, features: npt.NDArray[Any]) -> bool | None:
        """Return whether the model was trained on a video with these features (T, D).

        None where the model does not say what it was trained on.
        """
        digests = self.card.trained_on.get("digests")
        if not isinstance(digests, list) or not digests:
            return None
        known = {str(digest) for digest in digests}
        types = {features.dtype, np.dtype(np.float32), np.dtype(np.float16)}
        return any(array_fingerprint(features.astype(t))[:16] in known for t in types)

    def apply(self, features: Features | Floats) -> tuple[Floats, Floats]:
        """Return refined features and the uniqueness of each sample.

        Args:
            features: (T, D) backbone features of one whole video, not normalized.

        Returns:
            (T, d) float32, not normalized, and (T,) float32 in [0, 1]: 1 for what other videos do
            not show.

        Raises:
            ModelError: the features are of another width, or the model gives scores.
            ValueError: the features are not (T, D), or not finite.
        """
        if self.method.refine is None:
            raise ModelError(f"{self.source}: gives scores, not features; use no criteria with it")
        return self.method.refine(self._weights, self._checked(features), self.settings)

    def scores(self, features: Features | Floats) -> Floats:
        """Return the score (T,) in [0, 1] that the network gives each sample.

        Args:
            features: (T, D) backbone features of one whole video, not normalized.

        Raises:
            ModelError: the features are of another width, or the model refines features.
            ValueError: the features are not (T, D), or not finite.
        """
        if self.method.score is None:
            raise ModelError(f"{self.source}: refines features and gives no scores of its own")
        return self.method.score(self._weights, self._checked(features), self.settings)

    def _checked(self, features: Features | Floats) -> npt.NDArray[np.float32]:
        name = features.backbone if isinstance(features, Features) else ""
        values = features.values if isinstance(features, Features) else features
        values = check_features(values)
        self.check(dimension=values.shape[1], backbone=name)
        return np.ascontiguousarray(values, dtype=np.float32)


def _check_tensors(tensors: Mapping[str, TensorInfo], card: ModelCard, *, source: str) -> None:
    """Make sure that there are the tensors that the card describes and no others."""
    if card.kind not in METHODS:
        raise ModelError(
            f"{source}: was trained by the method '{card.kind[:60]}', known here: "
            f"{', '.join(METHODS)}; install the package that brings it"
        )
    method = METHODS[card.kind]
    try:
        shapes = method.shapes(card.dimension, from_dict(card.settings, method.settings))
    except SettingError as error:
        raise ModelError(f"{source}: has {error}; {_AGAIN}") from None
    for name, shape in shapes.items():
        info = tensors.get(name)
        if info is None or info.shape != shape or not info.floats:
            got = "none" if info is None else f"{info.dtype} {info.shape}"
            raise ModelError(
                f"{source}: tensor '{name}': expected floats {shape}, got {got}; {_AGAIN}"
            )
    extra = sorted(set(tensors) - set(shapes))
    if extra:
        raise ModelError(
            f"{source}: has a tensor '{extra[0][:60]}', which {card.kind} has not; {_AGAIN}"
        )


def load_model(path: str | os.PathLike[str]) -> Model:
    """Return a model that ``vidgist train`` wrote, ready to run; needs no torch.

    Args:
        path: the safetensors file.

    Raises:
        ModelError: the file is missing, damaged, or not a model of vidgist, or its method is not
            installed.
    """
    source = str(Path(path))
    with open_tensors(path, cure="give a model that vidgist train wrote") as file:
        card = ModelCard.from_metadata(file.metadata, source=source)
        _check_tensors(file.tensors, card, source=source)
        return Model(file.read(), card, source=source)
