"""A declarative record of one feature extractor: what it is, and how to get it."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from vidgist.backbones.backbone import ClipShape

if TYPE_CHECKING:
    from vidgist.backbones.backbone import Backbone

__all__ = ["Record"]


@dataclass(frozen=True, kw_only=True)
class Record(abc.ABC):
    """One line of ``vidgist backbones``.

    A family of extractors is a subclass that knows how to load its kind; a single extractor is an
    instance of it in a file of `vidgist.backbones.catalog`.

    Attributes:
        name: how users call it.
        dimension: D, the length of a vector.
        size: (height, width) of the pictures that it takes.
        license: SPDX name of the license of its weights.
        source: where its weights come from.
        install: what to install to have it, as arguments of pip.
        clip: the clips around a sample that it looks at; None: at the sample alone.
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
    clip: ClipShape | None = None

    @abc.abstractmethod
    def installed(self) -> bool:
        """Return whether it can be loaded here and now, without a download."""

    def state(self) -> str:
        """Return in a few words whether it can be had, and what it needs for that."""
        return "installed" if self.installed() else "not installed"

    def details(self) -> dict[str, object]:
        """Return what there is to know of it, by name, for people and programs to read."""
        clip = self.clip
        return {
            "name": self.name,
            "dimension": self.dimension,
            "size": list(self.size),
            "clip": None if clip is None else {"frames": clip.frames, "rate": clip.rate},
            "license": self.license,
            "source": self.source,
            "runtime": self.runtime,
            "installed": self.installed(),
            "install": self.install,
        }

    @abc.abstractmethod
    def load(self, *, device: str = "auto", threads: int | None = None) -> Backbone:
        """Return it, ready to run.

        Raises:
            SettingError: the device is unknown or absent.
            MissingExtraError: its library or its weights are not installed.
            ModelError: its weights are damaged.
        """

    @abc.abstractmethod
    def export(self) -> bytes:
        """Return it as a serialized ONNX model that `--backbone FILE.onnx` takes as it is.

        Raises:
            MissingExtraError: its library or its weights are not installed.
            ModelError: its weights are damaged.
        """
