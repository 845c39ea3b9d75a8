"""Pictures are rotated as their display matrix says and stretched to square pixels."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from clips import picture, render_clip
from vidgist.video.rotation import (
    Rotation,
    RotationReader,
    display_size,
    frame_rotation,
    rotate,
)


def decode(path: Path) -> av.VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


IMAGE = picture(5, 1, (48, 64))
QUARTERS = {
    0: Rotation(),
    90: Rotation(swap=True, flip_x=True),
    180: Rotation(flip_x=True, flip_y=True),
    270: Rotation(swap=True, flip_y=True),
}


@pytest.mark.parametrize("degrees", QUARTERS)
def test_clockwise(degrees: int) -> None:
    rotation = QUARTERS[degrees]
    assert np.array_equal(rotate(IMAGE, rotation), np.rot90(IMAGE, -degrees // 90))
    assert rotation.degrees == degrees
    assert bool(rotation) == (degrees != 0)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_matrix_of_a_file(degrees: int, tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mov", scenes=(0.2,), rotation=degrees)
    frame = decode(clip.path)
    assert frame_rotation(frame) == RotationReader()(frame) == QUARTERS[degrees]


@pytest.mark.parametrize(
    ("aspect", "rotation", "expected"),
    [
        (1.0, Rotation(), (640, 360)),
        (1.0, QUARTERS[90], (360, 640)),
        (2.0, Rotation(), (1280, 360)),
        (2 / 3, Rotation(), (640, 540)),
        (2 / 3, QUARTERS[270], (540, 640)),
        (1.0022, Rotation(), (640, 360)),
        (16 / 15, Rotation(), (682, 360)),
    ],
)
def test_display_size(aspect: float, rotation: Rotation, expected: tuple[int, int]) -> None:
    assert display_size(640, 360, pixel_aspect=aspect, rotation=rotation) == expected


def with_exif(path: Path, *, orientation: int) -> Path:
    """Write Motion JPEG whose pictures have an orientation in EXIF, side data without a name."""
    jpeg = av.VideoFrame.from_ndarray(IMAGE, format="rgb24").reformat(format="yuvj420p")
    entry = struct.pack("<HHII", 0x0112, 3, 1, orientation)
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + bytes(4)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mjpeg", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for k in range(5):
            jpeg.pts = k
            for packet in stream.encode(jpeg):
                head, body = bytes(packet)[:2], bytes(packet)[2:]
                data = head + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + body
                marked = av.Packet(data)
                marked.stream, marked.time_base = stream, packet.time_base
                marked.pts, marked.dts = packet.pts, packet.dts
                output.mux(marked)
    return path


ORIENTATIONS = {
    1: Rotation(),
    2: Rotation(flip_x=True),
    3: QUARTERS[180],
    4: Rotation(flip_y=True),
    5: Rotation(swap=True),
    6: QUARTERS[90],
    7: Rotation(swap=True, flip_x=True, flip_y=True),
    8: QUARTERS[270],
}
"""By EXIF's numbers."""


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_side_data_without_a_name(tmp_path: Path, orientation: int) -> None:
    if av.library_versions["libavcodec"][0] < 62:
        pytest.skip("FFmpeg reads the orientation in EXIF since version 8")
    frame = decode(with_exif(tmp_path / "a.avi", orientation=orientation))
    assert frame_rotation(frame) == ORIENTATIONS[orientation]
