"""Pictures are turned as their display matrix says and stretched to square pixels."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from clips import picture, render_clip
from vidgist.video.orient import Turn, Turns, display_size, turn_of, turned, upright


def decode(path: Path) -> av.VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


IMAGE = picture(5, 1, (48, 64))


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 360, -90])
def test_clockwise(degrees: int) -> None:
    turn = Turn.clockwise(degrees)
    assert np.array_equal(turned(IMAGE, turn), np.rot90(IMAGE, -degrees // 90))
    assert turn.degrees == degrees % 360
    assert bool(turn) == (degrees % 360 != 0)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("flip_x", [False, True])
@pytest.mark.parametrize("flip_y", [False, True])
@pytest.mark.parametrize("pixel_format", ["rgb24", "yuv420p", "yuv420p10le", "rgba"])
def test_frames_turn_as_arrays_do(
    swap: bool, flip_x: bool, flip_y: bool, pixel_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Turn(swap=swap, flip_x=flip_x, flip_y=flip_y)
    frame = av.VideoFrame.from_ndarray(IMAGE, format="rgb24").reformat(format=pixel_format)
    monkeypatch.setattr("vidgist.video.orient.turn_of", lambda frame: turn)
    shown = upright(frame)
    assert shown.format.name == pixel_format
    expected = turned(frame.to_ndarray(format="rgb24"), turn)
    difference = np.abs(shown.to_ndarray(format="rgb24").astype(int) - expected)
    # Chroma that was halved the one way is doubled the other: edges differ a little.
    assert difference.mean() < (0.1 if pixel_format.startswith("rgb") else 4)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_matrix_of_a_file(degrees: int, tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mov", scenes=(0.2,), rotation=degrees)
    frame = decode(clip.path)
    assert turn_of(frame) == Turns()(frame) == Turn.clockwise(degrees)
    frame.pts = 7
    shown = upright(frame)
    assert shown.pts == 7
    assert turn_of(shown) == Turn()  # or it would be turned twice
    assert np.array_equal(upright(shown).to_ndarray(), shown.to_ndarray())
    pixels = frame.to_ndarray(format="rgb24")
    difference = np.abs(
        shown.to_ndarray(format="rgb24").astype(int) - np.rot90(pixels, -degrees // 90)
    )
    assert difference.mean() < 4


def test_a_given_rotation_is_obeyed() -> None:
    frame = av.VideoFrame.from_ndarray(IMAGE, format="rgb24")
    assert np.array_equal(upright(frame, rotation=90).to_ndarray(), np.rot90(IMAGE, -1))


def test_nothing_to_do_costs_nothing() -> None:
    frame = av.VideoFrame.from_ndarray(IMAGE, format="rgb24")
    assert upright(frame) is frame
    assert upright(frame, pixel_aspect=639 / 640) is frame


@pytest.mark.parametrize(
    ("aspect", "turn", "expected"),
    [
        (1.0, Turn(), (640, 360)),
        (1.0, Turn.clockwise(90), (360, 640)),
        (2.0, Turn(), (1280, 360)),
        (2 / 3, Turn(), (640, 540)),
        (2 / 3, Turn.clockwise(270), (540, 640)),
        (1.0022, Turn(), (640, 360)),
        (16 / 15, Turn(), (682, 360)),
    ],
)
def test_display_size(aspect: float, turn: Turn, expected: tuple[int, int]) -> None:
    assert display_size(640, 360, pixel_aspect=aspect, turn=turn) == expected


def test_stretched_and_turned() -> None:
    frame = av.VideoFrame.from_ndarray(IMAGE, format="rgb24")
    shown = upright(frame, rotation=90, pixel_aspect=2.0)
    assert (shown.width, shown.height) == (48, 128)


def test_colors_of_a_palette_are_stretched_too() -> None:
    frame = av.VideoFrame.from_ndarray(np.full((8, 8, 3), 200, np.uint8)).reformat(format="rgb8")
    palette = av.VideoFrame(8, 8, "pal8")
    assert upright(palette, pixel_aspect=2.0).width == 16
    assert upright(frame, pixel_aspect=2.0).width == 16
