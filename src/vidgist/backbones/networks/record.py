"""The record of a backbone that runs by torch: declared without torch, built on demand."""

from __future__ import annotations

import abc
import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from vidgist.backbones.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Triple
from vidgist.backbones.record import Record
from vidgist.errors import MissingExtraError

if TYPE_CHECKING:
    from vidgist.backbones.networks.network import PixelNetwork, TorchBackbone

EXTRA = "backbones"
_LIBRARIES = ("torch", "torchvision", "timm")


@dataclass(frozen=True, kw_only=True)
class TorchRecord(Record):
    """One network of a library, or of a file of weights that its authors published.

    A family is a subclass that builds the network and finds its weights.

    Attributes:
        model: the network, by the library's name for it.
        layer: which layer is the feature, in words.
        classifier: the path of the layer whose input is the feature; "" where the network has
            none and its output is the feature.
        mean: subtracted from RGB in [0, 1].
        std: divided by after that.
        file: the name of its weights as a file of their own.
        install: as in `Record`.
    """

    runtime: ClassVar[str] = "torch"
    library: ClassVar[str]
    remedy: ClassVar[str] = "fetched at first use"
    """What becomes of weights that are not here, in a few words."""

    model: str
    layer: str
    classifier: str = ""
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD
    file: str
    install: str = f"'vidgist[{EXTRA}]'"

    @abc.abstractmethod
    def library_network(self, *, pretrained: bool) -> Any:
        """Return the network as its library builds it, with its classifier, as a torch module.

        Its input is normalized pictures (B, 3, H, W), or frame windows (B, 3, F, H, W).

        Args:
            pretrained: with its weights; else with random numbers, for tests.

        Raises:
            ModelError: the weights are not here and cannot be fetched, or are damaged.
        """

    def libraries(self) -> bool:
        """Return whether the libraries are installed; none of them is imported."""
        return all(importlib.util.find_spec(name) is not None for name in _LIBRARIES)

    def installed(self) -> bool:
        """Return whether libraries and weights are here."""
        return self.libraries() and super().installed()

    def state(self) -> str:
        """Return in a few words whether it can be loaded."""
        if not self.libraries():
            return f"extra {EXTRA}"
        return "installed" if self.installed() else self.remedy

    def details(self) -> dict[str, object]:
        """Return the facts of the record by name."""
        return super().details() | {
            "library": self.library,
            "model": self.model,
            "layer": self.layer,
            "mean": list(self.mean),
            "std": list(self.std),
            "file": self.file,
        }

    def identity(self) -> dict[str, object]:
        """Return what decides the features besides the weights."""
        window = self.window
        return {
            "network": self.model,
            "layer": self.classifier or "output",
            "size": list(self.size),
            "mean": list(self.mean),
            "std": list(self.std),
            "clip": None if window is None else [window.frames, window.rate],
        }

    def network(self, *, pretrained: bool = True) -> PixelNetwork:
        """Return the torch module that maps uint8 pictures to features; see `library_network`."""
        if not self.libraries():
            raise MissingExtraError(f"backbone '{self.name}'", EXTRA)
        from vidgist.backbones.networks.network import PixelNetwork, without

        network = self.library_network(pretrained=pretrained)
        return PixelNetwork(without(network, self.classifier), mean=self.mean, std=self.std)

    def load(self, *, device: str = "auto", threads: int | None = None) -> TorchBackbone:
        """Load the extractor."""
        network = self.network()
        from vidgist.backbones.networks.network import TorchBackbone

        return TorchBackbone(network, self, device=device, threads=threads)

    def export(self) -> bytes:
        """Return the network as an ONNX model: uint8 pictures in, features out."""
        network = self.network()
        from vidgist.backbones.networks.network import onnx_of

        return onnx_of(network, self)
