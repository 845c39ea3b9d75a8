"""Clips that are copied: which file is written, what it tells, and what follows from it."""

from __future__ import annotations

import dataclasses
import json

import av
import numpy as np
import pytest

import vidgist
from clips import frame_number, render_clip
from decoded import decode
from summaries import summary_of, with_pieces
from vidgist.captions import Caption
from vidgist.errors import SettingError, VidgistWarning
from vidgist.recut import load_summary, recut
from vidgist.render import render
from vidgist.selection.edits import Edits
from vidgist.video.copy import encoders
from vidgist.video.copy.joints import Joints
from vidgist.video.inputs import find_videos


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("copied") / "clip.mp4"
    # A key frame a second; the third scene looks like the first.
    return render_clip(
        path,
        scenes=(4, 3, 4, 5),
        looks=(0, 1, 0, 2),
        gop=25,
        options={"bf": "2", "sc_threshold": "0"},
        ticks=(1.5, 9.5),
    )


@pytest.fixture(scope="module")
def gist(clip):
    return vidgist.summarize(clip.path, length="40%", copy=True)


def copied(path, pieces, **settings):
    summary = with_pieces(summary_of(path), pieces)
    return dataclasses.replace(summary, settings={**summary.settings, "copy": True, **settings})


def on_key_frames(pieces):
    return np.abs(pieces[:, 0] - np.round(pieces[:, 0])).max() < 1e-6


@pytest.mark.parametrize("skim", [False, True])
def test_pieces_begin_with_key_frames(clip, gist, skim):
    if skim:
        gist = vidgist.summarize(clip.path, length="40%", copy=True, skim=True)
        assert gist.sampling.mode == "skim"
    assert gist.settings["copy"] is True
    assert on_key_frames(gist.pieces)
    assert 0.5 * gist.budget < gist.duration <= gist.budget + 1e-6
    for (start, end), shot in zip(gist.pieces, gist.selection.shots, strict=True):
        assert gist.shot_seconds[shot, 0] - 1e-6 <= start < end <= gist.shot_seconds[shot, 1]
    assert not any("copied" in text for text in gist.warnings)


def test_the_clip_shows_the_pieces_and_nothing_else(clip, gist, tmp_path):
    gist.save(tmp_path, make=["mp4", "json"])
    shown = decode(tmp_path / "summary.mp4")
    times = gist.timeline.times
    expected = [
        k for a, b in gist.pieces for k in range(*np.searchsorted(times, [a - 1e-6, b - 1e-6]))
    ]
    assert [frame_number(picture) for picture in shown.pictures] == expected
    told = json.loads((tmp_path / "summary.json").read_text())
    assert told["settings"]["copy"] is True
    assert [p["start"] for p in told["pieces"]] == pytest.approx(gist.pieces[:, 0].tolist())
    with av.open(str(clip.path)) as source, av.open(str(tmp_path / "summary.mp4")) as made:
        # Byte for byte, so that what lies within, such as closed captions, is there as well.
        packets = {bytes(p) for p in source.demux(source.streams.video[0])}
        assert {bytes(p) for p in made.demux(made.streams.video[0])} <= packets


def test_a_video_without_key_frames_within_is_encoded_and_says_so(tmp_path):
    clip = render_clip(
        tmp_path / "a.mp4", scenes=(2, 3, 3), gop=1000, options={"sc_threshold": "0"}
    )
    shots = np.array([[0.0, 4.0], [4.0, 8.0]])
    junk = vidgist.summarize(clip.path, length="2s", copy=True, shots=shots)
    # The only key frame is the first: one piece begins there.
    assert junk.pieces[:, 0].tolist() == [0.0]
    given = clip.path.with_name("a.mp4 @ 12")
    with_rate = vidgist.summarize(given, length="2s", copy=True)
    assert with_rate.settings["copy"] is False
    assert "the clip is encoded, not copied: its frame rate is given" in with_rate.warnings


def test_changes_by_hand_keep_to_key_frames(clip, gist, tmp_path):
    render(gist, tmp_path, make=["json"])
    changed = recut(load_summary(tmp_path), Edits(add=((5.3, 6.9),)))
    assert on_key_frames(changed.pieces)
    assert len(changed.pieces) == len(gist.pieces) + 1 or changed.duration > gist.duration
    render(changed, tmp_path, make=["mp4"])
    assert decode(tmp_path / "summary.mp4").video_end == pytest.approx(changed.duration, abs=0.01)


