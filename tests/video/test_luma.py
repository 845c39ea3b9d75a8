"""The coarse grid says what the luma of the whole picture says, in every pixel format."""

from __future__ import annotations

import av
import numpy as np
import pytest

from clips import picture
from vidgist.video.luma import COLUMNS, ROWS, FrameDifferences, luma_grid, luma_layout

READ_DIRECTLY = [
    *("yuv420p", "yuv422p", "yuv444p", "yuv411p", "yuvj420p", "yuva420p", "nv12", "nv21", "gray"),
    *("yuv420p10le", "yuv422p12le", "yuv444p16le", "yuva444p10le", "p010le", "gray10le"),
    *("gray16le", "gray16be", "yuyv422", "uyvy422", "ya8"),
]
GREEN_FOR_LUMA = ["rgb24", "bgr24", "rgba", "bgra", "argb", "abgr", "rgb0", "gbrp", "gbrp10le"]
LEFT_TO_SWSCALE = ["rgb48le", "rgb565le", "rgb8", "monob", "gbrpf32le"]
SIZE = (96, 128)


def frame(pixel_format: str, image: np.ndarray) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixel_format)


def grid_of(frame: av.VideoFrame) -> np.ndarray:
    grid, scale = luma_grid(frame, luma_layout(frame.format))
    return grid / scale


def flat(value: int, pixel_format: str = "gray", size: tuple[int, int] = SIZE) -> av.VideoFrame:
    return frame(pixel_format, np.full((*size, 3), value, np.uint8))


@pytest.mark.parametrize("pixel_format", READ_DIRECTLY + GREEN_FOR_LUMA + LEFT_TO_SWSCALE)
def test_flat_pictures(pixel_format: str) -> None:
    for value in (0, 255):
        grid = grid_of(flat(value, pixel_format))
        assert grid.shape == (ROWS, COLUMNS)
        assert np.ptp(grid) < 0.02
        # 16 to 235 of 255 is all that limited range uses.
        assert grid.mean() == pytest.approx(value / 255, abs=0.085)


@pytest.mark.parametrize("pixel_format", READ_DIRECTLY + GREEN_FOR_LUMA + LEFT_TO_SWSCALE)
def test_jumps_agree_with_the_whole_picture(pixel_format: str) -> None:
    jump = FrameDifferences()
    jumps, whole = [], []
    before = None
    for number, scene in [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (6, 2)]:
        shown = frame(pixel_format, picture(number, scene, SIZE))
        jumps.append(jump(shown))
        gray = shown.to_ndarray(format="gray") / 255 if pixel_format != "gray" else None
        gray = shown.reformat(format="gray").to_ndarray() / 255 if gray is None else gray
        whole.append(0.0 if before is None else float(np.abs(gray - before).mean()))
        before = gray
    assert jumps[0] == 0
    assert set(np.argsort(jumps)[-2:]) == {3, 5}  # the cuts
    if pixel_format != "monob":  # which knows black and white alone
        assert np.corrcoef(jumps[1:], whole[1:])[0, 1] > 0.8


@pytest.mark.parametrize("pixel_format", READ_DIRECTLY + GREEN_FOR_LUMA)
def test_known_layouts_are_read_in_place(pixel_format: str) -> None:
    assert luma_layout(av.VideoFormat(pixel_format, 128, 96)) is not None


@pytest.mark.parametrize("pixel_format", LEFT_TO_SWSCALE)
def test_unknown_layouts_are_not_guessed(pixel_format: str) -> None:
    assert luma_layout(av.VideoFormat(pixel_format, 128, 96)) is None


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (35, 63), (36, 64), (37, 65), (1080, 1920)])
def test_sizes(size: tuple[int, int]) -> None:
    grid = grid_of(flat(255, size=size))
    assert grid.shape == (min(size[0], ROWS), min(size[1], COLUMNS))
    assert np.allclose(grid, 1)


def test_the_grid_covers_the_picture() -> None:
    image = np.zeros((360, 640, 3), np.uint8)
    image[180:, :320] = 255
    grid = grid_of(frame("gray", image))
    assert np.array_equal(grid[:18], np.zeros((18, 64)))
    assert np.array_equal(grid[18:] > 0.5, np.repeat([[True, False]], 32, 1).repeat(18, 0))


def test_black_to_white_is_one() -> None:
    jump = FrameDifferences()
    assert [jump(flat(v)) for v in (0, 255, 255, 0)] == [0, 1, 0, 1]


def test_the_size_may_change() -> None:
    jump = FrameDifferences()
    jump(flat(255, size=(96, 128)))
    assert jump(flat(255, size=(720, 1280))) == 0
    assert jump(flat(0, size=(20, 20))) == pytest.approx(1)
