"""The interface of a feature extractor: pictures in, one vector each out."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import SettingError
from vidgist.types import FrameWindow

Pixels: TypeAlias = npt.NDArray[np.uint8]
Vectors: TypeAlias = npt.NDArray[np.float32]


class Backbone(Protocol):
    """Turns small pictures into feature vectors.

    One that takes frame windows instead of single pictures has one attribute more, `window`, a
    `FrameWindow`; its input is (B, F, H, W, 3).

    Attributes:
        name: how users call it.
        dimension: D, the length of a vector.
        size: (height, width) of its pictures; frames are resized whole to it.
        fingerprint: identifies weights, layer and preprocessing; only features with the same
            fingerprint can be compared.
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
        """Return the (B, D) pooled features, not normalized, of (B, H, W, 3) RGB pictures."""
        ...


def window_of(backbone: Backbone) -> FrameWindow | None:
    """Return the frame window that a backbone takes, None where it takes single pictures."""
    window = getattr(backbone, "window", None)
    return window if isinstance(window, FrameWindow) else None


def widths_of(backbone: Backbone) -> tuple[int, ...]:
    """Return the dimensions of the backbones that one consists of, () for a single one."""
    return tuple(getattr(backbone, "widths", ()))


def centers(pixels: Pixels, *, window: FrameWindow | None) -> Pixels:
    """Return the samples (B, H, W, 3) of the frame windows (B, F, H, W, 3) around them."""
    return pixels if window is None else pixels[:, window.center]


def sample_shape(size: tuple[int, int], window: FrameWindow | None) -> tuple[int, ...]:
    """Return the shape of one input: (H, W, 3), or (F, H, W, 3) of a frame window.

    >>> sample_shape((224, 224), FrameWindow(frames=16, rate=25.0))
    (16, 224, 224, 3)
    """
    return (*size, 3) if window is None else (window.frames, *size, 3)


def check_pixels(
    pixels: Pixels, *, size: tuple[int, int], window: FrameWindow | None = None
) -> None:
    """Check type and shape of a backbone's input.

    Raises:
        SettingError: it is not uint8 (B, H, W, 3), or (B, F, H, W, 3) of frame windows.
    """
    expected = sample_shape(size, window)
    if pixels.dtype != np.uint8 or pixels.ndim < 4 or pixels.shape[1:] != expected:
        raise SettingError(
            f"pixels: expected uint8 (B, {', '.join(map(str, expected))}), "
            f"got {pixels.dtype} {pixels.shape}"
        )


def fingerprint_of(**identity: Any) -> str:
    """Return a hash, 32 hexadecimal digits, of named facts, in any order of their names."""
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
