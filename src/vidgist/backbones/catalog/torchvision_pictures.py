"""Networks of torchvision for single pictures: the supervised ones of Table S7.

The weights are the library's first ones, which were usual when the paper was written.
"""

from __future__ import annotations

from typing import Any

from vidgist.backbones.networks.torchvision import Torchvision

__all__ = ["RECORDS"]

_POOLED = "mean over the last layer's picture"
# Others trained both networks for pixels in [-1, 1]; they undo ImageNet's normalization.
_INCEPTION = {"aux_logits": True, "transform_input": True, "init_weights": True}


def _record(
    name: str,
    dimension: int,
    file: str,
    *,
    layer: str = _POOLED,
    classifier: str = "fc",
    side: int = 224,
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
        weights="IMAGENET1K_V1",
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
)
