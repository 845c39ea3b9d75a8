"""A network with its normalization inside: uint8 pictures in, features out."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from vidgist.backbones.preprocessing import Triple

__all__ = ["PixelNetwork", "without"]


def without(whole: nn.Module, path: str) -> nn.Module:
    """Return a network that gives what its classifier would have been given.

    Args:
        whole: the network; it is changed.
        path: of the classifier in it, such as ``head.fc``; "": it has none.
    """
    if path:
        parent, _, name = path.rpartition(".")
        setattr(whole.get_submodule(parent), name, nn.Identity())
    return whole


class PixelNetwork(nn.Module):
    """Normalizes pictures (B, H, W, 3), or clips (B, F, H, W, 3), and gives (B, D) features."""

    gain: torch.Tensor
    offset: torch.Tensor

    def __init__(self, network: nn.Module, *, mean: Triple, std: Triple) -> None:
        super().__init__()
        self.network = network.eval().requires_grad_(False)
        deviation = torch.tensor(std, dtype=torch.float64)
        # (pixels / 255 - mean) / std as one product and one difference.
        self.register_buffer("gain", (1 / (255 * deviation)).float(), persistent=False)
        offset = torch.tensor(mean, dtype=torch.float64) / deviation
        self.register_buffer("offset", offset.float(), persistent=False)
        self.eval()

    def forward(self, pixels: Any) -> Any:
        """Return (B, D) features of uint8 RGB pictures."""
        normalized = pixels.float() * self.gain - self.offset
        axes = range(1, normalized.ndim - 1)
        return self.network(normalized.permute(0, normalized.ndim - 1, *axes)).flatten(1)
