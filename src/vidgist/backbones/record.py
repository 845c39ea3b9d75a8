"""The record of a feature extractor: its name, facts for users, and how to load it."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from vidgist.backbones.backbone import Backbone
from vidgist.types import FrameWindow


@dataclass(frozen=True, kw_only=True)
class Record(abc.ABC):
    """One line of ``vidgist backbones``.

    A family of extractors is a subclass that loads its kind; a single extractor is an instance of
    it in a file of `vidgist.backbones.catalog`.

    Attributes:
        name: how users call it.
        dimension: D, the length of a vector.
        size: (height, width) of its pictures.
        license: SPDX name of the license of its weights.
        source: where its weights come from.
        install: what to install for it, as arguments of pip.
        window: the frame window around a sample that it takes; None: the sample alone.

    Example:
        >>> from vidgist.backbones import BACKBONES
        >>> record = BACKBONES["efficientnet_lite0"]
        >>> record.dimension, record.size, record.license
        (1280, (224, 224), 'Apache-2.0')
    """

    runtime: ClassVar[str]
    origin: ClassVar[str]
    """Where the weights of the family come from, in two words."""

    name: str
    dimension: int
    size: tuple[int, int]
    license: str
    source: str
    install: str
    window: FrameWindow | None = None

    @abc.abstractmethod
    def weights_path(self) -> Path | None:
        """Return the file of its weights on this machine, None where there is none."""

    def installed(self) -> bool:
        """Return whether it can be loaded here and now, without a download."""
        return self.weights_path() is not None

    @abc.abstractmethod
    def state(self) -> str:
        """Return in a few words whether it can be loaded, and what it needs for that."""

    def details(self) -> dict[str, object]:
        """Return the facts of the record by name, as ``vidgist backbones --json`` prints them."""
        window = self.window
        return {
            "name": self.name,
            "dimension": self.dimension,
            "size": list(self.size),
            # Programs read this name, which is older than the term frame window.
            "clip": None if window is None else {"frames": window.frames, "rate": window.rate},
            "license": self.license,
            "source": self.source,
            "runtime": self.runtime,
            "installed": self.installed(),
            "install": self.install,
        }

    @abc.abstractmethod
    def identity(self) -> dict[str, object]:
        """Return what decides the features besides the weights; hashed into the fingerprint.

        A changed name or value here disowns every file of features made so far.
        """

    @abc.abstractmethod
    def load(self, *, device: str = "auto", threads: int | None = None) -> Backbone:
        """Load the extractor.

        Raises:
            SettingError: the device is unknown or absent.
            MissingExtraError: its library or its weights are not installed.
            ModelError: its weights are damaged.
        """

    @abc.abstractmethod
    def export(self) -> bytes:
        """Return the extractor as a serialized ONNX model, uint8 pictures in and features out.

        Raises:
            MissingExtraError: its library or its weights are not installed.
            ModelError: its weights are damaged.
        """
