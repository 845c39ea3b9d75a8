"""Files made of a video's packets, decoded again: the same pictures, in sync, with all tracks."""

from __future__ import annotations

import subprocess
from fractions import Fraction

import av
import numpy as np
import pytest

from clips import render_clip
from decoded import decode
from exact_cuts import ticks_in
from vidgist.errors import SettingError, VideoError
from vidgist.video import probe
from vidgist.video.copy import check_copy, container_for, copy_pieces, read_cut_points
from vidgist.video.decode import SampleStream

TICKS = [0.52, 1.72, 2.6, 3.3, 4.6, 5.4, 6.2, 7.56, 8.4, 9.4]


def timeline_of(path):
    stream = SampleStream(path, fps=0.01, size=(2, 2))
    for _ in stream:
        pass
    return stream.timeline


def cut(path, wanted, target, **options):
    """Copy the parts nearest to those wanted; return them, their frames and the timeline."""
    timeline = timeline_of(path)
    points = read_cut_points(path, timeline)
    assert not isinstance(points, str), points
    pieces = [
        (
            points.starts[np.argmin(np.abs(points.starts - start))],
            points.ends[np.argmin(np.abs(points.ends - end))],
        )
        for start, end in wanted
    ]
    pieces = np.array(pieces)
    copy_pieces(path, target, pieces, origin=timeline.origin, **options)
    frames = [
        k for a, b in pieces for k in range(*np.searchsorted(timeline.times, [a - 1e-6, b - 1e-6]))
    ]
    return pieces, frames, timeline


CASES = {
    "b-frames": ("a.mp4", {"bf": "3", "sc_threshold": "0"}, {}),
    "hevc, open groups": (
        "a.mp4",
        {"x265-params": "open-gop=1:bframes=3:scenecut=0:keyint=25:min-keyint=25:log-level=0"},
        {"codec": "libx265"},
    ),
    "matroska": ("a.mkv", {"bf": "3", "sc_threshold": "0"}, {}),
    "hevc, open groups, transport stream": (
        "a.ts",
        {"x265-params": "open-gop=1:bframes=3:scenecut=0:keyint=25:min-keyint=25:log-level=0"},
        {"codec": "libx265"},
    ),
    "transport stream": ("a.ts", {"bf": "2", "sc_threshold": "0"}, {"start": 1.5}),
    "quicktime, another clock": ("a.mov", {"bf": "2"}, {"time_base": Fraction(1, 600)}),
    "no reordering": ("a.mp4", {"bf": "0"}, {"time_base": Fraction(1, 90_000)}),
    "mpeg-4": ("a.mp4", {"bf": "2"}, {"codec": "mpeg4"}),
    "vp9": ("a.webm", {"deadline": "realtime", "cpu-used": "8"}, {"codec": "libvpx-vp9"}),
    "film": ("a.mp4", {"bf": "3"}, {"fps": Fraction(24_000, 1001)}),
}


@pytest.mark.parametrize("case", CASES)
def test_pictures_are_the_same_and_sound_is_in_sync(tmp_path, case):
    name, options, others = CASES[case]
    sound = "libopus" if name.endswith("webm") else "aac"
    clip = render_clip(
        tmp_path / name,
        scenes=(3.0, 4.0, 3.0),
        gop=25,
        options=options,
        ticks=TICKS,
        audio_codec=sound,
        **others,
    )
    target = tmp_path / f"made{container_for(clip.path)}"
    pieces, frames, timeline = cut(
        clip.path, [(1.0, 2.9), (4.0, 5.7), (6.0, 7.0), (8.0, 10.0)], target
    )
    before, after = decode(clip.path), decode(target)
    assert len(after.pictures) == len(frames)
    lost = len(before.pictures) - timeline.n_frames
    for picture, frame in zip(after.pictures, frames, strict=True):
        assert np.array_equal(picture, before.pictures[frame + lost])
    length = float(np.diff(pieces).sum())
    offsets = np.concatenate([[0], np.cumsum(np.diff(pieces))])
    shown = np.concatenate(
        [
            timeline.times[(timeline.times >= a - 1e-6) & (timeline.times < b - 1e-6)] - a + at
            for (a, b), at in zip(pieces, offsets, strict=False)
        ]
    )
    assert after.times == pytest.approx(shown, abs=0.0011)
    expected = ticks_in(pieces, TICKS)
    assert len(expected) >= 5
    assert after.onsets() == pytest.approx(expected, abs=0.025)
    with av.open(str(target)) as container:
        assert container.duration / av.time_base == pytest.approx(length, abs=0.012)


def test_a_part_that_begins_between_key_frames_is_refused(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(4.0,), gop=25, options={"bf": "2"})
    timeline = timeline_of(clip.path)
    with pytest.raises(VideoError, match=r"a\.mp4: .* does not decode alone"):
        copy_pieces(clip.path, tmp_path / "b.mp4", np.array([[0.52, 1.0]]), origin=timeline.origin)


