"""Key frames, and frames between them, are the frames of the whole pass, to the pixel."""

from __future__ import annotations

import numpy as np
import pytest

from clips import frame_number, render_clip
from vidgist.errors import VideoError
from vidgist.video import Limits, read_frames
from vidgist.video.skim import SkimStream

STREAMS = {
    "h264.mp4": {"codec": "libx264", "gop": 50},
    "b-frames.mkv": {"codec": "libx264", "gop": 50, "options": {"bf": "3"}},
    "open.mp4": {"codec": "libx264", "options": {"x264-params": "open-gop=1:keyint=40"}},
    "late.ts": {"codec": "libx264", "gop": 50, "start": 37.0},
    "hevc.mp4": {"codec": "libx265", "gop": 50, "options": {"x265-params": "log-level=none"}},
    "vp9.webm": {"codec": "libvpx-vp9", "gop": 50, "options": {"deadline": "realtime"}},
    "intra.mov": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    "odd.mp4": {
        "codec": "libx264",
        "gop": 30,
        "times": [n / 25 + 0.01 * (n % 3) for n in range(200)],
    },
}


@pytest.fixture(scope="module")
def streams(tmp_path_factory):
    folder = tmp_path_factory.mktemp("skim")
    return {
        name: render_clip(folder / name, scenes=(3.6, 4.4), **how) for name, how in STREAMS.items()
    }


def skimmed(path, **options):
    stream = SkimStream(path, fps=options.pop("fps", 2.0), **options)
    return stream, [picture.copy() for picture in stream]


@pytest.mark.parametrize("name", STREAMS)
def test_the_index_has_the_frames_of_the_whole_pass(streams, name):
    stream, pictures = skimmed(streams[name].path)
    assert stream.problem == ""
    whole = read_frames(streams[name].path, fps=50)
    np.testing.assert_array_equal(stream.timeline.times, whole.timeline.times)
    assert stream.timeline.duration == whole.timeline.duration
    assert stream.timeline.origin == whole.timeline.origin
    assert stream.timeline.size == whole.timeline.size
    assert stream.timeline.steady
    assert len(pictures) == len(stream.picks) == stream.sampling.key_frames
    assert stream.picks[0] == 0
    for pick, shown in zip(stream.picks, pictures, strict=True):
        assert stream.index.keys[pick]
        assert frame_number(shown) == pick


@pytest.mark.parametrize("name", STREAMS)
def test_frames_between_are_those_of_the_whole_pass(streams, name):
    stream, pictures = skimmed(streams[name].path)
    wanted = np.array([1, 30, 31, 60, 97, len(stream.index) - 1])
    count = len(pictures)
    found = list(stream.between(wanted))
    np.testing.assert_array_equal(stream.picks[count:], wanted)
    assert [frame_number(p) for p in found] == wanted.tolist()
    assert stream.sampling.between == np.count_nonzero(~stream.index.keys[wanted])
    whole = read_frames(streams[name].path, fps=100)
    assert np.array_equal(found[3], whole.pixels[np.flatnonzero(whole.picks == 60)[0]])


def test_a_look_finds_the_cut_and_its_frame(streams):
    stream, _ = skimmed(streams["h264.mp4"].path)
    assert stream.timeline.jumps.max() <= 1e-4  # hints, no jumps
    stream.look_at(np.array([[3.2, 4.0]]))
    cut = int(np.argmax(stream.timeline.jumps))
    assert stream.timeline.times[cut] == pytest.approx(3.6)
    whole = read_frames(streams["h264.mp4"].path).timeline.jumps
    near = np.abs(stream.timeline.times - 3.6) < 0.35
    np.testing.assert_array_equal(stream.timeline.jumps[near], whole[near])


def test_a_look_finds_transitions(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(4, 3, 4, 5), gop=50)
    stream, _ = skimmed(clip.path)
    assert stream.transitions == ()
    stream.look_at(np.array([[10.5, 11.5]]))
    assert [(one.kind, one.start) for one in stream.transitions] == [("cut", pytest.approx(11.0))]


def test_an_early_key_frame_is_where_a_scene_begins(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(3.6, 5.4), gop=50)
    stream, _ = skimmed(clip.path)
    early = np.flatnonzero(stream.index.early)
    assert stream.index.times[early] == pytest.approx([3.6])
    assert np.argmax(stream.index.hints) == early[0]
    fixed = {"sc_threshold": "0"}
    clip = render_clip(tmp_path / "b.mp4", scenes=(3.6, 5.4), gop=50, options=fixed)
    stream, _ = skimmed(clip.path)
    assert not stream.index.early.any()
    # No key frame is at the cut, but its frame takes the most bytes.
    inside = slice(51, 100)
    assert stream.index.times[inside][np.argmax(stream.index.hints[inside])] == pytest.approx(3.6)


def test_close_key_frames_are_thinned(streams):
    stream, pictures = skimmed(streams["intra.mov"].path)
    assert len(pictures) == 17
    assert np.diff(stream.times).min() > 0.45
    long = SkimStream("x.mp4", fps=2.0)
    assert long.gap(3600) == 3.0
    assert long.gap(60) == 1.5
    assert SkimStream("x.mp4", fps=0.1).gap(3600) == 10.0


def test_what_cannot_be_skimmed_says_why(tmp_path, streams):
    refresh = {"x264-params": "intra-refresh=1:keyint=40"}
    clip = render_clip(tmp_path / "refresh.mp4", scenes=(8,), options=refresh)
    assert "key frames do not decode alone" in skimmed(clip.path)[0].problem
    clip = render_clip(tmp_path / "times.h264", scenes=(4,), container="h264")
    assert skimmed(clip.path)[0].problem == "frames have no timestamps"
    times = [*(n / 25 for n in range(50)), *(9 + n / 25 for n in range(50))]
    clip = render_clip(tmp_path / "still.mp4", times=times, scenes=(11,))
    assert skimmed(clip.path)[0].problem == "a picture stands still, or frames are lost"
    joined = tmp_path / "joined.ts"
    part = render_clip(tmp_path / "part.ts", scenes=(4,), gop=25).path.read_bytes()
    joined.write_bytes(part + part)
    assert skimmed(joined)[0].problem == "its timestamps start anew, or are damaged"


def test_what_would_be_read_whole_in_the_end_is_given_up_early(tmp_path):
    # Gaps of 4 s, 0.5 s worth filling, 2 s may be left: 10 of 20 s would have to be decoded.
    clip = render_clip(tmp_path / "a.mp4", scenes=(20,), gop=100, size=(48, 64))
    stream, pictures = skimmed(clip.path)
    assert stream.problem == "its key frames are up to 4.0 s apart, too far for its length"
    assert len(pictures) == 3  # of 5
    assert skimmed(clip.path, fps=0.5)[0].problem == ""  # 2 s are as near as samples may come


def test_limits_hold(streams):
    path = streams["h264.mp4"].path
    with pytest.raises(VideoError, match="longer than the limit"):
        skimmed(path, limits=Limits(max_hours=2 / 3600))
    with pytest.raises(VideoError, match="pictures of"):
        skimmed(path, limits=Limits(max_pixels=100))
