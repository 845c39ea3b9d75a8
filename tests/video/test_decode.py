"""Sample k is the frame shown at k/fps: against the numbers written into rendered clips."""

from __future__ import annotations

import struct
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clips import Clip, frame_number, picture, render_clip, truncated
from vidgist.errors import SettingError, VideoError
from vidgist.types import Frames
from vidgist.video import Limits, SampleStream, read_frames

VP9 = {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}}
HEVC = {"codec": "libx265", "options": {"x265-params": "log-level=none"}}
VARIABLE = (0, 0.04, 0.1, 0.45, 0.5, 0.52, 1.0, 1.7, 1.71, 3.5)

CLIPS: dict[str, dict[str, Any]] = {
    "plain.mp4": {},
    "sound.mp4": {"ticks": (0.5, 2.0)},
    "ntsc.mp4": {"fps": Fraction(30000, 1001)},
    "fast.mp4": {"fps": 60, "scenes": (0.7, 0.7)},
    "slow.mp4": {"fps": Fraction(3, 2), "scenes": (4, 6)},
    "odd-ticks.mp4": {"fps": 7, "time_base": Fraction(1, 90_000)},
    "variable.mp4": {"times": VARIABLE},
    "variable.mkv": {"times": VARIABLE, "time_base": Fraction(1, 1000)},
    "variable-b.mp4": {"times": VARIABLE, "options": {"bf": "3"}},
    "late.mp4": {"start": 1.08},
    "late.mkv": {"start": 1.52, "ticks": ()},
    "late.ts": {"start": 37.0},
    "film.mkv": {"fps": Fraction(24000, 1001)},
    "vp9.webm": VP9,
    "ten-bit.mp4": {**HEVC, "pixel_format": "yuv420p10le"},
    "alpha.mov": {"codec": "qtrle", "pixel_format": "argb"},
    "mpeg4.avi": {"codec": "mpeg4"},
    "b-frames.avi": {"codec": "libx264", "options": {"bf": "2"}},
    "picture.gif": {"codec": "gif", "pixel_format": "rgb8"},
    "mpeg2.mpg": {"codec": "mpeg2video", "options": {"bf": "2"}},
    "one.mp4": {"scenes": (0.04,)},
    "two.mp4": {"scenes": (0.08,)},
    "wide-pixels.mp4": {"pixel_aspect": Fraction(3, 2)},
    "tiny.mkv": {"codec": "ffv1", "size": (32, 96)},
    "raw.h264": {"container": "h264"},
    "open-gop.mp4": {"gop": 12, "options": {"x264-params": "open-gop=1"}},
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    folder = tmp_path_factory.mktemp("decode")
    return {
        name: render_clip(folder / name, **{"scenes": (1.0, 0.6, 0.9), **options})
        for name, options in CLIPS.items()
    }


def expected(clip: Clip, fps: float) -> list[int]:
    """Return the number of the frame of each sample, by looking at every frame for every sample."""
    ends = []
    for k in range(10_000):
        at = k / fps
        if at >= clip.duration - 1e-9:
            break
        ends.append(max(n for n, t in enumerate(clip.times) if t <= at + 1e-9))
    return ends


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("fps", [2, 7.3])
def test_samples(clips: dict[str, Clip], name: str, fps: float) -> None:
    clip = clips[name]
    frames = read_frames(clip.path, fps=fps, size=(64, 96))
    timeline = frames.timeline
    # Milliseconds are all that Matroska knows; GIF knows centiseconds, which fit.
    tick = 0.0011 if clip.path.suffix in (".mkv", ".webm") else 1.2e-5
    assert np.allclose(timeline.times, clip.times, atol=tick)
    if name != "variable-b.mp4":  # whose container says of its last frame what it says of another
        assert timeline.duration == pytest.approx(clip.duration, abs=2 * tick)
        wanted = np.array(expected(clip, fps))
        assert len(frames.picks) == len(wanted)
        # A tick may put a frame on the other side of a sample; the next test is exact.
        assert np.mean(frames.picks == wanted) >= (1 if tick < 0.001 else 0.9)
    assert [frame_number(p) for p in frames.pixels] == frames.picks.tolist()
    assert np.array_equal(frames.times, np.arange(len(frames.picks)) / fps)
    assert frames.pixels.shape == (len(frames.picks), 64, 96, 3)
    if name not in ("raw.h264",):  # which has no timestamps, and says so
        assert timeline.warnings == ()


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("fps", [0.9, 2, 25, 61.0])
def test_samples_by_the_rule(clips: dict[str, Clip], name: str, fps: float) -> None:
    stream = SampleStream(clips[name].path, fps=fps, size=(8, 8))
    count = sum(1 for _ in stream)
    timeline = stream.timeline
    rule = []
    while len(rule) / fps < timeline.duration - 1e-9:
        rule.append(int(np.flatnonzero(timeline.times <= len(rule) / fps + 1e-9)[-1]))
    assert stream.picks.tolist() == rule
    assert count == len(rule)


def test_pictures_are_the_frames(clips: dict[str, Clip]) -> None:
    clip = clips["plain.mp4"]
    frames = read_frames(clip.path, size=clip.size)
    for pick, pixels in zip(frames.picks, frames.pixels, strict=True):
        drawn = picture(int(pick), int(clip.scenes[pick]), clip.size)
        assert np.abs(pixels.astype(int) - drawn).mean() < 12
    for pixels, other in pairwise(frames.pixels):
        assert not np.array_equal(pixels, other)


def test_transparent_is_black(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mov"), "w") as output:
        stream = output.add_stream("qtrle", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "argb"
        layered = np.full((48, 64, 4), 200, np.uint8)
        layered[:, :32, 3], layered[:, 32:, 3] = 0, 255
        frame = av.VideoFrame.from_ndarray(layered, format="rgba").reformat(format="argb")
        output.mux(stream.encode(frame) + stream.encode())
    pixels = read_frames(tmp_path / "a.mov", size=(48, 64)).pixels[0]
    assert pixels[:, :30].max() == 0
    assert np.all(pixels[:, 34:] == 200)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotated(clips: dict[str, Clip], tmp_path: Path, rotation: int) -> None:
    turned = render_clip(tmp_path / "a.mp4", scenes=(1.0, 0.6, 0.9), rotation=rotation)
    frames = read_frames(turned.path, size=(120, 100))
    upright = [frame_number(np.rot90(p, rotation // 90)) for p in frames.pixels]
    assert upright == frames.picks.tolist() == [0, 12, 25, 37, 50]


def test_jumps_show_the_cuts(clips: dict[str, Clip]) -> None:
    clip = clips["plain.mp4"]
    timeline = read_frames(clip.path).timeline
    cuts = [clip.shown_at(cut) for cut in clip.cuts]
    assert sorted(np.argsort(timeline.jumps)[-2:].tolist()) == cuts
    assert timeline.jumps[0] == 0
    assert 0 <= timeline.jumps.min() <= timeline.jumps.max() <= 1


def test_where_the_clock_starts(clips: dict[str, Clip]) -> None:
    for name, origin in (("plain.mp4", 0.0), ("late.mkv", 1.52), ("late.ts", 37.0)):
        timeline = read_frames(clips[name].path, size=(8, 8)).timeline
        assert timeline.origin == pytest.approx(origin, abs=0.11)
        assert timeline.steady
    assert not read_frames(clips["raw.h264"].path, size=(8, 8)).timeline.steady


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_threads_change_nothing(clips: dict[str, Clip], threads: int) -> None:
    one = read_frames(clips["plain.mp4"].path, size=(32, 32))
    other = read_frames(clips["plain.mp4"].path, size=(32, 32), threads=threads)
    assert np.array_equal(one.pixels, other.pixels)
    assert np.array_equal(one.timeline.jumps, other.timeline.jumps)


def test_cut_off(tmp_path: Path) -> None:
    whole = render_clip(tmp_path / "a.mp4", container_options={"movflags": "faststart"})
    path = truncated(whole.path, tmp_path / "b.mp4", keep=0.6)
    frames = read_frames(path)
    assert 2 < frames.timeline.duration < 4.5
    assert "6.0 s were announced" in frames.timeline.warnings[-1]
    # With its header at the end a cut file has no header: nothing decodes.
    whole = render_clip(tmp_path / "c.mp4", scenes=(0.5,))
    for keep in (0.2, 0.5, 0.8):
        with pytest.raises(VideoError, match=r"no valid header|cut off"):
            read_frames(truncated(whole.path, tmp_path / "d.mp4", keep=keep))


def test_a_hole_is_told_of(tmp_path: Path) -> None:
    times = [k / 25 for k in range(100) if not 40 <= k < 60]
    frames = read_frames(render_clip(tmp_path / "a.mp4", scenes=(4,), times=times).path)
    assert frames.timeline.warnings == (
        "holes without a frame: 1, 0.8 s in all;"
        " frames are lost there, or the picture stands still",
    )


def test_work_follows_the_frames_that_exist(tmp_path: Path) -> None:
    times = [k / 25 + (3600 if k >= 50 else 0) for k in range(100)]
    frames = read_frames(render_clip(tmp_path / "a.mp4", scenes=(3700,), times=times).path)
    timeline = frames.timeline
    assert timeline.holes.tolist() == [[pytest.approx(2), pytest.approx(3602)]]
    assert (timeline.duration, timeline.filled) == pytest.approx((3604, 4))
    # The hole has its first and its last sample, which show the picture before it.
    assert frames.times.tolist() == [0, 0.5, 1, 1.5, 2, 3601.5, 3602, 3602.5, 3603, 3603.5]
    numbers = [frame_number(p) for p in frames.pixels]
    assert numbers == [0, 12, 25, 37, 49, 49, 50, 62, 75, 87]
    assert timeline.warnings[0].startswith("a hole without picture and sound, left out: 2.0 s to")


def test_a_picture_that_stands_still_is_thinned_and_no_hole(tmp_path: Path) -> None:
    times = [0, 1.5, 20, 320, 321, 325]  # slides
    frames = read_frames(render_clip(tmp_path / "a.mp4", scenes=(330,), times=times).path)
    assert not len(frames.timeline.holes)
    assert len(frames.times) < 220  # of 650
    assert np.diff(frames.times).max() < 0.06 * 300
    assert [frame_number(p) for p in frames.pixels] == frames.picks.tolist()
    # Around the changes nothing is left out.
    assert {0, 1.5, 20, 320, 321, 325} <= set(frames.times.tolist())


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.ts"])
def test_the_last_picture_stands_until_the_sound_ends(tmp_path: Path, name: str) -> None:
    clip = render_clip(
        tmp_path / name, scenes=(6,), times=[k / 10 for k in range(20)], fps=10, ticks=(5,)
    )
    frames = read_frames(clip.path)
    assert frames.timeline.duration == pytest.approx(6, abs=0.1)
    assert frames.timeline.warnings == ()
    assert frames.picks[-1] == 19
    assert frames.times[-1] >= 5.5


def test_the_last_picture_stands_until_the_announced_end(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mkv", scenes=(2,), gop=10)
    data = bytearray(clip.path.read_bytes())
    at = data.index(b"\x44\x89\x88")  # Duration, a double of milliseconds
    data[at + 3 : at + 11] = struct.pack(">d", 9000.0)
    clip.path.write_bytes(data)
    timeline = read_frames(clip.path).timeline
    assert timeline.duration == pytest.approx(9)
    assert timeline.warnings == ()
    # Cut off, it does not stand still: something is missing.
    timeline = read_frames(truncated(clip.path, tmp_path / "b.mkv", keep=0.7)).timeline
    assert timeline.duration < 2
    assert "9.0 s were announced" in timeline.warnings[-1]


def test_the_size_changes_midway(tmp_path: Path) -> None:
    parts = [
        render_clip(tmp_path / f"{n}.ts", scenes=(1,), looks=(n,), size=size).path.read_bytes()
        for n, size in enumerate([(96, 128), (64, 160), (120, 120)])
    ]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(parts))
    frames = read_frames(joined)
    # Three recordings that start anew: shown one after the other, and said so.
    assert [frame_number(p) for p in frames.pixels] == [0, 12] * 3
    assert np.allclose(frames.timeline.times, np.arange(75) / 25)
    assert frames.timeline.warnings[0].startswith("recordings joined with clocks")
    assert frames.timeline.joints.tolist() == pytest.approx([1, 2])
    assert not frames.timeline.steady


def test_nothing_decodes(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,))
    data = clip.path.read_bytes()
    at = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    clip.path.write_bytes(data[:at] + bytes(end - at) + data[end:])
    with pytest.raises(VideoError, match="none of its 10 frames decodes"):
        read_frames(clip.path)


def test_limits_hold_while_reading(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.h264", container="h264", scenes=(2,))  # announces nothing
    with pytest.raises(VideoError, match="raise max_hours="):
        read_frames(clip.path, limits=Limits(max_hours=1 / 3600))
    last = render_clip(tmp_path / "b.h264", container="h264", scenes=(1,))
    with pytest.raises(VideoError, match="raise max_hours="):
        read_frames(last.path, limits=Limits(max_hours=0.98 / 3600))
    assert read_frames(last.path, limits=Limits(max_hours=1 / 3600)).timeline.duration == 1


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 1001])
def test_wrong_rates(fps: float) -> None:
    with pytest.raises(SettingError, match=r"fps: expected a number in \(0, 1000\], got"):
        SampleStream("a.mp4", fps=fps)


def test_wrong_sizes() -> None:
    with pytest.raises(SettingError, match="size"):
        SampleStream("a.mp4", size=(0, 224))


def test_the_stream_tells_when_it_is_through(clips: dict[str, Clip]) -> None:
    calls: list[tuple[str, float, float | None]] = []
    stream = SampleStream(clips["plain.mp4"].path, progress=lambda *told: calls.append(told))
    pictures = iter(stream)
    next(pictures)
    with pytest.raises(RuntimeError, match="all samples"):
        _ = stream.timeline
    assert len(list(pictures)) == 4
    assert stream.timeline.n_frames == 62
    assert calls[-1] == ("reading", 2.48, 2.48)
    assert [c[1] for c in calls] == sorted(c[1] for c in calls)
    # Again, from the start.
    assert len(list(stream)) == len(stream.picks) == len(stream.times) == 5


def test_repeated_samples_are_copies(clips: dict[str, Clip]) -> None:
    first, second, *_ = SampleStream(clips["one.mp4"].path, fps=50)
    first[:] = 0
    assert second.max() > 0


def test_many_samples_are_collected(clips: dict[str, Clip]) -> None:
    frames = read_frames(clips["plain.mp4"].path, fps=400, size=(4, 4))
    assert isinstance(frames, Frames)
    assert len(frames.pixels) == 992  # more than the first guess of the memory needed
    assert np.all(np.diff(frames.picks) >= 0)


def test_memory_does_not_grow_with_the_video(tmp_path: Path) -> None:
    """No frame may be kept: each is 1.4 MB here, and 150 of them are picked."""
    resource = pytest.importorskip("resource")
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("needs /proc to look at the memory in use")
    path = tmp_path / "still.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        image = np.zeros((720, 1280, 3), np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        for k in range(150):
            frame.pts = k
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    page = resource.getpagesize()
    in_use = []
    for _ in SampleStream(path, fps=10):
        in_use.append(int(statm.read_text().split()[1]) * page / 1e6)
    assert max(in_use) - in_use[len(in_use) // 4] < 60
