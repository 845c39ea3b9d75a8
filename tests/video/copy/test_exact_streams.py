"""Cutting at any frame: what streams and files have beside pictures stays as it is."""

from __future__ import annotations

import shutil
import subprocess

import av
import numpy as np
import pytest

from clips import frame_number, render_clip
from decoded import decode
from exact_cuts import AS_GOOD, LOSSLESS, cut, in_order, likeness, strictly, timeline_of
from vidgist.errors import VideoError
from vidgist.video import packets, probe
from vidgist.video.copy import borders, copy_pieces, parts, where_to_cut
from vidgist.video.copy.joints import Joints
from vidgist.video.runs import packets_from
from vidgist.video.units import join_units

CODED = {"bf": "2", "sc_threshold": "0"}
PATTERN = "-f lavfi -i testsrc2=s=128x96:r=25:d=5,gblur=2"
PIECES = [(0.52, 1.6), (2.4, 3.72)]


def ffmpeg(arguments):
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs the program ffmpeg")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments.split()], check=True)


def frames_of(path):
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def compare(source, target, frames):
    """Check that a clip shows frames of its source; return how many are not changed."""
    before, after = decode(source).pictures, decode(target).pictures
    wanted = [number for part in frames for number in part]
    assert len(after) == len(wanted)
    alike = [likeness(a, before[k]) for a, k in zip(after, wanted, strict=True)]
    assert min(alike) > AS_GOOD
    assert in_order(target)
    assert strictly(target) == ""
    return sum(value == LOSSLESS for value in alike)


def test_tags_and_tracks(tmp_path):
    texts = tmp_path / "a.srt"
    texts.write_text(
        "1\n00:00:00,300 --> 00:00:01,000\nfirst\n\n2\n00:00:03,000 --> 00:00:03,400\nsecond\n"
    )
    path = tmp_path / "a.mp4"
    ffmpeg(
        f"{PATTERN} -f lavfi -i sine=d=5 -f lavfi -i sine=f=880:d=5"
        f" -i {texts} -map 0 -map 1 -map 2 -map 3 -c:v libx264 -g 25 -crf 10 -c:a:0 aac -c:a:1 ac3"
        f" -c:s mov_text -metadata:s:a:1 language=deu {path}"
    )
    target = tmp_path / "c.mp4"
    _, frames, _, notes = cut(path, target, PIECES, comment="mine")
    assert notes == []
    assert compare(path, target, frames) > 20
    with av.open(str(target)) as made:
        assert [s.codec_context.name for s in made.streams.audio] == ["aac", "ac3"]
        assert made.streams.audio[1].metadata["language"] == "deu"
        assert made.metadata["comment"] == "mine"
        found = [
            (float(p.pts * p.time_base), float(p.duration * p.time_base))
            for p in made.demux(made.streams.subtitles[0])
            if p.size > 2
        ]
    expected = [(0.0, 0.48), (1.08 + 0.6, 0.4)]
    assert np.array(found) == pytest.approx(np.array(expected), abs=0.002)


@pytest.mark.skipif(not hasattr(av.VideoFrame, "color_primaries"), reason="needs PyAV 17")
def test_hdr_of_frames_that_are_encoded(tmp_path):
    path = tmp_path / "a.mp4"
    ffmpeg(
        f"{PATTERN} -c:v libx265 -pix_fmt yuv420p10le -x265-params"
        " keyint=25:log-level=none:hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
        ":master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,1)"
        f":max-cll=1000,400 -crf 10 -tag:v hvc1 {path}"
    )
    target = tmp_path / "b.mp4"
    _, frames, _, _ = cut(path, target, PIECES)
    assert compare(path, target, frames) > 20
    source = frames_of(path)[0]
    for frame in frames_of(target):
        for name in ("color_primaries", "color_trc", "colorspace", "color_range"):
            assert getattr(frame, name) == getattr(source, name)
        assert frame.format.name == "yuv420p10le"
    with av.open(str(target)) as made:
        assert made.streams.video[0].codec_context.codec_tag == "hev1"
    first = {str(data.type) for data in frames_of(target)[0].side_data}
    assert any("MASTERING" in kind for kind in first)
    assert any("LIGHT" in kind for kind in first)


COLORS = {
    "wide": "-colorspace bt2020nc -color_primaries bt2020 -color_trc arib-std-b67",
    "full range": "-pix_fmt yuvj420p",
    "wide pixels": "-aspect 16:9",
    "cropped": "-vf scale=126:90 -pix_fmt yuv420p",
}


