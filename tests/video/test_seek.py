"""Seeking gives the frames that reading from the start gives, or it is not used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from clips import Clip, damaged, frame_number, render_clip
from vidgist.errors import VideoError
from vidgist.types import Timeline
from vidgist.video import FrameReader, frames_at, packets, probe, read_frames
from vidgist.video.container import open_video

H264 = {"codec": "libx264", "gop": 24}
KINDS: dict[str, dict[str, Any]] = {
    "plain.mp4": H264,
    "sound.mkv": {**H264, "ticks": (1,)},
    "late.ts": {**H264, "start": 5.0, "ticks": ()},
    "plain.avi": {"codec": "mpeg4"},
    "b-frames.avi": {**H264, "options": {"bf": "2"}},
    "open.mp4": {**H264, "options": {"x264-params": "open-gop=1:bframes=3"}},
    "open.ts": {**H264, "options": {"x264-params": "open-gop=1:bframes=3"}},
    "refresh.mp4": {**H264, "options": {"x264-params": "intra-refresh=1"}},
    "hevc.mkv": {"codec": "libx265", "options": {"x265-params": "keyint=20:log-level=none"}},
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"cpu-used": "8"}, "gop": 24},
    "mpeg2.mpg": {"codec": "mpeg2video", "options": {"bf": "2"}, "gop": 12},
    "flash.flv": {"codec": "flv", "gop": 24},
    "raw.h264": {**H264, "container": "h264"},
    "alpha.mov": {"codec": "qtrle", "pixel_format": "argb", "size": (32, 64)},
    "one-key.mp4": {"codec": "libx264", "gop": 1000, "options": {"sc_threshold": "0"}},
    "variable.mp4": {
        **H264,
        "times": [*np.cumsum(np.tile([0.02, 0.05, 0.3, 0.02, 0.01], 24)) - 0.02],
    },
    "rotated.mp4": {**H264, "rotation": 90},
}


def frames_between(
    path: Path, start: float, end: float, *, timeline: Timeline
) -> Iterator[tuple[float, av.VideoFrame]]:
    with FrameReader(path, timeline=timeline) as reader:
        yield from reader.between(start, end)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Clip, Timeline]]:
    folder = tmp_path_factory.mktemp("seek")
    made = {}
    for name, options in KINDS.items():
        clip = render_clip(folder / name, **{"scenes": (2, 3, 2), "size": (48, 96), **options})
        made[name] = clip, read_frames(clip.path, size=(8, 8)).timeline
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Record every time that a reader starts from the beginning of a file."""
    starts: list[float] = []
    start = FrameReader._open

    def counted(self: FrameReader) -> None:
        starts.append(1)
        start(self)

    monkeypatch.setattr(FrameReader, "_open", counted)
    return starts


def numbers(found: Iterable[tuple[float, av.VideoFrame]]) -> list[int]:
    """Return the numbers that are written into the frames."""
    return [frame_number(frame.to_ndarray(format="rgb24")) for _, frame in found]


