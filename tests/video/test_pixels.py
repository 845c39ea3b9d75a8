"""Frames become RGB in C; what is transparent lies over black."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

from clips import picture
from vidgist.errors import VideoError
from vidgist.video.luma import luma_grid, luma_layout
from vidgist.video.pixels import conversion_errors, to_rgb


def test_formats_that_cannot_be_converted() -> None:
    """One line, and above all no end of the process."""
    for pixel_format in ("yaf32le", "xv30be", "rgb96le"):
        try:
            frame = av.VideoFrame(64, 48, pixel_format)
        except ValueError:
            continue  # FFmpeg of older PyAV does not know them at all
        with pytest.raises(VideoError, match=r"^a\.mkv: .*H\.264"), conversion_errors("a.mkv"):
            to_rgb(frame, width=32, height=32)
        with pytest.raises((ValueError, av.error.FFmpegError)):
            luma_grid(frame, luma_layout(frame.format))


IMAGE = picture(9, 2, (48, 64))


def test_whole_frames_are_scaled() -> None:
    frame = av.VideoFrame.from_ndarray(IMAGE, format="rgb24")
    assert np.array_equal(to_rgb(frame), IMAGE)
    small = to_rgb(frame, width=32, height=12, scaler=VideoReformatter())
    assert small.shape == (12, 32, 3)
    # Scaled down, a pixel is the mean of those it stands for, not one of them.
    means = IMAGE.reshape(12, 4, 32, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - means).mean() < 5


@pytest.mark.parametrize("pixel_format", ["rgba", "argb", "bgra", "yuva420p", "yuva444p10le"])
def test_alpha(pixel_format: str) -> None:
    layered = np.dstack([IMAGE, np.full(IMAGE.shape[:2], 255, np.uint8)])
    layered[:, :32, 3] = 0
    layered[:, 32:48, 3] = 128
    frame = av.VideoFrame.from_ndarray(layered, format="rgba").reformat(format=pixel_format)
    shown = to_rgb(frame).astype(float)
    assert shown.dtype == float
    assert shown[:, :30].max() <= 2
    assert np.abs(shown[:, 34:46] - IMAGE[:, 34:46] * (128 / 255)).mean() < 4
    assert np.abs(shown[:, 50:] - IMAGE[:, 50:]).mean() < 6
