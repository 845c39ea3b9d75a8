"""What a feature extractor is: a picture in, one vector out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.errors import SettingError

__all__ = ["Backbone", "ClipShape", "check_pixels", "clip_of", "fingerprint_of", "stills"]

Pixels: TypeAlias = npt.NDArray[np.uint8]
Vectors: TypeAlias = npt.NDArray[np.float32]

_MAX_FRAMES = 256
_MAX_RATE = 240


@dataclass(frozen=True, kw_only=True)
class ClipShape:
    """What a backbone that looks at motion sees of each sample.

    The clip of a sample at t seconds is the pictures that a viewer sees at
    t + (i - frames // 2) / rate, i = 0 ... frames - 1; beyond the ends of the video its first and
    its last picture stand still.

    Attributes:
        frames: F, pictures in a clip.
        rate: pictures a second.
    """

    frames: int
    rate: float

    def __post_init__(self) -> None:
        if not (1 <= self.frames <= _MAX_FRAMES and 0 < self.rate <= _MAX_RATE):
            raise SettingError(
                f"clip: expected 1 to {_MAX_FRAMES} frames at a rate of up to {_MAX_RATE} a "
                f"second, came {self.frames} at {self.rate}"
            )

    @property
    def center(self) -> int:
        """Which of the pictures is the sample itself."""
        return self.frames // 2


class Backbone(Protocol):
    """Turns small pictures into feature vectors.

    One that looks at clips instead of single pictures says so by an attribute more, `clip`, a
    `ClipShape`; it is then given (B, F, H, W, 3).

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
        """Return the (B, D) pooled features, not normalized, of (B, H, W, 3) RGB pictures."""
        ...


def clip_of(backbone: Backbone) -> ClipShape | None:
    """Return the clips that a backbone looks at, None where it looks at single pictures."""
    clip = getattr(backbone, "clip", None)
    return clip if isinstance(clip, ClipShape) else None


def stills(pixels: Pixels, *, clip: ClipShape | None) -> Pixels:
    """Return the (B, H, W, 3) samples themselves out of (B, F, H, W, 3) clips around them."""
    return pixels if clip is None else pixels[:, clip.center]


def check_pixels(pixels: Pixels, *, size: tuple[int, int], clip: ClipShape | None = None) -> None:
    """Make sure that pictures are what a backbone takes.

    Raises:
        SettingError: they are not uint8 (B, H, W, 3) of that size, or (B, F, H, W, 3) for clips.
    """
    frames = () if clip is None else (clip.frames,)
    expected = (*frames, *size, 3)
    if pixels.dtype != np.uint8 or pixels.ndim < 4 or pixels.shape[1:] != expected:
        raise SettingError(
            f"pixels: expected uint8 (B, {', '.join(map(str, expected))}), "
            f"came {pixels.dtype} {pixels.shape}"
        )


def fingerprint_of(**identity: Any) -> str:
    """Return 32 hexadecimal digits that stand for these facts, whatever their order."""
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
