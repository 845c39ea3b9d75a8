"""Real clips: what is read of them is what the ffmpeg command reads of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vidgist.errors import VideoError
from vidgist.types import Frames
from vidgist.video import FrameReader, frames_at, probe, read_frames

UNREADABLE = {
    "derived__truncated_testvideo.mp4": "no valid header",
    "moviepy__zero_byte_result.webm": "0 bytes",
}
"""Clips of which nothing can be read, and the reason that is given."""

DAMAGED = {
    "decord__corrupted.mp4": "frames that do not decode and are missing: 1 of 50",
    "derived__truncated_chrome.mp4": "it ends at 14.4 s, but 30.0 s were announced",
}

COMPARED = [
    "askanything__making_cake.mp4",
    "autoeditor__SAR-2by3.mp4",
    "decord__unordered.mov",
    "decord__video_90.mov",
    "derived__truncated_chrome.mp4",
    "katna__pos_video.mp4",
    "moviepy__no_duration.webm",
    "moviepy__transparent.webm",
    "pyscenedetect__delayed_start.mp4",
    "pyscenedetect__goldeneye-vfr-drop3.mp4",
    "pyscenedetect__issue-134-rotate.mp4",
    "torchcodec__h265_10bits.mp4",
    "videollama__skateboarding_dog.mp4",
]
"""Clips with something odd, short enough to be decoded several times."""

SIZE = (48, 64)


@pytest.fixture(scope="module")
def clips(shared: Path) -> Path:
    folder = shared / "videos"
    if not folder.is_dir():
        pytest.skip("needs the real clips in shared/videos, which are not here")
    return folder


@pytest.fixture(scope="module")
def read(clips: Path) -> dict[str, Frames | str]:
    """Return what was read of every clip, or why nothing was."""
    found: dict[str, Frames | str] = {}
    for path in sorted(clips.iterdir()):
        try:
            found[path.name] = read_frames(path, size=SIZE)
        except VideoError as error:
            found[path.name] = str(error)
    return found


def command(*words: str) -> bytes:
    if shutil.which(words[0]) is None:
        pytest.skip(f"needs the {words[0]} command to compare with, which is not here")
    return subprocess.run([*words], capture_output=True, check=False).stdout


def ffprobe(path: Path, *words: str) -> Any:
    return json.loads(command("ffprobe", "-v", "quiet", "-of", "json", *words, str(path)) or "{}")


def test_every_clip_gives_frames_or_one_line(read: dict[str, Frames | str]) -> None:
    refused = {name: why for name, why in read.items() if isinstance(why, str)}
    assert set(refused) == set(UNREADABLE) & set(read)
    for name, why in refused.items():
        assert UNREADABLE[name] in why
        assert "\n" not in why
    for name, frames in read.items():
        if isinstance(frames, str):
            continue
        timeline = frames.timeline
        assert len(frames.picks) == int(np.ceil(timeline.duration * 2 - 1e-9))
        assert np.all(np.diff(timeline.times) > 0)
        assert timeline.steady
        said = " ".join(timeline.warnings)
        assert DAMAGED.get(name, "") in said
        assert bool(said) == (name in DAMAGED)


def test_times_agree_with_ffprobe(clips: Path, read: dict[str, Frames | str]) -> None:
    for name in COMPARED:
        frames = read[name]
        assert isinstance(frames, Frames)
        entries = ("-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time")
        listed = ffprobe(clips / name, *entries)["frames"]
        times = np.array([float(f["best_effort_timestamp_time"]) for f in listed])
        assert len(times) == pytest.approx(frames.timeline.n_frames, abs=1), name
        times = times[: frames.timeline.n_frames]
        # Six digits are all that ffprobe prints.
        assert np.allclose(frames.timeline.times[: len(times)], times - times[0], atol=2e-6), name
        rule = [np.flatnonzero(times - times[0] <= t + 1e-6)[-1] for t in frames.times]
        assert frames.picks.tolist() == rule, name


@pytest.mark.parametrize("name", COMPARED)
def test_samples_agree_with_ffmpeg(clips: Path, read: dict[str, Frames | str], name: str) -> None:
    """Turned, squeezed to a small size, and at the right place among all frames."""
    frames = read[name]
    assert isinstance(frames, Frames)
    height, width = SIZE
    scaled = f"scale={width}:{height}:flags=bilinear,format=rgb24"
    words = ("-map", "0:v:0", "-vf", scaled, "-fps_mode", "passthrough", "-f", "rawvideo", "-")
    raw = command("ffmpeg", "-v", "quiet", "-i", str(clips / name), *words)
    every = np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3).astype(np.int16)
    for pick, pixels in zip(frames.picks, frames.pixels, strict=True):
        differences = np.abs(every - pixels).mean(axis=(1, 2, 3))
        assert differences[pick] < 6
        # No other frame fits better than by what two ways of scaling may differ.
        assert differences[pick] <= differences.min() + 1.0


@pytest.mark.parametrize("name", ["pyscenedetect__issue-134-rotate.mp4", "decord__video_90.mov"])
def test_rotation_agrees_with_ffmpeg(clips: Path, read: dict[str, Frames | str], name: str) -> None:
    frames = read[name]
    assert isinstance(frames, Frames)
    info = probe(clips / name)
    assert info.rotation == 90
    words = ("-map", "0:v:0", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    raw = command("ffmpeg", "-v", "quiet", "-i", str(clips / name), *words)
    whole = np.frombuffer(raw, np.uint8).reshape(info.height, info.width, 3)
    (image,) = frames_at(clips / name, [0.0], timeline=frames.timeline)
    assert np.abs(np.asarray(image).astype(int) - whole).mean() < 1


def test_what_is_probed_is_what_ffprobe_says(clips: Path, read: dict[str, Frames | str]) -> None:
    for name, frames in read.items():
        if isinstance(frames, str):
            continue
        info = probe(clips / name)
        entries = ("-show_entries", "stream=codec_type,codec_name,width,height,avg_frame_rate")
        streams = ffprobe(clips / name, *entries)["streams"]
        video = next(s for s in streams if s["codec_type"] == "video")
        assert info.codec == video["codec_name"]
        assert (info.coded_width, info.coded_height) == (video["width"], video["height"])
        assert info.frame_rate == pytest.approx(float(Fraction(video["avg_frame_rate"])), rel=0.01)
        assert info.has_audio == any(s["codec_type"] == "audio" for s in streams)
        assert len(info.streams) == len(streams)
        if info.duration is not None and name not in DAMAGED:
            assert info.duration == pytest.approx(frames.timeline.duration, rel=0.02, abs=0.1)


def test_frame_rates_that_vary(clips: Path, read: dict[str, Frames | str]) -> None:
    varying = {
        name for name in read if name not in UNREADABLE and probe(clips / name).variable_frame_rate
    }
    assert varying == {
        "katna__pos_video.mp4",
        "moviepy__no_duration.webm",  # its frames are 62 to 72 ms apart
        "pyscenedetect__goldeneye-vfr-drop3.mp4",
    } & set(read)


def test_pixels_that_are_not_square(clips: Path) -> None:
    info = probe(clips / "autoeditor__SAR-2by3.mp4")
    assert info.pixel_aspect == pytest.approx(2 / 3)
    assert (info.coded_width, info.coded_height) == (640, 360)
    assert (info.width, info.height) == (640, 540)


@pytest.mark.parametrize("name", [*COMPARED, *DAMAGED])
def test_seeking_finds_the_same_frames(
    clips: Path, read: dict[str, Frames | str], name: str
) -> None:
    frames = read[name]
    assert isinstance(frames, Frames)
    timeline = frames.timeline
    middle, last = timeline.duration * 0.6, timeline.duration - 0.2
    with FrameReader(clips / name, timeline=timeline) as reader:
        whole = {
            round(seconds, 6): frame.to_ndarray(format="rgb24").sum()
            for seconds, frame in reader.between(0, timeline.duration)
        }
    assert len(whole) == timeline.n_frames
    with FrameReader(clips / name, timeline=timeline) as reader:
        for start in (last, middle):
            wanted = [t for t in timeline.times if start <= t < start + 0.2]
            found = list(reader.between(start, start + 0.2))
            assert [seconds for seconds, _ in found] == pytest.approx(wanted)
            for seconds, frame in found:
                assert whole[round(seconds, 6)] == frame.to_ndarray(format="rgb24").sum()