def test_matroska_takes_the_place_of_mp4_where_mp4_cannot_hold_the_streams(tmp_path):
    clip = render_clip(
        tmp_path / "a.webm", scenes=(3.0,), codec="libvpx", gop=25, options={"cpu-used": "8"}
    )
    folder = tmp_path / "gist"
    (folder).mkdir()
    (folder / "summary.mp4").write_bytes(b"of an earlier run")
    paths = render(copied(clip.path, [(1.0, 2.5)]), folder, make=["mp4", "report"], overwrite=True)
    assert {path.name for path in paths} == {"summary.mkv", "report.html"}
    assert not (folder / "summary.mp4").exists()
    assert "./summary.mkv" in (folder / "report.html").read_text()
    assert len(decode(folder / "summary.mkv").pictures) == 38
    # A clip of ours is not taken for a video.
    found, _ = find_videos([folder])
    assert found == []


def test_pieces_elsewhere_are_encoded_with_a_warning(clip, tmp_path):
    summary = copied(clip.path, [(1.52, 2.52)])
    with pytest.warns(VidgistWarning, match="encoded, not copied: the frame at 1.520 s does not"):
        render(summary, tmp_path, make=["mp4"])
    numbers = [frame_number(p) for p in decode(tmp_path / "summary.mp4").pictures]
    assert numbers == list(range(38, 63))


def test_chosen_tracks_of_sound(clip, tmp_path):
    render(copied(clip.path, [(1.0, 2.0)], audio="none"), tmp_path, make=["mp4"])
    assert decode(tmp_path / "summary.mp4").sound is None
    with pytest.raises(SettingError, match="copy: "):
        vidgist.summarize(clip.path, copy=True, audio="mix")


def frames_within(summary):
    times = summary.timeline.times
    return [
        k for a, b in summary.pieces for k in range(*np.searchsorted(times, [a - 1e-6, b - 1e-6]))
    ]


def test_exact_pieces_are_those_of_an_encoded_clip(clip, tmp_path):
    encoded = vidgist.summarize(clip.path, length="40%")
    exact = vidgist.summarize(clip.path, length="40%", copy="exact")
    assert exact.settings["copy"] == "exact"
    assert exact.pieces.tolist() == encoded.pieces.tolist()
    assert not on_key_frames(exact.pieces)
    exact.save(tmp_path, make=["mp4", "json"])
    shown = decode(tmp_path / "summary.mp4")
    assert [frame_number(picture) for picture in shown.pictures] == frames_within(exact)
    changed = recut(load_summary(tmp_path), Edits(add=((5.32, 6.92),)))
    assert 5.32 in changed.pieces[:, 0].tolist()
    render(changed, tmp_path / "other", make=["mp4", "json"])
    shown = decode(tmp_path / "other" / "summary.mp4")
    assert [frame_number(picture) for picture in shown.pictures] == frames_within(changed)
    told = json.loads((tmp_path / "other" / "summary.json").read_text())
    assert told["settings"]["copy"] == "exact"


def test_exact_clips_that_cannot_be_made_are_encoded_and_say_why(clip, tmp_path, monkeypatch):
    monkeypatch.setattr(encoders, "_ENCODERS", {})
    gist = vidgist.summarize(clip.path, length="40%", copy="exact")
    assert gist.settings["copy"] is False
    assert [text for text in gist.warnings if "copied" in text] == [
        "the clip is encoded, not copied: there is no encoder for H.264 / AVC / MPEG-4 AVC /"
        " MPEG-4 part 10 here; copy=True cuts at key frames instead"
    ]


def test_exact_clips_that_do_not_decode_as_the_source_are_encoded(clip, tmp_path, monkeypatch):
    monkeypatch.setattr(Joints, "free_number", lambda self: 0)  # that of the source
    summary = copied(clip.path, [(1.52, 2.52)], copy="exact")
    with pytest.warns(VidgistWarning, match="the clip is encoded, not copied: .*as in the source"):
        render(summary, tmp_path, make=["mp4"])
    numbers = [frame_number(p) for p in decode(tmp_path / "summary.mp4").pictures]
    assert numbers == list(range(38, 63))


def test_what_cannot_be_copied_into_matroska_is_encoded_there(tmp_path):
    clip = render_clip(
        tmp_path / "a.webm", scenes=(3.0,), codec="libvpx", gop=25, options={"cpu-used": "8"}
    )
    summary = dataclasses.replace(
        copied(clip.path, [(1.2, 2.2)]), captions=(Caption(1.4, 1.9, "said"),)
    )
    with pytest.warns(VidgistWarning, match="the clip is encoded, not copied"):
        render(summary, tmp_path, make=["mp4"])
    made = tmp_path / "summary.mkv"
    assert [frame_number(p) for p in decode(made).pictures] == list(range(30, 55))
    with av.open(str(made)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        packets = [p for p in container.demux(container.streams.subtitles[0]) if p.size]
    assert [(bytes(p), float(p.pts * p.time_base)) for p in packets] == [(b"said", 0.2)]
