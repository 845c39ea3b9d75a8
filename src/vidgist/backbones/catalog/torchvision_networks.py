"""Networks of torchvision: the supervised ones of Table S7, and those that look at 16 frames.

The weights of the former are the library's first ones, which were usual when the paper was written;
the latter were trained on Kinetics-400.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from vidgist.backbones.networks.record import TorchRecord
from vidgist.backbones.networks.stored import own_file, torch_file
from vidgist.types import FrameWindow


@dataclass(frozen=True, kw_only=True)
class Torchvision(TorchRecord):
    """One network of torchvision with one set of its weights.

    Attributes:
        weights: the library's name for the set.
        options: arguments that the network was built with when these weights were made.
        unused: parts that only training needs; they are loaded and removed.
    """

    library: ClassVar[str] = "torchvision"
    origin: ClassVar[str] = "torchvision"

    weights: str
    options: dict[str, Any] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    def weights_path(self) -> Path | None:
        """Return the user's own file, or torch's in its cache."""
        return own_file(self.file) or torch_file(self.file)

    def details(self) -> dict[str, object]:
        """Return the facts of the record by name."""
        return super().details() | {"weights": self.weights}

    def library_network(self, *, pretrained: bool) -> Any:
        """Return the network as torchvision builds it."""
        from torchvision import models

        # To draw the first random numbers takes a minute for some, only to replace them.
        late = {"init_weights": False} if pretrained and "init_weights" in self.options else {}
        model = models.get_model(self.model, weights=None, **{**self.options, **late})
        if pretrained:
            self._fill(model)
        for part in self.unused:
            setattr(model, part, None)
        if self.unused:
            model.aux_logits = False
        return model

    def _fill(self, model: Any) -> None:
        from torchvision import models

        from vidgist.backbones.networks.weights import fetching, fill, read_weights

        path = own_file(self.file)
        if path is not None:
            digits = path.stem.rpartition("-")[2]  # torchvision's names end in their hash
            fill(model, read_weights(path, sha256=digits), source=path)
            return
        with fetching(self.name, file=self.file, source="torchvision's server"):
            state = (
                models.get_model_weights(self.model)[self.weights]
                # Numbers only: a file that holds more is refused.
                .get_state_dict(progress=False, check_hash=True, weights_only=True)
            )
        fill(model, state, source=Path(self.file))


_POOLED = "mean over the last layer's picture"
# Others trained both networks for pixels in [-1, 1]; they undo ImageNet's normalization.
_INCEPTION = {"aux_logits": True, "transform_input": True, "init_weights": True}
_KINETICS: dict[str, Any] = {
    "side": 112,
    # Sixteen frames at the rate of the library's own evaluation.
    "window": FrameWindow(frames=16, rate=15.0),
    "layer": "mean over the last layer's frames",
    "mean": (0.43216, 0.394666, 0.37645),
    "std": (0.22803, 0.22145, 0.216989),
    "weights": "KINETICS400_V1",
}


def _record(
    name: str,
    dimension: int,
    file: str,
    *,
    layer: str = _POOLED,
    classifier: str = "fc",
    side: int = 224,
    weights: str = "IMAGENET1K_V1",
    **options: Any,
) -> Torchvision:
    return Torchvision(
        name=name,
        dimension=dimension,
        size=(side, side),
        license="BSD-3-Clause",
        source=f"torchvision, {file}",
        model=name,
        layer=layer,
        classifier=classifier,
        file=file,
        weights=weights,
        **options,
    )


RECORDS = (
    _record(
        "vgg19",
        4096,
        "vgg19-dcbb9e9d.pth",
        layer="second fully connected layer, after its ReLU",
        classifier="classifier.6",
        options={"init_weights": True},
    ),
    _record(
        "googlenet",
        1024,
        "googlenet-1378be20.pth",
        layer=f"pool5: {_POOLED}",
        options=_INCEPTION,
        unused=("aux1", "aux2"),
    ),
    _record(
        "inception_v3",
        2048,
        "inception_v3_google-0cc3c7bd.pth",
        side=299,
        options=_INCEPTION,
        unused=("AuxLogits",),
    ),
    _record("resnet50", 2048, "resnet50-0676ba61.pth"),
    _record("resnet101", 2048, "resnet101-63fe2227.pth"),
    _record("r3d_18", 512, "r3d_18-b3b3357e.pth", **_KINETICS),
    _record("mc3_18", 512, "mc3_18-a90a0ba3.pth", **_KINETICS),
    _record("r2plus1d_18", 512, "r2plus1d_18-91a641e6.pth", **_KINETICS),
)
