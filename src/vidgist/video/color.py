"""Color matrices that FFmpeg's scaler cannot convert: taken for its default instead of failing."""

from __future__ import annotations

import av

__all__ = ["CONVERTIBLE", "UNSPECIFIED", "convertible"]

UNSPECIFIED = 2
"""Of AVColorSpace, AVColorPrimaries and AVColorTransferCharacteristic alike."""

CONVERTIBLE = (1, 2, 4, 5, 6, 7, 9)
"""AVColorSpace values that it knows: BT.709, none, FCC, BT.601 twice, SMPTE 240M, BT.2020."""


def convertible(frame: av.VideoFrame) -> av.VideoFrame:
    """Return the frame, tagged so that the scaler takes it.

    Constant-luminance BT.2020 and other rare tags would be refused even where nothing is to be
    done; the colors come out a little off instead.
    """
    if frame.colorspace not in CONVERTIBLE:
        frame.colorspace = UNSPECIFIED
    return frame
