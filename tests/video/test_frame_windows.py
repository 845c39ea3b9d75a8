"""The pictures around each sample, against the definition written down directly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips import frame_number, render_clip
from vidgist.errors import SettingError
from vidgist.types import FrameWindow
from vidgist.video.decode import SampleStream
from vidgist.video.frame_windows import WindowGatherer


def next_one(sample: int) -> int:
    return sample + 1


class Frames:
    """Frames of one pixel that carry their number, and how often each was scaled."""

    def __init__(self, times: list[float], end: float) -> None:
        self.times, self.end = times, end
        self.scaled = [0] * len(times)
        self.most_open = 0

    def picture(self, number: int):
        def scale():
            self.scaled[number] += 1
            return np.full((1, 1, 3), number, np.uint8)

        return scale

    def gathered(self, shape: FrameWindow, fps: float) -> list[tuple[list[int], int]]:
        gatherer = WindowGatherer(shape, fps=fps)
        found = []

        def keep(given) -> None:
            for pictures, frame, sample in given:
                assert sample == len(found)
                found.append((pictures[:, 0, 0, 0].tolist(), frame))
                self.most_open = max(self.most_open, len(gatherer._open))

        last = len(self.times) - 1
        for number in range(last):
            until = self.times[number + 1]
            shown = gatherer.show(
                self.picture(number), number=number, until=until, following=next_one
            )
            keep(shown)
            self.most_open = max(self.most_open, len(gatherer._open))
        picture = self.picture(last)
        keep(gatherer.finish(picture, number=last, end=self.end, following=next_one))
        return found

    def shown(self, at: float) -> int:
        return max((n for n, t in enumerate(self.times) if t <= at), default=0)

    def by_definition(self, shape: FrameWindow, fps: float) -> list[tuple[list[int], int]]:
        clips, sample = [], 0
        while sample / fps < self.end:
            places = [
                self.shown(sample / fps + (i - shape.frames // 2) / shape.rate)
                for i in range(shape.frames)
            ]
            clips.append((places, self.shown(sample / fps)))
            sample += 1
        return clips


steps = st.lists(st.sampled_from([1, 2, 5, 40, 400]), min_size=0, max_size=40)


@settings(deadline=None)
@given(steps=steps, frames=st.integers(1, 17), rate=st.sampled_from([7.5, 15.0, 25.0, 60.0]))
def test_windows_are_those_of_the_definition(steps, frames, rate):
    # Sixty-fourths of a second, so that times and rates are exact.
    times = np.cumsum([0, *steps]) / 64
    video = Frames(times.tolist(), end=float(times[-1]) + 1 / 64)
    shape = FrameWindow(frames=frames, rate=rate)
    assert video.gathered(shape, 2.0) == video.by_definition(shape, 2.0)


def test_what_is_kept_does_not_grow_with_the_frame_rate_nor_with_holes():
    shape = FrameWindow(frames=16, rate=16.0)
    fast = Frames([n / 240 for n in range(240)], end=1.0)
    fast.gathered(shape, 2.0)
    assert fast.most_open <= 3
    assert sum(fast.scaled) <= 2 * 16
    assert max(fast.scaled) == 1
    hole = Frames([0.0, 1000.0], end=1000.1)
    assert len(hole.gathered(shape, 2.0)) == 2001
    assert hole.most_open <= 3


def test_a_window_has_the_sample_in_its_middle(tmp_path: Path):
    clip = render_clip(tmp_path / "clip.mp4", scenes=(2.0, 1.4), fps=25)
    size = (96, 128)
    alone = SampleStream(clip.path, size=size)
    pictures = np.stack(list(alone))
    around = SampleStream(clip.path, size=size, window=FrameWindow(frames=16, rate=25.0))
    windows = np.stack(list(around))
    assert windows.shape == (7, 16, *size, 3)
    np.testing.assert_array_equal(windows[:, 8], pictures)
    np.testing.assert_array_equal(around.picks, alone.picks)
    np.testing.assert_array_equal(around.times, alone.times)
    last = len(clip.times) - 1
    for pick, shown in zip(around.picks, windows, strict=True):
        expected = np.clip(np.arange(pick - 8, pick + 8), 0, last)
        assert [frame_number(p) for p in shown] == expected.tolist()
    # Reading it again gives the same.
    np.testing.assert_array_equal(np.stack(list(around)), windows)


@pytest.mark.parametrize(("frames", "rate"), [(0, 25.0), (300, 25.0), (16, 0.0), (16, 1e6)])
def test_windows_that_make_no_sense(frames, rate):
    with pytest.raises(SettingError, match="window: expected 1 to 256 frames"):
        FrameWindow(frames=frames, rate=rate)