def linear(clip: Clip) -> list[np.ndarray]:
    """Decode everything with a plain loop."""
    with av.open(str(clip.path)) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    return [np.rot90(f, -clip.rotation // 90) for f in frames]


@pytest.mark.parametrize("name", KINDS)
def test_stretches_are_exact(clips: dict[str, tuple[Clip, Timeline]], name: str) -> None:
    clip, timeline = clips[name]
    frames = linear(clip)
    assert len(frames) == timeline.n_frames
    rng = np.random.default_rng(3)
    stretches = [(0, 0.3), (3.0, 3.2), (6.8, 99), (2.5, 2.5), (-1, 0.05), (50, 60)]
    stretches += [(a, a + rng.uniform(0, 0.6)) for a in rng.uniform(0, timeline.duration, 4)]
    for start, end in stretches:
        wanted = [n for n, t in enumerate(timeline.times) if start <= t < end]
        before = int(np.searchsorted(timeline.times, start)) - 1
        stands = before >= 0 and timeline.ends[before] - timeline.times[before] > 0.5
        if stands and timeline.ends[before] > start:  # a picture that stands still comes first
            wanted.insert(0, before)
        found = list(frames_between(clip.path, start, end, timeline=timeline))
        assert [seconds for seconds, _ in found] == pytest.approx(timeline.times[wanted])
        for n, (_, frame) in zip(wanted, found, strict=True):
            shown = frame.to_ndarray(format="rgb24").astype(int)
            # Turning halves chroma differently; everything else is the same to the bit.
            assert np.abs(shown - frames[n]).max() <= (80 if clip.rotation else 0)
            assert frame_number(np.rot90(shown, clip.rotation // 90)) == n


@pytest.mark.parametrize("name", KINDS)
def test_pictures_are_exact(clips: dict[str, tuple[Clip, Timeline]], name: str) -> None:
    clip, timeline = clips[name]
    times = np.sort(np.random.default_rng(4).uniform(0, timeline.duration, 9))
    times = np.concatenate([[0, 0], times, [timeline.duration + 5]])
    images = list(frames_at(clip.path, times, timeline=timeline))
    wanted = [int(np.searchsorted(timeline.times, t, side="right")) - 1 for t in times]
    assert all(isinstance(image, Image.Image) and image.mode == "RGB" for image in images)
    upright = [np.rot90(np.asarray(image), clip.rotation // 90) for image in images]
    assert [frame_number(picture) for picture in upright] == wanted
    info = probe(clip.path)
    assert {image.size for image in images} == {(info.width, info.height)}


@pytest.mark.parametrize("name", ["plain.mp4", "open.ts", "hevc.mkv", "vp9.webm", "late.ts"])
def test_seeking_is_used(
    clips: dict[str, tuple[Clip, Timeline]], name: str, opened: list[float]
) -> None:
    clip, timeline = clips[name]
    assert timeline.steady
    with FrameReader(clip.path, timeline=timeline) as reader:
        for start in (6.0, 0.6, 4.0):
            found = numbers(reader.between(start, start + 0.1))
            assert found == [round(start * 25) + k for k in range(len(found))]
    assert len(opened) == 1  # never again from the start


@pytest.mark.parametrize("name", ["raw.h264", "b-frames.avi", "one-key.mp4"])
def test_ascending_stretches_are_decoded_once(
    clips: dict[str, tuple[Clip, Timeline]],
    name: str,
    opened: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clip, timeline = clips[name]
    monkeypatch.setattr("vidgist.video.seek._READ_ON", 0.2)
    with FrameReader(clip.path, timeline=timeline) as reader:
        for start in (0.4, 1.0, 2.0, 3.5, 5.0, 6.5):
            numbers = [
                frame_number(f.to_ndarray(format="rgb24"))
                for _, f in reader.between(start, start + 0.2)
            ]
            assert numbers == [
                n for n, t in enumerate(timeline.times) if start - 1e-9 <= t < start + 0.2 - 1e-9
            ]
    assert len(opened) <= 2


def test_a_stretch_that_was_left_early(clips: dict[str, tuple[Clip, Timeline]]) -> None:
    clip, timeline = clips["plain.mp4"]
    with FrameReader(clip.path, timeline=timeline) as reader:
        for _ in reader.between(1, 3):
            break
        for wanted in (1.0, 1.04, 1.0, 5.0, 0.0):
            seconds, frame = next(reader.between(wanted, wanted + 1))
            assert seconds == pytest.approx(wanted)
            assert frame_number(frame.to_ndarray(format="rgb24")) == round(wanted * 25)


def test_a_timeline_that_was_mended(tmp_path: Path) -> None:
    """Two recordings joined have every timestamp twice: seeking would find the wrong one."""
    part = render_clip(tmp_path / "part.ts", scenes=(2,), gop=10).path.read_bytes()
    other = render_clip(tmp_path / "other.ts", scenes=(2,), looks=(5,), gop=10).path.read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(part + other)
    timeline = read_frames(joined).timeline
    assert not timeline.steady
    with av.open(str(joined)) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    for start in (0.4, 1.2, 2.4, 3.6):
        seconds, frame = next(frames_between(joined, start, start + 0.1, timeline=timeline))
        assert seconds == pytest.approx(start)
        assert np.array_equal(frame.to_ndarray(format="rgb24"), frames[round(start * 25)])


@pytest.mark.parametrize("fault", ["lands late", "fails", "skips a frame", "stops short"])
def test_seeking_that_misbehaves(
    clips: dict[str, tuple[Clip, Timeline]], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, timeline = clips["plain.mp4"]
    sound = FrameReader._sought_frames

    def faulty(self: FrameReader) -> Iterator[tuple[float, av.VideoFrame]]:
        if fault == "fails":
            return
        for seconds, frame in sound(self):
            if fault == "lands late" and seconds < 5.5:
                continue
            if fault == "skips a frame" and seconds == pytest.approx(5.2):
                continue
            if fault == "stops short" and seconds > 5.2:
                return
            yield seconds, frame

    monkeypatch.setattr(FrameReader, "_sought_frames", faulty)
    found = frames_between(clip.path, 5.0, 5.6, timeline=timeline)
    assert numbers(found) == list(range(125, 140))


def test_a_wrong_origin_is_noticed(clips: dict[str, tuple[Clip, Timeline]]) -> None:
    clip, timeline = clips["late.ts"]
    wrong = replace(timeline, origin=timeline.origin + 0.5)
    seconds, frame = next(frames_between(clip.path, 4.0, 4.1, timeline=wrong))
    assert seconds == pytest.approx(4.0)
    assert frame_number(frame.to_ndarray(format="rgb24")) == 100


def test_frames_that_the_first_pass_left_out(clips: dict[str, tuple[Clip, Timeline]]) -> None:
    """All frames of a stretch come, though the timeline knows only some of them."""
    clip, full = clips["plain.mp4"]
    kept = np.arange(0, full.n_frames, 3)
    sparse = replace(full, times=full.times[kept], jumps=full.jumps[kept])
    found = frames_between(clip.path, 4.0, 5.0, timeline=sparse)
    first = int(np.searchsorted(sparse.times, 4.0))
    wanted = [n for n, t in enumerate(full.times) if sparse.times[first] <= t < 5.0]
    assert numbers(found) == wanted
    image = next(frames_at(clip.path, [4.3], timeline=sparse))
    shown = sparse.times[sparse.times <= 4.3][-1]
    assert frame_number(np.asarray(image)) == round(shown * 25)


def test_a_damaged_file(clips: dict[str, tuple[Clip, Timeline]], tmp_path: Path) -> None:
    path = damaged(clips["sound.mkv"][0].path, tmp_path / "a.mkv", at=0.5, n_bytes=300)
    timeline = read_frames(path).timeline
    with FrameReader(path, timeline=timeline) as reader:
        whole = [s for s, _ in reader.between(0, 100)]
    assert whole == pytest.approx(timeline.times)
    for start in (1.0, 3.4, 5.0):
        found = [s for s, _ in frames_between(path, start, start + 1, timeline=timeline)]
        assert found == pytest.approx([t for t in timeline.times if start <= t < start + 1])


def test_a_file_that_became_shorter(tmp_path: Path) -> None:
    long = render_clip(tmp_path / "a.mp4", scenes=(4,), gop=10)
    timeline = read_frames(long.path).timeline
    short = render_clip(tmp_path / "a.mp4", scenes=(1,))
    with pytest.raises(VideoError, match="changed since"):
        list(frames_at(short.path, [3.9], timeline=timeline))
    assert list(frames_between(short.path, 3.0, 4.0, timeline=timeline)) == []
    short.path.unlink()
    with pytest.raises(VideoError, match="no such file"):
        list(frames_at(short.path, [0.1], timeline=timeline))


def test_pixels_are_made_square(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,), size=(60, 80), pixel_aspect=2)
    timeline = read_frames(clip.path).timeline
    (image,) = frames_at(clip.path, [0.2], timeline=timeline)
    assert image.size == (160, 60)
    assert frame_number(np.asarray(image)) == 5
    _, frame = next(frames_between(clip.path, 0, 1, timeline=timeline))
    assert (frame.width, frame.height) == (160, 60)


def test_files_are_closed(clips: dict[str, tuple[Clip, Timeline]]) -> None:
    clip, timeline = clips["plain.mp4"]
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("needs /proc to count open files")
    before = len(list(descriptors.iterdir()))
    for start in (5.0, 1.0):
        next(frames_between(clip.path, start, start + 1, timeline=timeline))
        list(frames_at(clip.path, [start], timeline=timeline))
    with open_video(clip.path):
        pass
    assert len(list(descriptors.iterdir())) == before


def test_frames_that_nothing_needs_are_not_decoded_on_the_way(
    clips: dict[str, tuple[Clip, Timeline]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"sc_threshold": "0", "bf": "3", "x264-params": "b-adapt=0"}
    clip = render_clip(tmp_path / "a.mp4", scenes=(4,), gop=100, codec="libx264", options=options)
    timeline = read_frames(clip.path, size=(8, 8)).timeline
    decoded: list[int] = []
    again: list[str] = []
    decode = packets.decode_packet

    def counted(*arguments: Any) -> list[av.VideoFrame]:
        frames = decode(*arguments)
        decoded.extend(round(float(frame.pts * frame.time_base) * 25) for frame in frames)
        return frames

    monkeypatch.setattr(packets, "decode_packet", counted)
    monkeypatch.setattr(packets, "_tail", lambda *_: again.append("tail") or iter(()))
    monkeypatch.setattr("vidgist.video.seek._READ_ON", 0.2)
    found = numbers(frames_between(clip.path, 3.5, 99, timeline=timeline))
    assert found == list(range(round(3.5 * 25), 100))
    assert decoded[-len(found) :] == found
    assert 20 < len(decoded) - len(found) < 60  # of 87; without B-frames that nothing refers to
    assert not again  # and they are not taken for lost