@pytest.mark.parametrize("case", COLORS)
def test_colors_and_shape(tmp_path, case):
    path, target = tmp_path / "a.mkv", tmp_path / "b.mkv"
    ffmpeg(f"{PATTERN} {COLORS[case]} -c:v libx264 -g 25 -crf 10 {path}")
    _, frames, _, _ = cut(path, target, PIECES)
    assert compare(path, target, frames) > 20
    source = frames_of(path)[0]
    for frame in frames_of(target):
        assert (frame.width, frame.height) == (source.width, source.height)
        for name in ("color_range", "colorspace", "color_primaries", "color_trc"):
            assert getattr(frame, name, None) == getattr(source, name, None)
    assert probe(target).width == probe(path).width


@pytest.mark.parametrize(
    ("codec", "ending"),
    [
        ("libx264 -x264-params tff=1:keyint=25 -flags +ildct+ilme", "mp4"),
        ("mpeg2video -flags +ildct+ilme -g 15 -q:v 2", "ts"),
    ],
)
def test_interlaced_frames_stay_interlaced(tmp_path, codec, ending):
    path, target = tmp_path / f"a.{ending}", tmp_path / "b.mp4"
    ffmpeg(
        "-f lavfi -i testsrc2=s=128x96:r=50:d=5,gblur=2 -vf tinterlace=interleave_top,setfield=tff"
        f" -c:v {codec} {path}"
    )
    _, frames, _, _ = cut(path, target, PIECES)
    assert compare(path, target, frames) > 10
    assert all(frame.interlaced_frame for frame in frames_of(path))
    assert all(frame.interlaced_frame for frame in frames_of(target))


