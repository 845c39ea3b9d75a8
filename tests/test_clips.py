"""The clips that other tests build upon are what they claim to be."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from clips import (
    AUDIO_RATE,
    damaged,
    frame_number,
    picture,
    render_clip,
    render_sound,
    tick_track,
    truncated,
)


@pytest.mark.parametrize("number", [0, 1, 2, 255, 256, 40_000, 65_535])
@pytest.mark.parametrize("size", [(48, 64), (96, 128), (240, 100), (720, 1280)])
def test_numbers_can_be_read(number: int, size: tuple[int, int]) -> None:
    image = picture(number, 3, size)
    assert frame_number(image) == number
    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
    small = frame.reformat(width=64, height=40, format="yuv420p").to_ndarray(format="rgb24")
    assert frame_number(small) == number


def test_scenes_differ_and_move() -> None:
    means = [picture(0, scene, (96, 128))[30:].mean(axis=(0, 1)) for scene in range(12)]
    for n, mean in enumerate(means):
        assert all(np.abs(mean - other).max() > 4 for other in means[:n])
    still, moved = picture(0, 1, (96, 128)), picture(10, 1, (96, 128))
    assert 1 < np.abs(still[30:].astype(int) - moved[30:]).mean() < 60


def test_a_clip(tmp_path: Path) -> None:
    clip = render_clip(
        tmp_path / "a.mp4", scenes=(0.4, 0.4, 0.4), looks=(0, 1, 0), ticks=(0.1, 0.9), start=2
    )
    assert clip.cuts == (0.4, 0.8)
    assert clip.duration == pytest.approx(1.2)
    assert clip.shown_at(0.4) == 10
    assert clip.shown_at(0.399) == 9
    assert clip.scenes.tolist() == [0] * 10 + [1] * 10 + [2] * 10
    with av.open(str(clip.path)) as container:
        frames = list(container.decode(video=0))
        assert [frame_number(f.to_ndarray(format="rgb24")) for f in frames] == list(range(30))
        assert frames[0].time == pytest.approx(2)
        container.seek(0)
        blocks = [(f.time, f.to_ndarray()[0]) for f in container.decode(audio=0)]
    sound = np.zeros(5 * AUDIO_RATE)
    for time, block in blocks:
        first = round(time * AUDIO_RATE)
        sound[max(first, 0) : first + len(block)] = block[max(-first, 0) :]
    loud = np.flatnonzero(np.abs(sound) > 0.3) / AUDIO_RATE
    assert loud[0] == pytest.approx(2.1, abs=0.002)
    assert loud[loud > 2.5][0] == pytest.approx(2.9, abs=0.002)


def test_variable_times(tmp_path: Path) -> None:
    times = (0.0, 0.1, 0.15, 1.0)
    clip = render_clip(tmp_path / "a.mkv", times=times, time_base=Fraction(1, 1000))
    with av.open(str(clip.path)) as container:
        assert [f.time for f in container.decode(video=0)] == pytest.approx(times)
    assert clip.times.tolist() == pytest.approx(times)


def test_ticks() -> None:
    track = tick_track(1.0, (0.25,), hum=0.01)
    assert len(track) == AUDIO_RATE
    assert np.flatnonzero(np.abs(track) > 0.1)[0] / AUDIO_RATE == pytest.approx(0.25, abs=1e-3)


def test_other_files(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,))
    size = clip.path.stat().st_size
    assert truncated(clip.path, tmp_path / "b.mp4", keep=0.5).stat().st_size == size // 2
    changed = damaged(clip.path, tmp_path / "c.mp4", at=0.5, n_bytes=10)
    pairs = zip(changed.read_bytes(), clip.path.read_bytes(), strict=True)
    assert 5 <= sum(a != b for a, b in pairs) <= 10
    with av.open(str(render_sound(tmp_path / "d.m4a", cover=True))) as container:
        assert len(container.streams.audio) == len(container.streams.video) == 1
