"""What a feature extractor is: a picture in, one vector out."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import SettingError

__all__ = ["Backbone", "check_pixels", "fingerprint_of"]

Pixels: TypeAlias = npt.NDArray[np.uint8]
Vectors: TypeAlias = npt.NDArray[np.float32]


class Backbone(Protocol):
    """Turns small pictures into feature vectors.

    Attributes:
        name: how users call it.
        dimension: D, the length of a vector.
        size: (height, width) of the pictures that it takes; frames are resized whole to it.
        fingerprint: identifies weights, layer and preprocessing; features with the same
            fingerprint can be compared, others cannot.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def dimension(self) -> int: ...  # noqa: D102

    @property
    def size(self) -> tuple[int, int]: ...  # noqa: D102

    @property
    def fingerprint(self) -> str: ...  # noqa: D102

    def extract(self, pixels: Pixels) -> Vectors:
        """Return the (B, D) pooled features, not normalised, of (B, H, W, 3) RGB pictures."""
        ...


def check_pixels(pixels: Pixels, *, size: tuple[int, int]) -> None:
    """Make sure that pictures are what a backbone takes.

    Raises:
        SettingError: they are not uint8 (B, H, W, 3) of that size.
    """
    expected = (*size, 3)
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1:] != expected:
        raise SettingError(
            f"pixels: expected uint8 (B, {size[0]}, {size[1]}, 3), "
            f"came {pixels.dtype} {pixels.shape}"
        )


def fingerprint_of(**identity: Any) -> str:
    """Return 32 hexadecimal digits that stand for these facts, whatever their order."""
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
