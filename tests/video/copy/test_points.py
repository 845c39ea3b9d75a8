"""Where a video can be cut: against the order of packets by hand, and by decoding."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from clips import render_clip
from vidgist.types import Timeline
from vidgist.video.copy import CutPoints, cut_points, read_cut_points
from vidgist.video.decode import SampleStream
from vidgist.video.skim import FrameIndex


def timeline_of(path):
    stream = SampleStream(path, fps=0.01, size=(2, 2))
    for _ in stream:
        pass
    return stream.timeline


def index_of(places, keys):
    n = len(places)
    return FrameIndex(
        ticks=np.arange(n),
        decoding=np.arange(n),
        times=np.arange(n, dtype=float),
        keys=np.isin(np.arange(n), keys),
        anew=np.isin(np.arange(n), keys),
        places=np.array(places),
        sizes=np.ones(n, np.int64),
        duration=float(n),
        origin=0.0,
    )


def points_of(places, keys):
    n = len(places)
    timeline = Timeline(times=np.arange(n, dtype=float), jumps=np.zeros(n), duration=float(n))
    return cut_points(index_of(places, keys), timeline)


def test_without_reordering_everything_is_an_end():
    found = points_of([0, 1, 2, 3, 4, 5], keys=[0, 3])
    assert found.starts.tolist() == [0, 3]
    assert found.ends.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_no_end_between_a_frame_and_one_that_it_needs():
    # Shown I B B P, decoded I P B B.
    found = points_of([0, 2, 3, 1, 4, 6, 7, 5], keys=[0, 4])
    assert found.starts.tolist() == [0, 4]
    assert found.ends.tolist() == [0, 1, 4, 5, 8]


def test_open_groups_end_before_the_frames_that_lead_the_next():
    # Shown I P b b I P, where b b are decoded after the second I.
    found = points_of([0, 1, 3, 4, 2, 5], keys=[0, 4])
    assert found.starts.tolist() == [0, 4]
    assert found.ends.tolist() == [0, 1, 2, 5, 6]


def test_a_key_frame_after_which_something_earlier_is_shown_is_no_start():
    assert points_of([0, 3, 2, 1], keys=[0, 2]).starts.tolist() == [0]


def test_points_are_borders_of_the_timeline():
    # The frames from the second on have decoded at other times: these are no points.
    timeline = Timeline(times=np.array([0.0, 1.4, 2.0]), jumps=np.zeros(3), duration=3.0)
    found = cut_points(index_of([0, 1, 2], keys=[0, 1, 2]), timeline)
    assert found.starts.tolist() == [0, 2]
    assert found.ends.tolist() == [0, 2, 3]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_points_of_a_file(tmp_path, name):
    clip = render_clip(
        tmp_path / name, scenes=(4.0,), gop=25, options={"bf": "3", "sc_threshold": "0"}, start=0.5
    )
    timeline = timeline_of(clip.path)
    found = read_cut_points(clip.path, timeline)
    assert isinstance(found, CutPoints)
    assert found.starts == pytest.approx([0, 1, 2, 3], abs=1e-3)
    assert np.isin(found.starts, timeline.times).all()
    assert np.isin(found.ends, timeline.borders).all()
    assert timeline.duration in found.ends
    assert 25 < len(found.ends) < 100


@pytest.mark.parametrize("name", ["a.mp4", "a.ts"])
def test_open_groups_of_h264_begin_only_at_idr_pictures(tmp_path, name):
    options = {"x264-params": "open-gop=1:keyint=25:min-keyint=5:scenecut=0:bframes=3"}
    clip = render_clip(tmp_path / name, scenes=(3.0,), options=options)
    found = read_cut_points(clip.path, timeline_of(clip.path))
    assert isinstance(found, CutPoints)
    assert found.starts.tolist() == [0.0]


def test_why_a_video_cannot_be_copied(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(1.0,))
    given = clip.path.with_name("a.mp4 @ 12")
    timeline = timeline_of(clip.path)
    assert read_cut_points(given, timeline) == "its frame rate is given"
    single = render_clip(tmp_path / "b.mp4", scenes=(0.04,), fps=Fraction(25))
    assert read_cut_points(single.path, timeline_of(single.path)) == "it is a single picture"
    joined = Timeline(times=timeline.times, jumps=timeline.jumps, duration=1.0, steady=False)
    assert "start anew" in read_cut_points(clip.path, joined)
