"""The cuts for editing programs as XML, read by the readers of another project."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from clips import render_clip
from pages import HOSTILE, clip_summary
from summaries import summary_of
from vidgist.render import render
from vidgist.render.timecode import edit_rate

RATES = [25, Fraction(24000, 1001), Fraction(30000, 1001), 60]


def read(path: Path, adapter: str, package: str) -> Any:
    """Return the timeline that OpenTimelineIO's adapter finds."""
    otio = pytest.importorskip("opentimelineio", reason="needs the extra 'otio'")
    pytest.importorskip(package, reason=f"needs {package.replace('_', '-')}")
    found = otio.adapters.read_from_file(str(path), adapter_name=adapter)
    if isinstance(found, otio.schema.Timeline):
        return found
    return found.find_children(descended_from_type=otio.schema.Timeline)[0]


def pieces(track: Any) -> list[tuple[float, float]]:
    return [
        (
            clip.source_range.start_time.to_seconds(),
            clip.source_range.end_time_exclusive().to_seconds(),
        )
        for clip in track
    ]


@pytest.mark.parametrize("fps", RATES, ids=float)
def test_a_reader_of_the_older_format_finds_the_pieces(tmp_path: Path, fps: Fraction | int) -> None:
    summary = clip_summary(tmp_path, fps=fps, selected=[0, 2, 5])
    (path,) = render(summary, tmp_path / "out", make="xml")
    timeline = read(path, "fcp_xml", "otio_fcp_adapter")
    frame = float(1 / edit_rate(float(fps)).rate)
    assert len(timeline.audio_tracks()) == 1  # the source is mono
    for track in (*timeline.video_tracks(), *timeline.audio_tracks()):
        assert np.array(pieces(track)) == pytest.approx(summary.pieces, abs=frame / 2 + 1e-6)
    assert timeline.duration().to_seconds() == pytest.approx(summary.duration, abs=frame)
    for clip in timeline.video_tracks()[0]:
        url = urlsplit(clip.media_reference.target_url)
        assert Path(unquote(url.path)) == tmp_path / "clip.mp4"
    names = [clip.markers[0].name for clip in timeline.video_tracks()[0]]
    assert names == ["Shot 1", "Shot 3", "Shot 6"]


@pytest.mark.parametrize("fps", [25, 60])
def test_a_reader_of_the_newer_format_finds_the_pieces(tmp_path: Path, fps: int) -> None:
    summary = clip_summary(tmp_path, fps=fps, selected=[0, 2, 5])
    (path,) = render(summary, tmp_path / "out", make="fcpxml")
    (track,) = read(path, "fcpx_xml", "otio_fcpx_xml_adapter").video_tracks()
    # This reader cuts fractions of a frame off, also those that its own arithmetic makes.
    assert np.array(pieces(track)) == pytest.approx(summary.pieces, abs=1 / fps + 1e-6)
    assert [clip.markers[0].name for clip in track] == ["Shot 1", "Shot 3", "Shot 6"]


def test_the_cameras_timecode_is_where_the_source_begins(tmp_path: Path) -> None:
    clip = render_clip(
        tmp_path / "a.mov", scenes=(1, 1), fps=25, size=(32, 32), tags={"timecode": "10:20:30:05"}
    )
    summary = summary_of(clip.path, cuts=clip.cuts, selected=[1])
    old, new = render(summary, tmp_path / "out", make=["xml", "fcpxml"])
    if old.suffix == ".fcpxml":
        old, new = new, old
    first = ((10 * 60 + 20) * 60 + 30) * 25 + 5
    tree = ET.parse(old)
    code = tree.find(".//clipitem/file/timecode")
    assert code is not None
    assert (code.findtext("string"), code.findtext("frame")) == ("10:20:30:05", str(first))
    # Frames of a clip are counted from the beginning of its file.
    assert tree.findtext(".//clipitem/in") == "25"
    asset = ET.parse(new).find(".//asset")
    shown = ET.parse(new).find(".//asset-clip")
    assert asset is not None
    assert shown is not None
    assert Fraction(asset.attrib["start"].rstrip("s")) == Fraction(first, 25)
    assert Fraction(shown.attrib["start"].rstrip("s")) == Fraction(first + 25, 25)


def test_times_are_whole_frames_without_gaps(tmp_path: Path) -> None:
    fps = Fraction(30000, 1001)
    summary = clip_summary(tmp_path, fps=fps, selected=[0, 2, 5])
    (path,) = render(summary, tmp_path / "out", make="fcpxml")
    at = Fraction(0)
    for clip in ET.parse(path).iter("asset-clip"):
        times = {k: Fraction(clip.attrib[k].rstrip("s")) for k in ("offset", "start", "duration")}
        assert all((value * fps).denominator == 1 for value in times.values())
        assert times["offset"] == at
        at += times["duration"]
    sequence = ET.parse(path).find(".//sequence")
    assert sequence is not None
    assert Fraction(sequence.attrib["duration"].rstrip("s")) == at


def test_a_silent_source_has_no_tracks_of_sound(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path, sound=False)
    render(summary, tmp_path / "out", make=["xml", "fcpxml"])
    assert ET.parse(tmp_path / "out" / "summary.xml").find(".//audio") is None
    assert "hasAudio" not in (tmp_path / "out" / "summary.fcpxml").read_text()


def test_hostile_names_are_text(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path, name=HOSTILE)
    for path in render(summary, tmp_path / "out", make=["xml", "fcpxml"]):
        root = ET.parse(path).getroot()
        assert not list(root.iter("img"))
        assert HOSTILE in path.read_text().replace("&lt;", "<").replace("&gt;", ">")
        assert "%3Cimg%20src%3Dx" in path.read_text()
