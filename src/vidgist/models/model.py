"""A trained network, run by ONNX Runtime on features of any length."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from vidgist.backbones.session import Session
from vidgist.criteria import alignment, uniformity
from vidgist.criteria.gram import check_features
from vidgist.errors import ModelError, SettingError
from vidgist.models import dsn_graph, refiner_graph
from vidgist.models.card import ModelCard
from vidgist.models.file import open_tensors
from vidgist.models.settings import DsnSettings, Settings, from_dict
from vidgist.types import Features, Floats

__all__ = ["Model", "load_model", "refined_criteria"]

_BLOCK_BYTES = 64 * 2**20
"""Memory that the attention weights of one block of queries may take."""


class Model:
    """A trained network, ready to run.

    Args:
        tensors: its weights by name.
        card: what the file says of itself.
        source: what to call it in an error.
        device: `auto`, `cpu` or `cuda`.
        threads: for one run; default one a core.

    Raises:
        ModelError: the weights are not those of the network that the card describes.
    """

    def __init__(
        self,
        tensors: Mapping[str, npt.NDArray[Any]],
        card: ModelCard,
        *,
        source: str = "the model",
        device: str = "auto",
        threads: int | None = None,
    ) -> None:
        self.card = card
        self.source = source
        self._device = device
        self._threads = threads
        self.settings = _settings_of(card, source=source)
        _check_stored(
            {name: (v.shape, v.dtype.kind == "f") for name, v in tensors.items()},
            _shapes_of(card, self.settings),
            source=source,
        )
        self._weights = {n: np.asarray(v, dtype=np.float32) for n, v in tensors.items()}

    @property
    def gives_criteria(self) -> bool:
        """Whether it refines features, so that criteria can be taken; else it gives a score."""
        return not isinstance(self.settings, DsnSettings)

    @property
    def kind(self) -> str:
        """`contrastive` (use `apply`) or `dr-dsn` (use `scores`)."""
        return self.card.kind

    @cached_property
    def _session(self) -> Session:
        if isinstance(self.settings, DsnSettings):
            graph = dsn_graph.dsn_graph(
                self._weights,
                dimension=self.card.dimension,
                hidden=self.settings.hidden,
                unit_input=self.settings.unit_input,
            )
        else:
            graph = refiner_graph.refiner_graph(
                self._weights,
                dimension=self.card.dimension,
                shape=self.settings.network,
                unit_input=self.settings.unit_input,
            )
        return Session(graph, source=self.source, device=self._device, threads=self._threads)

    def check(self, *, dimension: int, backbone: str = "", fingerprint: str = "") -> None:
        """Make sure that features are of the kind that the model was trained on.

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
        cure = f"use --backbone {card.backbone}, or" if card.backbone else "give such features, or"
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

    def apply(self, features: Features | Floats) -> tuple[Floats, Floats]:
        """Return refined features and the uniqueness of each sample.

        Args:
            features: (T, D) backbone features of one whole video, not normalized.

        Returns:
            (T, d) float32, not normalized, and (T,) float32 in [0, 1]: 1 for what other videos do
            not show.

        Raises:
            ModelError: the features are of another width, or the model is of another kind.
            ValueError: the features are not (T, D), or not finite.
        """
        if isinstance(self.settings, DsnSettings):
            raise ModelError(f"{self.source}: gives scores, not features; use no criteria with it")
        values = self._checked(features)
        per_query = 4 * self.settings.network.heads * len(values)
        block = min(max(_BLOCK_BYTES // per_query, 16), 1024, len(values))
        results = self._session.run(
            refiner_graph.RESULTS, features=values, block=np.array([block], dtype=np.int64)
        )
        return results[:, :-1], np.clip(results[:, -1], 0.0, 1.0)

    def scores(self, features: Features | Floats) -> Floats:
        """Return the score (T,) in [0, 1] that DR-DSN gives each sample.

        Args:
            features: (T, D) backbone features of one whole video, not normalized.

        Raises:
            ModelError: the features are of another width, or the model is of another kind.
            ValueError: the features are not (T, D), or not finite.
        """
        if not isinstance(self.settings, DsnSettings):
            raise ModelError(f"{self.source}: refines features and gives no scores of its own")
        return self._session.run(dsn_graph.RESULTS, features=self._checked(features))

    def _checked(self, features: Features | Floats) -> npt.NDArray[np.float32]:
        name = features.backbone if isinstance(features, Features) else ""
        values = features.values if isinstance(features, Features) else features
        values = check_features(values)
        self.check(dimension=values.shape[1], backbone=name)
        return np.ascontiguousarray(values, dtype=np.float32)


def _settings_of(card: ModelCard, *, source: str) -> Settings:
    try:
        return from_dict(card.settings, method=card.kind)
    except SettingError as error:
        raise ModelError(f"{source}: has {error}; train the model again") from None


def _shapes_of(card: ModelCard, settings: Settings) -> dict[str, tuple[int, ...]]:
    if isinstance(settings, DsnSettings):
        return dsn_graph.dsn_shapes(card.dimension, hidden=settings.hidden)
    return refiner_graph.refiner_shapes(card.dimension, settings.network)


def _check_stored(
    stored: Mapping[str, tuple[tuple[int, ...], bool]],
    expected: Mapping[str, tuple[int, ...]],
    *,
    source: str,
) -> None:
    """Make sure that there are those tensors and no others; ``stored``: shape, whether floats."""
    for name, shape in expected.items():
        came, floats = stored.get(name, ("nothing", False))
        if came != shape or not floats:
            said = came if floats or came == "nothing" else f"{came} of no floats"
            raise ModelError(
                f"{source}: its tensor '{name}' should be {shape}, is {said}; "
                "the file is damaged, train the model again"
            )
    extra = sorted(set(stored) - set(expected))
    if extra:
        raise ModelError(
            f"{source}: has a tensor '{extra[0][:60]}' that no network of ours has; "
            "train the model again"
        )


def load_model(
    path: str | os.PathLike[str], *, device: str = "auto", threads: int | None = None
) -> Model:
    """Return a model that ``vidgist train`` wrote, ready to run; needs no torch.

    Args:
        path: the safetensors file.
        device: `auto`, `cpu` or `cuda`.
        threads: for one run; default one a core.

    Raises:
        ModelError: the file is missing, damaged, or no model of vidgist.
        SettingError: the device is unknown or absent.
    """
    source = str(Path(path))
    with open_tensors(path) as file:
        card = ModelCard.from_metadata(file.metadata, source=source)
        shapes = _shapes_of(card, _settings_of(card, source=source))
        found = {name: (part.shape, part.floats) for name, part in file.stored.items()}
        _check_stored(found, shapes, source=source)
        tensors = file.read()
    return Model(tensors, card, source=source, device=device, threads=threads)


def refined_criteria(
    features: Features | Floats,
    model: Model,
    *,
    neighbors: float = 0.1,
    count_self: bool = False,
    round_neighbors: Literal["round", "floor"] = "round",
) -> dict[str, Floats]:
    """Return the raw criteria of a video under a model, (T,) each, higher for more important.

    Neighbors are still those of the backbone's features (eq. 6); distances, for alignment and
    uniformity, are those of the refined ones; uniqueness is what the filter says.

    Args:
        features: (T, D) backbone features, not normalized.
        model: of kind `contrastive`.
        neighbors: share of the samples that are neighbors.
        count_self: whether a sample is its own neighbor and counts in its own mean.
        round_neighbors: how a T becomes a whole number.

    Raises:
        ModelError: the features do not fit the model.
        ValueError: a shape or the share is wrong, or a feature is not finite.
    """
    refined, unique = model.apply(features)
    values = features.values if isinstance(features, Features) else features
    return {
        "alignment": alignment(
            values,
            neighbors=neighbors,
            count_self=count_self,
            round_neighbors=round_neighbors,
            refined=refined,
        ),
        "uniformity": uniformity(refined, count_self=count_self),
        "uniqueness": unique.astype(np.float64),
    }
