"""Timelines of videos that are several files: events refer to the files, in their own frames."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from clips import render_clip
from summaries import summary_of, with_pieces
from vidgist.render.edit import edit_of
from vidgist.render.material import Material
from vidgist.render.outputs import edl, fcpxml, xmeml
from vidgist.summary import Summary
from vidgist.types import Timeline
from vidgist.video import part_times as module
from vidgist.video.part_times import part_times
from vidgist.video.sources import joined_name, with_rate


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """Two files of 2 and 3 seconds; pieces in the first, across the joint, and in the second."""
    folder = tmp_path_factory.mktemp("media")
    parts = [
        render_clip(folder / name, scenes=(seconds,), ticks=(0.5,)).path
        for name, seconds in (("a one.mp4", 2.0), ("b.mp4", 3.0))
    ]
    summary = summary_of(joined_name(parts), cuts=(1.0, 3.0), selected=(0, 1, 2))
    return with_pieces(summary, [(0.4, 0.8), (1.6, 2.4), (4.0, 4.6)])


EVENTS = [
    # File, first frame and first frame after it in the file, first frame in the summary.
    (0, 10, 20, 0),
    (0, 40, 50, 10),
    (1, 0, 10, 20),
    (1, 50, 65, 30),
]


def test_events_are_those_of_the_files(joined: Summary, tmp_path: Path) -> None:
    edit = edit_of(Material(summary=joined, folder=tmp_path))
    assert [(c.file, c.source_in, c.source_out, c.record_in) for c in edit.cuts] == EVENTS
    assert [media.name for media in edit.media] == ["a one.mp4", "b.mp4"]
    assert [media.frames for media in edit.media] == [50, 75]
    assert all(media.path.is_file() for media in edit.media)
    assert len(edit.shots) == len(edit.reasons) == len(EVENTS)
    assert edit.frames == 45


def test_edl(joined: Summary, tmp_path: Path) -> None:
    edl.write(Material(summary=joined, folder=tmp_path), tmp_path / "summary.edl")
    text = (tmp_path / "summary.edl").read_text()
    names = re.findall(r"FROM CLIP NAME: (.*?)\r?\n", text + "\n")
    assert names == ["a one.mp4", "a one.mp4", "b.mp4", "b.mp4"]
    events = re.findall(r"C +00:00:(\d\d):(\d\d) 00:00:(\d\d):(\d\d)", text)
    frames = [[25 * int(e[0]) + int(e[1]), 25 * int(e[2]) + int(e[3])] for e in events]
    assert frames == [[low, high] for _, low, high, _ in EVENTS]


def test_fcpxml(joined: Summary, tmp_path: Path) -> None:
    fcpxml.write(Material(summary=joined, folder=tmp_path), tmp_path / "summary.fcpxml")
    root = ET.parse(tmp_path / "summary.fcpxml").getroot()
    assets = {a.get("id"): a for a in root.iter("asset")}
    sources = [_path(rep.get("src", "")) for rep in root.iter("media-rep")]
    assert [source.name for source in sources] == ["a one.mp4", "b.mp4"]
    assert all(source.is_file() for source in sources)
    clips = [(assets[c.get("ref")].get("name"), c.get("start")) for c in root.iter("asset-clip")]
    names = ["a one.mp4", "b.mp4"]
    assert clips == [(names[file], f"{low}/25s") for file, low, _, _ in EVENTS]


def test_xmeml(joined: Summary, tmp_path: Path) -> None:
    xmeml.write(Material(summary=joined, folder=tmp_path), tmp_path / "summary.xml")
    root = ET.parse(tmp_path / "summary.xml").getroot()
    described = [file for file in root.iter("file") if file.find("pathurl") is not None]
    assert [file.findtext("name") for file in described] == ["a one.mp4", "b.mp4"]
    ids = [file.get("id") for file in described]
    clips = [
        (ids.index(clip.find("file").get("id")), *(int(clip.findtext(k)) for k in ("in", "out")))
        for clip in root.findall("sequence/media/video/track/clipitem")
    ]
    assert clips == [event[:3] for event in EVENTS]


def test_otio(joined: Summary, tmp_path: Path) -> None:
    schema = pytest.importorskip("opentimelineio").schema
    from vidgist.render.outputs.otio import timeline

    for track in timeline(Material(summary=joined, folder=tmp_path)).tracks:
        clips = [clip for clip in track if isinstance(clip, schema.Clip)]
        found = []
        for clip in clips:
            shown, available = clip.source_range, clip.media_reference.available_range
            assert available.contains(shown)
            assert (tmp_path / unquote(clip.media_reference.target_url)).resolve().name == clip.name
            number = ["a one.mp4", "b.mp4"].index(clip.name)
            first = round(shown.start_time.value)
            found.append((number, first, first + round(shown.duration.value)))
        assert found == [event[:3] for event in EVENTS]


def test_a_single_file_is_itself_at_any_rate(tmp_path: Path) -> None:
    path = render_clip(tmp_path / "a.mp4", scenes=(1.0,)).path
    timeline = summary_of(path).timeline
    assert part_times(path, timeline) == [(path, 0.0)]
    assert part_times(with_rate(path, "50"), timeline) == [(path, 0.0)]
    assert part_times(joined_name([path, path]) / "x", timeline)[0][1] == 0.0


@pytest.mark.parametrize(
    ("origins", "lengths", "whole", "starts"),
    [
        ([1.4, 1.4, 1.4], [2.0, 3.0, 1.0], 6.0, [0.0, 2.0, 5.0]),
        # Recorders cut their files anywhere: each part begins at its own first whole picture.
        ([1.4, 3.9, 6.6], [2.0, 2.6, 1.0], 6.2, [0.0, 2.5, 5.2]),
        ([1.4, 1.4, 1.4], [2.0, 3.0, 1.0], 9.0, None),
    ],
)
def test_parts_begin_one_after_the_other_or_by_their_clocks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    origins: list[float],
    lengths: list[float],
    whole: float,
    starts: list[float] | None,
) -> None:
    parts = [tmp_path / f"{number}.ts" for number in range(3)]
    for part in parts:
        part.write_bytes(b"x")
    own = {p: _timeline(o, n) for p, o, n in zip(parts, origins, lengths, strict=True)}
    monkeypatch.setattr(module, "read_timeline", lambda path, **_: own[path])
    found = part_times(joined_name(parts), _timeline(origins[0], whole))
    if starts is None:
        assert found == [(joined_name(parts), 0.0)]
    else:
        assert [path for path, _ in found] == parts
        assert [start for _, start in found] == pytest.approx(starts)


def _timeline(origin: float, duration: float) -> Timeline:
    times = np.arange(0, duration - 0.01, 0.04)
    return Timeline(
        times=times, jumps=np.zeros(len(times), np.float32), duration=duration, origin=origin
    )


def _path(url: str) -> Path:
    return Path(url2pathname(urlparse(url).path))
