"""Two fields become one picture: no comb, the time of the first field, none more and none less."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidgist.video import FrameReader, probe, read_frames
from vidgist.video.deinterlace import Deinterlacer, Neighborhood

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is missing")

SPEED = 4
"""Pixels that the bar moves from field to field."""

BAR = (
    "color=black:s={width}x8:r=50:d=2,"
    f"geq=lum='if(lt(mod(X-N*{SPEED}+7200\\,96)\\,48)\\,235\\,16)':cb=128:cr=128,"
    "scale={width}:{height}:flags=neighbor,setsar=1"
)

INTERLACED = {
    "mpeg2, top first": ("a.mpg", "192x128", "top", "mpeg2video -flags +ildct+ilme -q:v 4"),
    "mpeg2, bottom first": ("a.ts", "192x128", "bottom", "mpeg2video -flags +ildct+ilme -q:v 4"),
    "h264, mbaff": ("a.mp4", "192x128", "top", "libx264 -flags +ildct+ilme -crf 18"),
    "h264, bottom first": ("a.mkv", "192x128", "bottom", "libx264 -flags +ildct+ilme -crf 18"),
    "dv": ("a.avi", "720x576", "bottom", "dvvideo"),
    "prores": ("a.mov", "192x128", "top", "prores_ks -flags +ildct"),
    "only the container says so": ("b.mov", "192x128", "top", "utvideo"),
    "only the container says so, bottom first": ("c.mov", "192x128", "bottom", "utvideo"),
}


def make(path: Path, size: str, first: str, codec: str) -> Path:
    """Write 50 frames of two fields each, in which a bar moves with every field."""
    order = {"top": "tff", "bottom": "bff"}[first]
    pixel_format = "yuv422p10le" if "prores" in codec else "yuv420p"
    width, height = size.split("x")
    filters = (
        f"{BAR.format(width=width, height=height)},tinterlace=interleave_{first},setfield={order}"
    )
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", filters, "-frames:v", "50"]
    field_order = ["-field_order", {"top": "tb", "bottom": "bt"}[first]]
    video = ["-c:v", *codec.split(), "-pix_fmt", pixel_format, "-top", str(int(first == "top"))]
    end = field_order if "utvideo" in codec else []
    subprocess.run([*command, *video, *end, str(path)], check=True, capture_output=True)
    return path


def pictures(path: Path) -> tuple[list[np.ndarray[Any, Any]], Any]:
    """Return the luma (H, W) of every full picture, and the samples with their timeline."""
    samples = read_frames(path, fps=5, size=(128, 192))
    with FrameReader(path, timeline=samples.timeline) as reader:
        frames = list(reader.between(0, samples.timeline.duration))
    assert [seconds for seconds, _ in frames] == pytest.approx(samples.timeline.times.tolist())
    return [f.to_ndarray(format="gray").astype(float) for _, f in frames], samples


def comb(image: np.ndarray[Any, Any]) -> float:
    """Return how much more neighboring lines differ than every second."""
    return float(np.abs(np.diff(image, axis=0)).mean() - np.abs(image[2:] - image[:-2]).mean())


def bar(image: np.ndarray[Any, Any]) -> float:
    """Return the position in [0, 96) of the bar's left edge."""
    row = image[8:-8].mean(axis=0)
    row = row[: len(row) // 96 * 96]
    phase = np.angle((row * np.exp(-2j * np.pi * np.arange(len(row)) / 96)).sum())
    return float((-phase / (2 * np.pi) * 96 - 23.5) % 96)


@pytest.mark.parametrize("name", INTERLACED)
def test_no_comb_and_the_first_field_first(name: str, tmp_path: Path) -> None:
    file, size, first, codec = INTERLACED[name]
    path = make(tmp_path / file, size, first, codec)
    with av.open(str(path)) as container:
        coded = [f.to_ndarray(format="gray").astype(float) for f in container.decode(video=0)]
    assert comb(coded[20]) > 8  # or the test shows nothing
    assert probe(path).interlaced
    images, samples = pictures(path)
    assert len(images) == len(coded) == 50
    assert max(comb(image) for image in images) < 1
    assert max(comb(pixels[..., 1].astype(float)) for pixels in samples.pixels) < 1
    # The fields of a frame are SPEED apart: the first one is shown.
    expected = [2 * SPEED * n % 96 for n in range(50)]
    away = (np.array([bar(image) for image in images]) - expected + 48) % 96 - 48
    assert np.abs(away[1:-1]).max() < 1


def test_a_frame_is_the_same_after_a_seek(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mpg", "192x128", "top", "mpeg2video -flags +ildct+ilme -g 12")
    images, samples = pictures(path)
    times = samples.timeline.times
    for number in (0, 7, 20, 21, 49):
        with FrameReader(path, timeline=samples.timeline) as reader:
            (image,) = reader.at([float(times[number])])
        shown = np.asarray(image.convert("L")).astype(float)
        full = np.clip((images[number] - 16) * 255 / 219, 0, 255)  # limited range
        assert min(np.abs(shown - full).mean(), np.abs(shown - images[number]).mean()) < 3


def test_progressive_frames_pass_untouched_also_among_others(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mpg", "192x128", "top", "mpeg2video -flags +ildct+ilme")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        deinterlace = Deinterlacer(stream)
        first, second, third, *_ = container.decode(stream)
    plain = av.VideoFrame(192, 128, "yuv420p")
    assert deinterlace(Neighborhood(plain)) is plain
    order = [(0.0, first), (0.1, plain), (0.2, second), (0.3, third)]
    shown = list(deinterlace.with_neighbors(iter(order)))
    assert [seconds for seconds, _ in shown] == [0.0, 0.1, 0.2, 0.3]
    assert [p.frame for _, p in shown] == [first, plain, second, third]
    assert shown[0][1] == Neighborhood(first, None, plain)
    assert shown[1][1] == Neighborhood(plain)
    assert shown[2][1] == Neighborhood(second, plain, third)
    assert shown[3][1] == Neighborhood(third, second)
    whole = deinterlace(shown[2][1])
    assert not whole.interlaced_frame
    assert (whole.pts, whole.time_base) == (second.pts, second.time_base)


def test_neighbors_in_any_order_give_the_same_picture(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mpg", "192x128", "top", "mpeg2video -flags +ildct+ilme")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        kept, frames = Deinterlacer(stream), list(container.decode(stream))
        for n in (1, 2, 3, 9, 4, 5, 30):
            around = Neighborhood(frames[n], frames[n - 1], frames[n + 1])
            fresh = Deinterlacer(stream)
            assert np.array_equal(kept(around).to_ndarray(), fresh(around).to_ndarray())


def test_pulldown(tmp_path: Path) -> None:
    """Film at 24 frames a second as 30 frames of fields, 2:3: whole pictures, all of them."""
    path = tmp_path / "a.mpg"
    source = BAR.format(width=192, height=128).replace("r=50", "r=24000/1001")
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i"]
    video = ["-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-top", "1", "-q:v", "4"]
    film = f"{source},telecine=pattern=23,setfield=tff,format=yuv420p"
    subprocess.run([*command, film, *video, str(path)], check=True, capture_output=True)
    images, samples = pictures(path)
    assert len(images) == samples.timeline.n_frames == pytest.approx(60, abs=2)
    assert max(comb(image) for image in images) < 1


def test_fields_apart_are_shown_at_full_height(tmp_path: Path) -> None:
    """HEVC has each field as a picture of its own, and FFmpeg does not join them."""
    path = tmp_path / "a.mp4"
    fields = (
        f"{BAR.format(width=192, height=128)},tinterlace=interleave_top,setfield=tff,separatefields"
    )
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"{fields},format=yuv420p"]
    video = ["-c:v", "libx265", "-crf", "10", "-x265-params", "log-level=none:interlace=tff"]
    subprocess.run([*command, *video, str(path)], check=True, capture_output=True)
    info = probe(path)
    assert (info.width, info.height, info.interlaced) == (192, 128, True)
    images, samples = pictures(path)
    assert samples.timeline.size == (192, 128)
    assert len(images) == 100
    away = (np.array([bar(image) for image in images]) - SPEED * np.arange(100) + 48) % 96 - 48
    assert np.abs(away).max() < 1
