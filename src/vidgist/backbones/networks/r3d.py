"""The 3D ResNets of Hara, Kataoka and Satoh, with bottlenecks and convolutions for shortcuts.

"Can Spatiotemporal 3D CNNs Retrace the History of 2D CNNs and ImageNet?", CVPR 2018: ResNet with
every 3 x 3 made 3 x 3 x 3.  The first layer keeps all 16 frames; each later stage halves time as it
halves the picture.  Layers are named as in the authors' files of weights.
"""

from __future__ import annotations

from typing import Any

from torch import nn

DEPTHS = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}
"""Blocks of each of the four stages."""

_WIDTHS = (64, 128, 256, 512)
_EXPANSION = 4


def _convolution(inside: int, outside: int, *, kernel: int, stride: int = 1) -> nn.Conv3d:
    return nn.Conv3d(
        inside, outside, kernel_size=kernel, stride=stride, padding=kernel // 2, bias=False
    )


class _Bottleneck(nn.Module):
    """Residual block: convolutions 1 x 1 x 1, 3 x 3 x 3, 1 x 1 x 1, and a shortcut."""

    def __init__(self, inside: int, width: int, *, stride: int) -> None:
        super().__init__()
        outside = width * _EXPANSION
        self.conv1 = _convolution(inside, width, kernel=1)
        self.bn1 = nn.BatchNorm3d(width)
        self.conv2 = _convolution(width, width, kernel=3, stride=stride)
        self.bn2 = nn.BatchNorm3d(width)
        self.conv3 = _convolution(width, outside, kernel=1)
        self.bn3 = nn.BatchNorm3d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if stride != 1 or inside != outside:
            shortcut = _convolution(inside, outside, kernel=1, stride=stride)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm3d(outside))

    def forward(self, maps: Any) -> Any:
        narrow = self.relu(self.bn1(self.conv1(maps)))
        wide = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(narrow)))))
        return self.relu(wide + (maps if self.downsample is None else self.downsample(maps)))


class ResNet3d(nn.Module):
    """Maps frame windows (B, 3, 16, 112, 112) to scores of classes."""

    def __init__(self, depths: tuple[int, ...], *, classes: int = 700) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(3, 64, (7, 7, 7), stride=(1, 2, 2), padding=(3, 3, 3), bias=False)
        self.bn1 = nn.BatchNorm3d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool3d(3, stride=2, padding=1)
        inside = 64
        for index, (width, depth) in enumerate(zip(_WIDTHS, depths, strict=True)):
            blocks = []
            for block in range(depth):
                stride = 2 if block == 0 and index > 0 else 1
                blocks.append(_Bottleneck(inside, width, stride=stride))
                inside = width * _EXPANSION
            self.add_module(f"layer{index + 1}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool3d(1)
        self.fc = nn.Linear(inside, classes)
        for part in self.modules():
            if isinstance(part, nn.Conv3d):
                nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, windows: Any) -> Any:
        """Return (B, classes) scores of normalized frame windows (B, 3, F, H, W)."""
        maps = self.maxpool(self.relu(self.bn1(self.conv1(windows))))
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            maps = stage(maps)
        return self.fc(self.avgpool(maps).flatten(1))
