"""Networks of torchvision that look at clips of 16 frames, taught on Kinetics-400."""

from __future__ import annotations

from vidgist.backbones.backbone import ClipShape
from vidgist.backbones.networks.torchvision import Torchvision
from vidgist.backbones.preprocessing import Triple

__all__ = ["RECORDS"]

_MEAN: Triple = (0.43216, 0.394666, 0.37645)
_STD: Triple = (0.22803, 0.22145, 0.216989)


def _resnet(name: str, file: str) -> Torchvision:
    return Torchvision(
        name=name,
        dimension=512,
        size=(112, 112),
        # Sixteen frames at the rate of the library's own evaluation.
        clip=ClipShape(frames=16, rate=15.0),
        license="BSD-3-Clause",
        source=f"torchvision, {file}",
        model=name,
        layer="mean over the last layer's clip",
        classifier="fc",
        mean=_MEAN,
        std=_STD,
        file=file,
        weights="KINETICS400_V1",
    )


RECORDS = (
    _resnet("r3d_18", "r3d_18-b3b3357e.pth"),
    _resnet("mc3_18", "mc3_18-a90a0ba3.pth"),
    _resnet("r2plus1d_18", "r2plus1d_18-91a641e6.pth"),
)
