"""Frames are shown as a viewer sees them, whatever the file does: known pictures, looked at."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clips import picture, render_clip
from vidgist.video import FrameReader, probe, read_frames
from vidgist.video.deinterlace import Neighborhood
from vidgist.video.display import Display, common_size, fit
from vidgist.video.rotation import Rotation, frame_rotation, rotate

IMAGE = picture(5, 1, (48, 64))
ffmpeg = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(ffmpeg is None, reason="the command ffmpeg is missing")


def make(path: Path, *arguments: str) -> Path:
    """Run ffmpeg with arguments, writing to the path."""
    assert ffmpeg is not None
    command = [ffmpeg, "-v", "error", "-y", "-fflags", "+bitexact", *arguments, str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def shown(path: Path) -> tuple[list[np.ndarray[Any, Any]], Any]:
    """Return every full picture as (H, W, 3) float, and the samples with their timeline."""
    samples = read_frames(path, fps=5, size=(90, 160))
    with FrameReader(path, timeline=samples.timeline) as reader:
        frames = [f for _, f in reader.between(0, samples.timeline.duration)]
    return [f.to_ndarray(format="rgb24").astype(float) for f in frames], samples


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Display]:
    clip = render_clip(tmp_path / "plain.mp4", scenes=(0.2,), size=(48, 64))
    with av.open(str(clip.path)) as container:
        yield Display(container, container.streams.video[0])


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[Display]:
    clip = render_clip(tmp_path / "wide.mp4", scenes=(0.2,), size=(48, 64), pixel_aspect=2)
    with av.open(str(clip.path)) as container:
        yield Display(container, container.streams.video[0])


def full(display: Display, frame: av.VideoFrame) -> av.VideoFrame:
    return display.full(Neighborhood(frame))


def test_nothing_to_do_costs_nothing(plain: Display) -> None:
    frame = av.VideoFrame.from_ndarray(IMAGE, format="rgb24")
    assert full(plain, frame) is frame


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("flip_x", [False, True])
@pytest.mark.parametrize("flip_y", [False, True])
@pytest.mark.parametrize("pixel_format", ["rgb24", "yuv420p", "yuv420p10le", "rgba"])
def test_frames_are_rotated_as_arrays(
    swap: bool,
    flip_x: bool,
    flip_y: bool,
    pixel_format: str,
    plain: Display,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rotation = Rotation(swap=swap, flip_x=flip_x, flip_y=flip_y)
    frame = av.VideoFrame.from_ndarray(IMAGE, format="rgb24").reformat(format=pixel_format)
    monkeypatch.setattr("vidgist.video.rotation.frame_rotation", lambda frame: rotation)
    turned = full(plain, frame)
    assert turned.format.name == pixel_format
    expected = rotate(frame.to_ndarray(format="rgb24"), rotation)
    difference = np.abs(turned.to_ndarray(format="rgb24").astype(int) - expected)
    # Chroma that was halved the one way is doubled the other: edges differ a little.
    assert difference.mean() < (0.1 if pixel_format.startswith("rgb") else 4)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_rotated_frame_is_not_rotated_again(degrees: int, plain: Display, tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mov", scenes=(0.2,), rotation=degrees)
    with av.open(str(clip.path)) as container:
        frame = next(container.decode(video=0))
    frame.pts = 7
    turned = full(plain, frame)
    assert turned.pts == 7
    assert frame_rotation(turned) == Rotation()
    assert np.array_equal(full(plain, turned).to_ndarray(), turned.to_ndarray())
    pixels = frame.to_ndarray(format="rgb24")
    expected = np.rot90(pixels, -degrees // 90)
    assert np.abs(turned.to_ndarray(format="rgb24").astype(int) - expected).mean() < 4


def test_stretched_and_rotated(
    plain: Display, wide: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter = Rotation(swap=True, flip_x=True)
    monkeypatch.setattr("vidgist.video.rotation.frame_rotation", lambda frame: quarter)
    frame = av.VideoFrame.from_ndarray(IMAGE, format="rgb24")
    assert np.array_equal(full(plain, frame).to_ndarray(), np.rot90(IMAGE, -1))
    turned = full(wide, frame)
    assert (turned.width, turned.height) == (48, 128)


def test_colors_of_a_palette_are_stretched_too(wide: Display) -> None:
    frame = av.VideoFrame.from_ndarray(np.full((8, 8, 3), 200, np.uint8)).reformat(format="rgb8")
    assert full(wide, av.VideoFrame(8, 8, "pal8")).width == 16
    assert full(wide, frame).width == 16


def test_fit() -> None:
    assert fit((64, 36), (64, 36)) == (64, 36)
    assert fit((853, 480), (853, 480)) == (853, 480)
    assert fit((64, 36), (36, 64)) == (36, 20)
    assert fit((96, 72), (128, 72)) == (96, 72)
    assert fit((90, 90), (853, 479)) == (480, 479)
    assert fit((1000, 1), (100, 100)) == (100, 2)


def test_common_size() -> None:
    assert common_size([((32, 18), 1), ((160, 90), 6)]) == (160, 90)
    assert common_size([((160, 90), 6), ((32, 18), 1)]) == (160, 90)
    # Equally large: the longer one, then the first.
    assert common_size([((36, 64), 2), ((64, 36), 3), ((36, 64), 2)]) == (36, 64)
    assert common_size([((36, 64), 3), ((64, 36), 3)]) == (36, 64)
    # A damaged frame of another size is not that of the video.
    assert common_size([((320, 180), 5), ((4096, 4096), 0.04), ((320, 180), 5)]) == (320, 180)


def vp8(path: Path, size: str, color: str, seconds: int) -> Path:
    source = f"color={color}:s={size}:r=10:d={seconds}"
    return make(path, "-f", "lavfi", "-i", source, "-c:v", "libvpx", "-b:v", "200k")


def joined(path: Path, *parts: Path) -> Path:
    names = path.with_suffix(".txt")
    names.write_text("".join(f"file '{part}'\n" for part in parts))
    return make(path, "-f", "concat", "-safe", "0", "-i", str(names), "-c", "copy")


def extent(image: np.ndarray[Any, Any]) -> tuple[int, int, int, int]:
    """Return left, top, width and height of what is not black."""
    bright = image.max(axis=2) > 100
    columns, rows = np.flatnonzero(bright.any(axis=0)), np.flatnonzero(bright.any(axis=1))
    return columns[0], rows[0], len(columns), len(rows)


@needs_ffmpeg
@pytest.mark.parametrize(
    ("first", "second", "size", "extents"),
    [
        ("36x64", "64x36", (36, 64), [(0, 0, 36, 64), (0, 22, 36, 20)]),
        ("32x18", "160x90", (160, 90), [(0, 0, 160, 90), (0, 0, 160, 90)]),
        ("96x72", "128x72", (128, 72), [(16, 0, 96, 72), (0, 0, 128, 72)]),
    ],
)
def test_pictures_that_change_their_size_are_fitted_with_bars(
    first: str, second: str, size: tuple[int, int], extents: list[Any], tmp_path: Path
) -> None:
    parts = vp8(tmp_path / "a.webm", first, "white", 1), vp8(tmp_path / "b.webm", second, "red", 1)
    pictures, samples = shown(joined(tmp_path / "joined.webm", *parts))
    assert samples.timeline.size == size
    assert any("size of the picture changes" in text for text in samples.timeline.warnings)
    assert {image.shape for image in pictures} == {(size[1], size[0], 3)}
    assert [extent(pictures[2]), extent(pictures[-3])] == extents
    # Samples have no bars: the whole picture is looked at.
    assert all(extent(pixels) == (0, 0, 160, 90) for pixels in samples.pixels)


@needs_ffmpeg
def test_the_rotation_of_a_stream_may_change(tmp_path: Path) -> None:
    """The second recording has its matrix in the stream, at its key frame only."""
    source = "color=red:s=64x36:r=10:d=2,drawbox=w=32:h=36:color=white:t=fill"
    h264 = ("-c:v", "libx264", "-crf", "10", "-pix_fmt", "yuv420p", "-g", "50", "-bf", "0")
    first = make(tmp_path / "1.ts", "-f", "lavfi", "-i", source, *h264)
    turn = ("-c", "copy", "-bsf:v", "h264_metadata=rotate=90:display_orientation=insert")
    second = make(tmp_path / "2.ts", "-i", str(first), *turn, "-output_ts_offset", "2")
    path = tmp_path / "joined.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    pictures, samples = shown(path)
    assert samples.timeline.size == (64, 36)
    assert len(pictures) == 40
    for image in pictures[:20]:
        assert extent(image) == (0, 0, 64, 36)
        assert image[18, 16].min() > 200
        assert image[18, 48].min() < 60
    with FrameReader(path, timeline=samples.timeline) as reader:
        (alone,) = reader.at([3.5])
    for image in (
        *pictures[20:],
        np.asarray(alone),
    ):  # by 90 degrees against the clock: what was left is below
        assert extent(image) == (22, 0, 20, 36)
        assert image[9, 32].min() < 60
        assert image[27, 32].min() > 200


@needs_ffmpeg
def test_the_pixel_aspect_of_a_stream_may_change(tmp_path: Path) -> None:
    files = []
    for number, aspect in enumerate(("4:3", "16:9", "4:3")):
        part = make(
            tmp_path / f"{number}.ts",
            *("-f", "lavfi", "-i", "color=white:s=90x72:r=25:d=2", "-c:v", "mpeg2video"),
            *("-g", "25", "-aspect", aspect, "-output_ts_offset", str(2 * number)),
        )
        files.append(part.read_bytes())
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(files))
    pictures, samples = shown(path)
    assert samples.timeline.size == (128, 72)
    widths = [extent(image)[2] for image in pictures]
    assert widths == [96] * 50 + [128] * 50 + [96] * 50


@needs_ffmpeg
def test_the_aspect_of_the_container_counts_for_all_frames(tmp_path: Path) -> None:
    source = ("-f", "lavfi", "-i", "color=white:s=90x72:r=25:d=1,setsar=16/15", "-c:v", "mpeg4")
    coded = make(tmp_path / "coded.mp4", *source)
    path = make(tmp_path / "a.mkv", "-i", str(coded), "-c", "copy", "-aspect", "16:9")
    pictures, samples = shown(path)
    assert samples.timeline.size == (128, 72) == (probe(path).width, probe(path).height)
    assert {image.shape for image in pictures} == {(72, 128, 3)}


def with_box(data: bytes, kind: bytes, payload: bytes) -> bytes:
    """Return an MP4 file with a box more at the end of its video's description."""
    box = struct.pack(">I4s", 8 + len(payload), kind) + payload
    out, position = bytearray(data), 0
    sizes = []
    for name, header in (
        *((name, 8) for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl")),
        (b"stsd", 16),
        (b"avc1", 86),
    ):
        while data[position + 4 : position + 8] != name:
            position += struct.unpack(">I", data[position : position + 4])[0]
        sizes.append(position)
        end = position + struct.unpack(">I", data[position : position + 4])[0]
        position += header
    for size in sizes:
        out[size : size + 4] = struct.pack(
            ">I", struct.unpack(">I", out[size : size + 4])[0] + len(box)
        )
    out[end:end] = box
    return bytes(out)


FRAMED = "color=black:s=64x48:r=10:d=1,drawbox=x=4:y=2:w=50:h=40:color=white:t=fill"


@needs_ffmpeg
def test_clean_aperture_of_mp4(tmp_path: Path) -> None:
    h264 = ("-f", "lavfi", "-i", FRAMED, "-c:v", "libx264", "-crf", "4", "-pix_fmt", "yuv420p")
    path = make(tmp_path / "a.mp4", *h264)
    # Width, height and offsets from the middle as fractions.
    payload = struct.pack(">IIIIiIiI", 50, 1, 40, 1, -3, 1, -2, 1)
    path.write_bytes(with_box(path.read_bytes(), b"clap", payload))
    info = probe(path)
    assert (info.width, info.height, info.crop) == (50, 40, (4, 10, 2, 6))
    assert (info.coded_width, info.coded_height) == (64, 48)
    pictures, samples = shown(path)
    assert samples.timeline.size == (50, 40)
    assert min(image.min() for image in pictures) > 200
    assert samples.pixels.min() > 200


@needs_ffmpeg
@pytest.mark.parametrize("payload", [(80, 60), (0, 0)], ids=["larger", "empty"])
def test_cropping_that_leaves_nothing_is_none(payload: tuple[int, int], tmp_path: Path) -> None:
    h264 = ("-f", "lavfi", "-i", FRAMED, "-c:v", "libx264", "-pix_fmt", "yuv420p")
    path = make(tmp_path / "a.mp4", *h264)
    aperture = struct.pack(">IIIIiIiI", payload[0], 1, payload[1], 1, 0, 1, 0, 1)
    path.write_bytes(with_box(path.read_bytes(), b"clap", aperture))
    info = probe(path)
    assert (info.width, info.height, info.crop) == (64, 48, (0, 0, 0, 0))


@needs_ffmpeg
@pytest.mark.skipif(shutil.which("mkvpropedit") is None, reason="mkvpropedit is missing")
def test_pixel_crop_of_matroska(tmp_path: Path) -> None:
    source = ("-f", "lavfi", "-i", FRAMED, "-c:v", "libx264", "-crf", "4", "-pix_fmt", "yuv420p")
    path = make(tmp_path / "a.mkv", *source)
    sets = ("left=4", "right=10", "top=2", "bottom=6")
    options = [part for crop in sets for part in ("--set", f"pixel-crop-{crop}")]
    command = ["mkvpropedit", "-q", str(path), "--edit", "track:v1", *options]
    subprocess.run(command, check=True)
    info = probe(path)
    assert (info.width, info.height, info.crop) == (50, 40, (4, 10, 2, 6))
    pictures, samples = shown(path)
    assert min(image.min() for image in pictures) > 200
    assert samples.pixels.min() > 200


@needs_ffmpeg
@pytest.mark.parametrize(("compatible", "warned"), [(0, True), (1, False)])
def test_dolby_vision_without_a_base_layer_is_said(
    compatible: int, warned: bool, tmp_path: Path
) -> None:
    h264 = ("-f", "lavfi", "-i", FRAMED, "-c:v", "libx264", "-pix_fmt", "yuv420p")
    path = make(tmp_path / "a.mp4", *h264)
    profile, level, layers = 5, 3, 0b101  # metadata and base layer, no enhancement layer
    bits = profile << 9 | level << 3 | layers
    payload = bytes([1, 0]) + struct.pack(">H", bits) + bytes([compatible << 4]) + bytes(19)
    path.write_bytes(with_box(path.read_bytes(), b"dvcC", payload))
    assert probe(path).dolby_vision == 5
    warnings = read_frames(path).timeline.warnings
    assert any("Dolby Vision of profile 5" in text for text in warnings) == warned
