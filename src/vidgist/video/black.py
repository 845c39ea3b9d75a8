"""Pictures that show nothing: black, as video engineers define it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["is_black"]

_DARK = 0.10
_SHARE = 0.98
# The values that FFmpeg's filter `blackdetect` has by default.

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


def is_black(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return which pictures are black: 98% of their points have less than a tenth of full luma.

    Args:
        pixels: (B, H, W, 3) RGB; every second row and column is looked at.

    Returns:
        (B,) bool.
    """
    luma = pixels[:, ::2, ::2] @ _LUMA
    dark = np.mean(luma < _DARK * 255, axis=(1, 2))
    return np.asarray(dark >= _SHARE)
