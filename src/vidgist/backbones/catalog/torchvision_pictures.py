"""Networks of torchvision that look at single pictures: the supervised ones of Table S7.

The weights are the library's first ones, those that were usual when the paper was written.
"""

from __future__ import annotations

from typing import Any

from vidgist.backbones.networks.torchvision import Torchvision

__all__ = ["RECORDS"]

_POOLED = "mean over the last layer's picture"
# Both nets were trained by others for pixels in [-1, 1]; they take ImageNet's normalization back.
_INCEPTION: dict[str, Any] = {
    "aux_logits": True,
    "transform_input": True,
    "init_weights": True,
}


def _record(
    name: str,
    *,
    model: str = "",
    dimension: int,
    layer: str,
    classifier: str,
    file: str,
    side: int = 224,
    options: dict[str, Any] | None = None,
    unused: tuple[str, ...] = (),
) -> Torchvision:
    return Torchvision(
        name=name,
        dimension=dimension,
        size=(side, side),
        license="BSD-3-Clause",
        source=f"torchvision, {file}",
        model=model or name,
        layer=layer,
        classifier=classifier,
        file=file,
        weights="IMAGENET1K_V1",
        options=options or {},
        unused=unused,
    )


RECORDS = (
    _record(
        "vgg19",
        dimension=4096,
        layer="second fully connected layer, after its ReLU",
        classifier="classifier.6",
        file="vgg19-dcbb9e9d.pth",
        options={"init_weights": True},
    ),
    _record(
        "googlenet",
        dimension=1024,
        layer=f"pool5: {_POOLED}",
        classifier="fc",
        file="googlenet-1378be20.pth",
        options=_INCEPTION,
        unused=("aux1", "aux2"),
    ),
    _record(
        "inception_v3",
        dimension=2048,
        layer=_POOLED,
        classifier="fc",
        file="inception_v3_google-0cc3c7bd.pth",
        side=299,
        options=_INCEPTION,
        unused=("AuxLogits",),
    ),
    _record(
        "resnet50",
        dimension=2048,
        layer=_POOLED,
        classifier="fc",
        file="resnet50-0676ba61.pth",
    ),
    _record(
        "resnet101",
        dimension=2048,
        layer=_POOLED,
        classifier="fc",
        file="resnet101-63fe2227.pth",
    ),
)