def test_rotation_tags_and_sound_tracks(tmp_path):
    clip = render_clip(
        tmp_path / "a.mp4", scenes=(2.0, 2.0), gop=25, rotation=90, ticks=[0.5], options={"bf": "2"}
    )
    cut(clip.path, [(1.0, 3.0)], tmp_path / "b.mp4", comment="mine")
    made = probe(tmp_path / "b.mp4")
    assert (made.rotation, made.codec, made.has_audio) == (90, "h264", True)
    cut(clip.path, [(1.0, 3.0)], tmp_path / "c.mp4", tracks=[])
    assert not probe(tmp_path / "c.mp4").has_audio
    with av.open(str(tmp_path / "b.mp4")) as container:
        assert container.metadata["comment"] == "mine"


@pytest.mark.skipif(not hasattr(av.VideoFrame, "color_primaries"), reason="needs PyAV 17")
def test_ten_bits_and_colors_of_hdr(tmp_path):
    path = tmp_path / "a.mp4"
    _ffmpeg(
        "-f lavfi -i testsrc2=s=128x96:r=25:d=4 -c:v libx265 -pix_fmt yuv420p10le -x265-params"
        " keyint=25:log-level=none:hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
        ":master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,1)"
        f":max-cll=1000,400 -tag:v hvc1 {path}"
    )
    cut(path, [(1.0, 2.0), (3.0, 4.0)], tmp_path / "b.mp4")
    with av.open(str(path)) as source, av.open(str(tmp_path / "b.mp4")) as made:
        frames = [next(c.decode(video=0)) for c in (source, made)]
        for name in ("color_primaries", "color_trc", "colorspace"):
            assert len({getattr(frame, name) for frame in frames}) == 1
        kinds = [{str(data.type) for data in frame.side_data} for frame in frames]
        assert kinds[0] <= kinds[1]
        assert any("MASTERING" in kind for kind in kinds[1])
        assert frames[1].format.name == "yuv420p10le"
        assert made.streams.video[0].codec_context.codec_tag == "hvc1"


@pytest.mark.parametrize(("codec", "ending"), [("mov_text", ".mp4"), ("ass", ".mkv")])
def test_all_tracks_and_subtitles(tmp_path, codec, ending):
    texts = tmp_path / "a.srt"
    texts.write_text(
        "1\n00:00:00,500 --> 00:00:01,500\nfirst\n\n2\n00:00:03,000 --> 00:00:03,400\nhidden\n\n"
        "3\n00:00:04,500 --> 00:00:05,000\nlast\n"
    )
    path = tmp_path / f"a{ending}"
    _ffmpeg(
        "-f lavfi -i testsrc2=s=128x96:r=25:d=6 -f lavfi -i sine=d=6 -f lavfi -i sine=f=880:d=6"
        f" -i {texts} -map 0 -map 1 -map 2 -map 3 -c:v libx264 -g 25 -c:a:0 aac -c:a:1 ac3"
        f" -c:s {codec} -metadata:s:a:1 language=deu {path}"
    )
    assert container_for(path) == ending
    cut(path, [(1.0, 2.0), (4.0, 6.0)], tmp_path / f"b{ending}")
    with av.open(str(tmp_path / f"b{ending}")) as made:
        assert [s.codec_context.name for s in made.streams.audio] == ["aac", "ac3"]
        assert made.streams.audio[1].metadata["language"] == "deu"
        (stream,) = made.streams.subtitles
        found = [
            (float(p.pts * p.time_base), float(p.duration * p.time_base))
            for p in made.demux(stream)
            if p.size > 2
        ]
    assert np.array(found) == pytest.approx(np.array([(0.0, 0.5), (1.5, 0.5)]), abs=0.002)


def test_edit_lists_are_followed(tmp_path):
    clip = render_clip(
        tmp_path / "whole.mp4",
        scenes=(3.0, 3.0),
        gop=25,
        options={"bf": "2", "sc_threshold": "0"},
        ticks=TICKS,
    )
    # Copied from between two key frames on: what is before is in the file, but not shown.
    _ffmpeg(f"-ss 0.6 -i {clip.path} -c copy {tmp_path / 'a.mp4'}")
    path = tmp_path / "a.mp4"
    pieces, frames, _ = cut(path, [(0.5, 1.2), (2.5, 5.0)], tmp_path / "b.mp4")
    before, after = decode(path), decode(tmp_path / "b.mp4")
    assert len(after.pictures) == len(frames)
    for picture, frame in zip(after.pictures, frames, strict=True):
        assert np.array_equal(picture, before.pictures[frame])
    offsets = np.concatenate([[0], np.cumsum(np.diff(pieces))])
    expected = [
        tick - a + at
        for (a, b), at in zip(pieces, offsets, strict=False)
        for tick in before.onsets()
        if a + 0.05 < tick < b - 0.05
    ]
    assert len(expected) >= 2
    assert after.onsets() == pytest.approx(expected, abs=0.025)


def test_which_sound_contradicts():
    check_copy(False, "mix")
    check_copy(True, "all")
    check_copy("exact", "all")
    for copy in (True, "exact"):
        with pytest.raises(SettingError, match=r"copy: .*audio='mix'"):
            check_copy(copy, "mix")
    with pytest.raises(SettingError, match="copy: expected True, False or 'exact', got 'fast'"):
        check_copy("fast", "all")


def _ffmpeg(arguments):
    import shutil

    if shutil.which("ffmpeg") is None:
        pytest.skip("needs the program ffmpeg")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments.split()], check=True)
