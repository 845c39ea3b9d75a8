"""The record of a backbone that runs by torch: declared here, built when it is asked for."""

from __future__ import annotations

import abc
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from vidgist.backbones.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Triple
from vidgist.backbones.record import Record
from vidgist.errors import MissingExtraError

if TYPE_CHECKING:
    from vidgist.backbones.networks.backbone import TorchBackbone
    from vidgist.backbones.networks.module import PixelNetwork

__all__ = ["EXTRA", "TorchRecord"]

EXTRA = "backbones"
_LIBRARIES = ("torch", "torchvision", "timm")


@dataclass(frozen=True, kw_only=True)
class TorchRecord(Record):
    """One network of a library, or of a file of weights that its authors published.

    A family says how its kind is built and where its weights lie.

    Attributes:
        model: the network, by the library's name for it.
        layer: which layer is the feature, in words.
        classifier: the path of the layer whose input is the feature; "" where the network has
            none and its output is the feature.
        mean: subtracted from RGB in [0, 1].
        std: divided by after that.
        file: the name that its weights have as a file of their own.
        install: as in `Record`.
    """

    runtime: ClassVar[str] = "torch"
    library: ClassVar[str]

    model: str
    layer: str
    classifier: str = ""
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD
    file: str
    install: str = f"'vidgist[{EXTRA}]'"

    @abc.abstractmethod
    def whole(self, *, pretrained: bool) -> Any:
        """Return the network as its library builds it, classifier and all, as a torch module.

        It takes normalized pictures (B, 3, H, W), or clips (B, 3, F, H, W).

        Args:
            pretrained: with its weights; else with random numbers, as tests want it.

        Raises:
            ModelError: the weights are not here and cannot be fetched, or are damaged.
        """

    @abc.abstractmethod
    def weights_path(self) -> Path | None:
        """Return where its weights lie on this machine, None where they do not."""

    def libraries(self) -> bool:
        """Return whether the libraries are installed; none of them is imported."""
        return all(importlib.util.find_spec(name) is not None for name in _LIBRARIES)

    def installed(self) -> bool:
        """Return whether libraries and weights are here."""
        return self.libraries() and self.weights_path() is not None

    def state(self) -> str:
        """Return in a few words whether it can be had."""
        if not self.libraries():
            return f"extra {EXTRA}"
        return "installed" if self.installed() else "fetched at first use"

    def details(self) -> dict[str, object]:
        """Return what there is to know of it, by name."""
        return super().details() | {
            "library": self.library,
            "model": self.model,
            "layer": self.layer,
            "mean": list(self.mean),
            "std": list(self.std),
            "file": self.file,
        }

    def network(self, *, pretrained: bool = True) -> PixelNetwork:
        """Return the network that takes uint8 pictures and gives features, as a torch module.

        Args:
            pretrained: see `whole`.
        """
        if not self.libraries():
            raise MissingExtraError(f"backbone '{self.name}'", EXTRA)
        from vidgist.backbones.networks.module import PixelNetwork, without

        whole = self.whole(pretrained=pretrained)
        return PixelNetwork(without(whole, self.classifier), mean=self.mean, std=self.std)

    def load(self, *, device: str = "auto", threads: int | None = None) -> TorchBackbone:
        """Return the extractor, ready to run."""
        network = self.network()
        from vidgist.backbones.networks.backbone import TorchBackbone

        return TorchBackbone(network, self, device=device, threads=threads)

    def export(self) -> bytes:
        """Return the network as an ONNX model: uint8 pictures in, features out."""
        network = self.network()
        from vidgist.backbones.networks.export import onnx_of

        return onnx_of(network, self)
