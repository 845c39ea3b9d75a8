"""What is said of a file is what was written into it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from clips import damaged, render_clip, render_sound, truncated
from vidgist.errors import VideoError
from vidgist.video import Limits, probe


def test_a_plain_clip(tmp_path: Path) -> None:
    info = probe(render_clip(tmp_path / "a.mp4", scenes=(1, 1)).path)
    assert info.path == tmp_path / "a.mp4"
    assert info.duration == pytest.approx(2)
    assert (info.frame_rate, info.variable_frame_rate) == (25, False)
    assert (info.width, info.height) == (info.coded_width, info.coded_height) == (128, 96)
    assert (info.rotation, info.pixel_aspect) == (0, 1.0)
    assert not info.has_audio
    assert (info.codec, info.pixel_format) == ("h264", "yuv420p")
    assert "mp4" in info.container
    (stream,) = info.streams
    assert stream["type"] == "video"
    assert stream["cover"] is False


def test_sound_and_streams(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mkv", scenes=(1,), ticks=(), audio_codec="libopus", channels=2)
    info = probe(clip.path)
    assert info.has_audio
    assert [s["type"] for s in info.streams] == ["video", "audio"]
    assert info.streams[1]["codec"] == "opus"
    assert (info.streams[1]["rate"], info.streams[1]["channels"]) == (48_000, 2)
    assert "matroska" in info.container


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_rotation(tmp_path: Path, rotation: int, name: str) -> None:
    info = probe(render_clip(tmp_path / name, scenes=(0.2,), rotation=rotation).path)
    assert info.rotation == rotation
    assert (info.coded_width, info.coded_height) == (128, 96)
    assert (info.width, info.height) == ((128, 96) if rotation == 180 else (96, 128))


@pytest.mark.parametrize(
    ("aspect", "size"), [(Fraction(3, 2), (192, 96)), (Fraction(2, 3), (128, 144))]
)
def test_pixels_that_are_not_square(
    tmp_path: Path, aspect: Fraction, size: tuple[int, int]
) -> None:
    info = probe(render_clip(tmp_path / "a.mp4", scenes=(0.2,), pixel_aspect=aspect).path)
    assert info.pixel_aspect == pytest.approx(float(aspect))
    assert (info.width, info.height) == size


CONSTANT: dict[str, dict[str, Any]] = {
    "25.mp4": {},
    "ntsc.mp4": {"fps": Fraction(30000, 1001)},
    "film.mkv": {"fps": Fraction(24000, 1001)},
    "60.webm": {"fps": 60, "codec": "libvpx-vp9", "options": {"cpu-used": "8"}},
    "b.mkv": {"options": {"bf": "3"}},
    "12.5.avi": {"fps": Fraction(25, 2), "codec": "mpeg4"},
    "late.ts": {"start": 8.0},
    "90k.mp4": {"fps": Fraction(100, 7), "time_base": Fraction(1, 90_000)},
    "program.mpg": {"codec": "mpeg2video", "options": {"bf": "2"}},
}


@pytest.mark.parametrize("name", CONSTANT)
def test_constant_frame_rates(tmp_path: Path, name: str) -> None:
    options = CONSTANT[name]
    info = probe(render_clip(tmp_path / name, **{"scenes": (2, 1), **options}).path)
    assert info.frame_rate == pytest.approx(float(options.get("fps", 25)), rel=0.02)
    assert not info.variable_frame_rate


@pytest.mark.parametrize(
    "times",
    [
        [0, 0.04, 0.1, 0.5, 0.52, 1.2],
        [k / 25 for k in range(100) if k % 4],
        [*[k / 25 for k in range(40)], *[1.6 + k / 10 for k in range(40)]],
        # Where it varies only after the packets that are looked at, the average tells.
        [*[k / 100 for k in range(420)], *[4.2 + k / 5 for k in range(40)]],
    ],
)
def test_variable_frame_rates(tmp_path: Path, times: list[float]) -> None:
    info = probe(render_clip(tmp_path / "a.mp4", scenes=(9,), times=times, size=(32, 96)).path)
    assert info.variable_frame_rate
    assert info.frame_rate == pytest.approx(len(times) / times[-1], rel=0.25)


def test_one_frame(tmp_path: Path) -> None:
    info = probe(render_clip(tmp_path / "a.mp4", scenes=(0.04,)).path)
    assert not info.variable_frame_rate
    assert info.duration == pytest.approx(0.04)


def test_no_duration_is_none(tmp_path: Path) -> None:
    info = probe(render_clip(tmp_path / "a.h264", scenes=(0.4,), container="h264").path)
    assert info.duration is None
    assert info.frame_rate > 0


def test_late_starts_do_not_lengthen(tmp_path: Path) -> None:
    for name in ("a.mkv", "a.ts", "a.mp4"):
        info = probe(render_clip(tmp_path / name, scenes=(1,), start=4.0).path)
        assert info.duration == pytest.approx(1, abs=0.05)


def test_choice_of_the_stream(tmp_path: Path) -> None:
    import av
    import numpy as np

    def write(name: str, default: int | None) -> Path:
        with av.open(str(tmp_path / name), "w") as output:
            streams = []
            for n, (width, height) in enumerate([(64, 48), (128, 96)]):
                stream = output.add_stream("mpeg4", rate=10)
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.disposition = 1 if n == default else 0
                streams.append(stream)
            for k in range(5):
                for stream in streams:
                    image = np.full((stream.height, stream.width, 3), 50, np.uint8)
                    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                    frame.pts = k
                    output.mux(stream.encode(frame.reformat(format="yuv420p")))
            for stream in streams:
                output.mux(stream.encode())
        return tmp_path / name

    assert probe(write("a.mkv", None)).width == 128
    assert probe(write("b.mkv", 0)).width == 64


def test_errors(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(1,))
    with pytest.raises(VideoError, match="no such file"):
        probe(tmp_path / "missing.mp4")
    with pytest.raises(VideoError, match="no video"):
        probe(render_sound(tmp_path / "a.wav", codec="pcm_s16le"))
    with pytest.raises(VideoError, match="max_pixels="):
        probe(clip.path, limits=Limits(max_pixels=100))
    with pytest.raises(VideoError, match=r"no valid header|cut off"):
        probe(truncated(clip.path, tmp_path / "b.mp4", keep=0.3))
    data = clip.path.read_bytes()
    at, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    (tmp_path / "c.mp4").write_bytes(data[:at] + bytes(end - at) + data[end:])
    with pytest.raises(VideoError, match="none of its 25 frames decodes"):
        probe(tmp_path / "c.mp4")


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"\x89HDF\r\n\x1a\n", "is an HDF5 file, not a video; vidgist score"),
        (b"\n<!doctype html>\n", "is a web page, not a video"),
        (b"PK\x03\x04", "is a zip archive, not a video"),
    ],
)
def test_files_of_other_kinds_are_named(tmp_path: Path, start: bytes, message: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(start + bytes(2000))
    with pytest.raises(VideoError, match=message):
        probe(path)


def test_damage_after_the_start_is_no_error(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(2,), container_options={"movflags": "faststart"})
    assert probe(damaged(clip.path, tmp_path / "b.mp4", at=0.6)).width == 128
    assert probe(truncated(clip.path, tmp_path / "c.mp4", keep=0.7)).duration == pytest.approx(2)
