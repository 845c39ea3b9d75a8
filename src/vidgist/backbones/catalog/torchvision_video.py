"""Networks of torchvision that look at 16 frames, trained on Kinetics-400."""

from __future__ import annotations

from vidgist.backbones.networks.torchvision import Torchvision
from vidgist.types import FrameWindow

__all__ = ["RECORDS"]


def _resnet(name: str, digits: str) -> Torchvision:
    file = f"{name}-{digits}.pth"
    return Torchvision(
        name=name,
        dimension=512,
        size=(112, 112),
        # Sixteen frames at the rate of the library's own evaluation.
        window=FrameWindow(frames=16, rate=15.0),
        license="BSD-3-Clause",
        source=f"torchvision, {file}",
        model=name,
        layer="mean over the last layer's frames",
        classifier="fc",
        mean=(0.43216, 0.394666, 0.37645),
        std=(0.22803, 0.22145, 0.216989),
        file=file,
        weights="KINETICS400_V1",
    )


RECORDS = (
    _resnet("r3d_18", "b3b3357e"),
    _resnet("mc3_18", "a90a0ba3"),
    _resnet("r2plus1d_18", "91a641e6"),
)