def with_captions(source, target):
    """Give each frame of an H.264 file captions: its number, as two bytes of field 1."""
    with av.open(str(source)) as before, av.open(str(target), "w") as after:
        video = after.add_stream_from_template(before.streams.video[0], opaque=True)
        for packet in before.demux(before.streams.video[0]):
            if not packet.size:
                continue
            number = round(packet.pts * packet.time_base * 25)
            triple = bytes([0xFC, 0x20 + number // 64, 0x20 + number % 64])
            content = b"\xb5\x00\x31GA94\x03\x41\xff" + triple + b"\xff"
            unit = bytes([6, 4, len(content)]) + content + b"\x80"
            changed = av.Packet(join_units([unit], length_size=4) + bytes(packet))
            for name in ("pts", "dts", "duration", "time_base", "is_keyframe"):
                setattr(changed, name, getattr(packet, name))
            changed.stream = video
            after.mux(changed)


def captions_of(path):
    found = []
    for frame in frames_of(path):
        (data,) = [bytes(d) for d in frame.side_data if "A53" in str(d.type)]
        found.append(data)
    return found


def test_captions_within_the_pictures(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(5.0,), gop=25, options=CODED)
    path, target = tmp_path / "b.mp4", tmp_path / "c.mp4"
    with_captions(clip.path, path)
    _, frames, _, _ = cut(path, target, PIECES)
    before = captions_of(path)
    assert len(set(before)) == len(before)
    assert captions_of(target) == [before[k] for part in frames for k in part]


def test_edit_lists_are_followed(tmp_path):
    clip = render_clip(tmp_path / "w.mp4", scenes=(3.0, 3.0), gop=25, options=CODED)
    path, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
    # Copied from between two key frames on: what is before is in the file, but not shown.
    ffmpeg(f"-ss 0.6 -i {clip.path} -c copy {path}")
    _, frames, _, _ = cut(path, target, [(0.0, 0.2), (0.88, 2.0), (3.2, 5.4)])
    assert compare(path, target, frames) > 40


def test_rotation(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(5.0,), gop=25, options=CODED, rotation=90)
    target = tmp_path / "b.mp4"
    cut(clip.path, target, PIECES)
    assert probe(target).rotation == 90


def test_one_key_frame_in_the_whole_file(tmp_path, monkeypatch):
    begun = []
    monkeypatch.setattr(
        borders, "packets_from", lambda *span: begun.append(span) or packets_from(*span)
    )
    clip = render_clip(tmp_path / "a.mp4", scenes=(5.0,), gop=1000, options=CODED)
    target = tmp_path / "b.mp4"
    _, frames, _, notes = cut(clip.path, target, PIECES)
    assert compare(clip.path, target, frames) == 0
    assert len(begun) == 1  # decoding goes on from piece to piece
    assert notes == [
        "summary.mp4: 100% of its frames are encoded anew, as few key frames lie within its pieces"
    ]


def test_sound_lies_beside_its_pictures_in_the_file(tmp_path):
    clip = render_clip(
        tmp_path / "a.mp4", scenes=(16.0,), gop=1000, fps=10, options=CODED, ticks=(1.0,)
    )
    target = tmp_path / "b.mp4"
    cut(clip.path, target, [(0.5, 15.5)])
    with av.open(str(target)) as container:
        found = [
            (p.pos, p.stream.type, float(p.pts * p.time_base))
            for p in container.demux(video=0, audio=0)
            if p.size
        ]
    seconds = {"video": 0.0, "audio": 0.0}
    for _, kind, at in sorted(found):
        seconds[kind] = at
        assert abs(seconds["video"] - seconds["audio"]) < 2


def test_nothing_is_encoded_where_every_frame_is_a_key_frame(tmp_path):
    path, target = tmp_path / "a.mov", tmp_path / "b.mp4"
    ffmpeg(f"{PATTERN} -c:v prores_ks {path}")
    _, frames, _, _ = cut(path, target.with_suffix(".mkv"), PIECES)
    assert compare(path, target.with_suffix(".mkv"), frames) == sum(map(len, frames))


def test_borders_between_two_frames(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(5.0,), gop=25, options=CODED)
    target = tmp_path / "b.mp4"
    timeline = timeline_of(clip.path)
    pieces = np.array([[0.53, 1.61], [2.41, 3.7]])
    copy_pieces(clip.path, target, pieces, origin=timeline.origin, exact=True)
    made = decode(target)
    assert len(made.pictures) == (41 - 14) + (93 - 61)
    with av.open(str(target)) as container:
        lasting = container.duration / av.time_base
    assert lasting == pytest.approx(float(np.diff(pieces).sum()), abs=0.002)


def test_pictures_that_stand_still(tmp_path):
    times = [0.0, 0.5, 1.0, 4.0, 4.5, 5.0, 9.0, 9.5]
    clip = render_clip(tmp_path / "a.mp4", scenes=(10.0,), times=times, gop=3)
    target = tmp_path / "b.mp4"
    timeline = timeline_of(clip.path)
    pieces = np.array([[2.0, 4.75], [6.0, 7.0], [8.0, 9.54]])
    copy_pieces(clip.path, target, pieces, origin=timeline.origin, exact=True)
    made = decode(target)
    assert [frame_number(p) for p in made.pictures] == [2, 3, 4, 5, 5, 6, 7]
    assert made.times == pytest.approx([0, 2.0, 2.5, 2.75, 3.75, 4.75, 5.25], abs=0.001)


def test_times_of_decoding_that_are_wrong(tmp_path, monkeypatch):
    def demux(*arguments):
        for packet in packets.demux(*arguments):
            packet.dts = packet.pts  # as readers of Matroska guess them by a wrong header
            yield packet

    monkeypatch.setattr(parts, "demux", demux)
    clip = render_clip(tmp_path / "a.mp4", scenes=(5.0,), gop=25, options={**CODED, "bf": "5"})
    target = tmp_path / "b.mp4"
    _, frames, _, _ = cut(clip.path, target, [(0.04, 0.08), (1.0, 1.08), (1.52, 3.16)])
    assert [frame_number(p) for p in decode(target).pictures] == [n for p in frames for n in p]
    assert [len(part) for part in frames] == [1, 2, 41]


def test_numbers_of_parameter_sets_that_are_in_use(tmp_path):
    options = {**CODED, "x264-params": "sps-id=31"}
    clip = render_clip(tmp_path / "a.mp4", scenes=(5.0,), gop=25, options=options)
    _, frames, _, _ = cut(clip.path, tmp_path / "b.mp4", PIECES)
    assert compare(clip.path, tmp_path / "b.mp4", frames) > 20


def test_what_does_not_decode_as_the_source_is_found(tmp_path, monkeypatch):
    clip = render_clip(tmp_path / "a.mp4", scenes=(5.0,), gop=25, options=CODED)
    monkeypatch.setattr(Joints, "free_number", lambda self: 0)  # that of the source
    with pytest.raises(VideoError, match=r"summary\.mp4: frames are not as in the source at"):
        cut(clip.path, tmp_path / "b.mp4", PIECES)


def test_codecs_without_an_encoder(tmp_path):
    path = tmp_path / "a.mkv"
    ffmpeg(f"-f lavfi -i testsrc2=s=128x96:r=25:d=2 -c:v snow {path}")
    timeline = timeline_of(path)
    assert where_to_cut(path, timeline, copy="exact") == (
        "there is no encoder for Snow here; copy=True cuts at key frames instead"
    )
    assert not isinstance(where_to_cut(path, timeline, copy=True), str)
