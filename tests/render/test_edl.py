from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips import render_clip
from pages import HOSTILE, clip_summary
from summaries import summary_of, with_pieces
from vidgist.render import render
from vidgist.render.cuts import cuts
from vidgist.render.edit import Edit, Media, edit_of
from vidgist.render.material import Material, SourceClocks
from vidgist.render.outputs.edl import edit_list
from vidgist.render.timecode import edit_rate

CODE = r"(\d\d:\d\d:\d\d[:;]\d\d)"
EVENT = re.compile(rf"(\d{{3,}})  (\S{{1,8}}) +(V|AA/V) +C +{CODE} {CODE} {CODE} {CODE}")


@given(
    st.lists(st.floats(0, 5000), min_size=2, max_size=40, unique=True),
    st.sampled_from([23.976, 24.0, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0]),
)
def test_events_follow_one_another(borders: list[float], measured: float) -> None:
    borders = sorted(borders)
    segments = np.array(list(zip(borders[:-1:2], borders[1::2], strict=True)))
    rate = edit_rate(measured)
    events = cuts(segments, rate)
    record = last_out = 0
    for event, (start, end) in zip(events, segments, strict=True):
        assert event.record_in == record
        assert event.source_out > event.source_in >= last_out
        assert event.record_out - event.record_in == event.source_out - event.source_in
        if end - start > 3 / rate.rate:
            assert abs(event.source_in / rate.rate - start) <= len(events) / rate.rate
        record, last_out = event.record_out, event.source_out


@pytest.mark.parametrize(
    "fps",
    [
        Fraction(24000, 1001),
        24,
        25,
        Fraction(30000, 1001),
        30,
        50,
        Fraction(60000, 1001),
        60,
    ],
    ids=float,
)
def test_another_reader_finds_the_shots(tmp_path: Path, fps: Fraction | int) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(1, 2, 1, 1.5), fps=fps, size=(32, 32))
    summary = summary_of(clip.path, cuts=clip.cuts, selected=[1, 3])
    (path,) = render(summary, tmp_path / "out", make="edl")
    text = path.read_bytes().decode("ascii")
    assert "\r\n" in text
    assert "\n" not in text.replace("\r\n", "")
    drop = fps in (Fraction(30000, 1001), Fraction(60000, 1001))
    assert f"\r\nFCM: {'DROP FRAME' if drop else 'NON-DROP FRAME'}\r\n" in text
    assert len(EVENT.findall(text)) == 2

    otio = pytest.importorskip("opentimelineio", reason="needs the extra 'otio'")
    pytest.importorskip("otio_cmx3600_adapter", reason="needs otio-cmx3600-adapter")
    timeline = otio.adapters.read_from_file(str(path), rate=float(fps))
    (track,) = timeline.video_tracks()
    read = [clip.source_range for clip in track]
    for span, (start, end) in zip(read, summary.pieces, strict=True):
        assert span.start_time.value == round(start * fps)
        assert span.end_time_exclusive().value == round(end * fps)
    assert timeline.duration().value == round(summary.duration * fps)
    assert track[0].media_reference.name in ("a.mp4", "a") or "a.mp4" in track[0].name


def test_a_list_of_edits_parses_in_a_second_reader(tmp_path: Path) -> None:
    pycmx = pytest.importorskip("pycmx", reason="needs pycmx")
    summary = clip_summary(tmp_path)
    (path,) = render(summary, tmp_path / "out", make="edl")
    with path.open(encoding="ascii") as file:
        edits = [edit for event in pycmx.parse_cmx3600(file).events for edit in event.edits]
    assert len(edits) == 2
    assert all(edit.channels.video and edit.channels.a1 and edit.channels.a2 for edit in edits)
    assert edits[0].record_in == "01:00:00:00"
    assert edits[1].record_in == edits[0].record_out
    assert edits[0].clip_name == "clip.mp4"
    assert edits[0].source_in == "00:00:01:00"
    assert edits[0].source_out == "00:00:01:20"


def test_two_pieces_of_a_shot_are_two_events(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", scenes=(2, 1), fps=25, size=(32, 32))
    summary = with_pieces(
        summary_of(clip.path, cuts=clip.cuts), [(0.2, 0.8), (1.2, 2.0), (2.0, 2.4)]
    )
    (path,) = render(summary, tmp_path / "out", make="edl")
    codes = [event[3:] for event in EVENT.findall(path.read_bytes().decode())]
    assert codes == [
        ("00:00:00:05", "00:00:00:20", "01:00:00:00", "01:00:00:15"),
        ("00:00:01:05", "00:00:02:00", "01:00:00:15", "01:00:01:10"),
        ("00:00:02:00", "00:00:02:10", "01:00:01:10", "01:00:01:20"),
    ]


def test_the_cameras_timecode_is_where_the_source_begins(tmp_path: Path) -> None:
    clip = render_clip(
        tmp_path / "a.mov",
        scenes=(1, 1),
        fps=25,
        size=(32, 32),
        tags={"timecode": "10:20:30:05"},
    )
    summary = summary_of(clip.path, cuts=clip.cuts, selected=[1])
    (path,) = render(summary, tmp_path / "out", make="edl")
    assert " 10:20:31:05 10:20:32:05 01:00:00:00 01:00:01:00\r\n" in path.read_bytes().decode()


def test_names_stay_on_their_line_in_ascii() -> None:
    name = "Père\nTITLE: x\n001  BAD      V     C        \u202e日本.mp4"
    text = edit_list(an_edit(name=name))
    assert len(EVENT.findall("\n".join(re.findall(r"(?m)^\d.*$", text)))) == 1
    assert "* FROM CLIP NAME: Pere_TITLE: x_001  BAD" in text
    assert text.isascii()
    lines = text.split("\r\n")
    assert sum(line.startswith("TITLE:") for line in lines) == 1
    assert len(lines[0]) < 80
    assert HOSTILE in edit_list(an_edit(name=HOSTILE))


def an_edit(name: str) -> Edit:
    """One second of a source without sound."""
    rate = edit_rate(25.0)
    return Edit(
        name=name,
        rate=rate,
        media=[Media(name=name, path=Path("/x.mp4"), start=0, frames=25)],
        cuts=cuts(np.array([[0.0, 1.0]]), rate),
        shots=[1],
        reasons=["important"],
        record_start=0,
        width=16,
        height=16,
        channels=0,
        sample_rate=0,
    )


@pytest.mark.parametrize(
    ("code", "piece", "source"),
    [
        # Within the day, over midnight, after it: an end is never before its beginning.
        ("23:59:56:00", (1, 2), ("23:59:57:00", "23:59:58:00")),
        ("23:59:58:00", (1, 3), ("23:59:59:00", "24:00:01:00")),
        ("23:59:57:00", (1, 3), ("23:59:58:00", "24:00:00:00")),
        ("23:59:57:00", (3, 4), ("00:00:00:00", "00:00:01:00")),
    ],
)
def test_a_camera_that_runs_over_midnight(
    tmp_path: Path, code: str, piece: tuple[int, int], source: tuple[str, str]
) -> None:
    clip = render_clip(
        tmp_path / "a.mov", scenes=(4,), fps=25, size=(32, 32), tags={"timecode": code}
    )
    summary = with_pieces(summary_of(clip.path), [piece])
    (path,) = render(summary, tmp_path / "out", make="edl")
    (event,) = EVENT.findall(path.read_bytes().decode())
    assert event[3:5] == source
    otio = pytest.importorskip("opentimelineio", reason="needs the extra 'otio'")
    pytest.importorskip("otio_cmx3600_adapter", reason="needs otio-cmx3600-adapter")
    (track,) = otio.adapters.read_from_file(str(path), rate=25).video_tracks()
    assert track[0].source_range.duration.value == 25 * (piece[1] - piece[0])


@pytest.mark.parametrize(
    ("fps", "code", "first"),
    [
        (100, "01:00:00:75", {"01:00:01:37", "01:00:01:38"}),
        (120, "01:00:00:100", {"01:00:01:50"}),
        (120, "01:00:00:60", {"01:00:01:30"}),
    ],
)
def test_the_timecode_of_a_fast_camera(
    tmp_path: Path, fps: int, code: str, first: set[str]
) -> None:
    clip = render_clip(tmp_path / "a.mov", scenes=(2,), fps=fps, size=(32, 32))
    summary = with_pieces(summary_of(clip.path), [(1, 2)])
    material = Material(summary=summary, folder=tmp_path)
    material.__dict__["source"] = SourceClocks(True, 0.0, code)
    (event,) = EVENT.findall(edit_list(edit_of(material)))
    assert event[3] in first
