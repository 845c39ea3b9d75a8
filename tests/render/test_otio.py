from __future__ import annotations

import builtins
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from clips import render_clip
from pages import HOSTILE, clip_summary
from summaries import summary_of, with_pieces
from vidgist.errors import MissingExtraError
from vidgist.render import check_outputs, render


@pytest.fixture
def otio() -> Any:
    return pytest.importorskip("opentimelineio", reason="needs the extra 'otio'")


def ranges(track: Any) -> list[tuple[float, float]]:
    return [
        (
            clip.source_range.start_time.to_seconds(),
            clip.source_range.end_time_exclusive().to_seconds(),
        )
        for clip in track
    ]


def written_ranges(folder: Path) -> list[tuple[float, float]]:
    pieces = json.loads((folder / "summary.json").read_text())["pieces"]
    return [(piece["start"], piece["end"]) for piece in pieces]


@pytest.mark.parametrize("fps", [25, Fraction(24000, 1001), Fraction(30000, 1001), 60], ids=float)
def test_it_loads_back_with_the_ranges_of_the_data(
    tmp_path: Path, otio: Any, fps: Fraction | int
) -> None:
    summary = clip_summary(tmp_path, fps=fps, selected=[0, 2, 5])
    render(summary, tmp_path / "out", make=["otio", "json"])
    timeline = otio.adapters.read_from_file(str(tmp_path / "out" / "timeline.otio"))
    (pictures,), (sound,) = timeline.video_tracks(), timeline.audio_tracks()
    for track in (pictures, sound):
        for read, written in zip(ranges(track), written_ranges(tmp_path / "out"), strict=True):
            assert read == pytest.approx(written, abs=1e-6)
    # Whole frames, as editing programs want them.
    for clip in pictures:
        assert clip.source_range.start_time.value % 1 == 0
        assert clip.source_range.duration.value % 1 == 0
        assert clip.source_range.start_time.rate == pytest.approx(float(fps), abs=1e-9)
        available = clip.media_reference.available_range
        assert available.contains(clip.source_range.start_time)
        assert clip.media_reference.target_url == "../clip.mp4"
        assert clip.name == clip.media_reference.name == "clip.mp4"
        (marker,) = clip.markers
        assert marker.marked_range.start_time == clip.source_range.start_time
        assert marker.comment.startswith("Shown because")
    assert timeline.duration().to_seconds() == pytest.approx(summary.duration, abs=1e-6)
    assert [clip.markers[0].name for clip in pictures] == ["Shot 1", "Shot 3", "Shot 6"]
    start = timeline.global_start_time
    assert otio.opentime.to_timecode(start, start.rate) in ("01:00:00:00", "01:00:00;00")
    assert [clip.metadata["vidgist"]["shot"] for clip in pictures] == [1, 3, 6]


def test_two_pieces_of_a_shot_are_two_clips(tmp_path: Path, otio: Any) -> None:
    summary = with_pieces(clip_summary(tmp_path), [(0.2, 0.4), (0.6, 1.0), (1.2, 1.6)])
    render(summary, tmp_path / "out", make=["otio", "json"])
    timeline = otio.adapters.read_from_file(str(tmp_path / "out" / "timeline.otio"))
    for track in (*timeline.video_tracks(), *timeline.audio_tracks()):
        for read, written in zip(ranges(track), written_ranges(tmp_path / "out"), strict=True):
            assert read == pytest.approx(written, abs=1e-6)
        assert [clip.metadata["vidgist"]["shot"] for clip in track] == [1, 1, 2]
        scores = [clip.metadata["vidgist"]["score"] for clip in track]
        assert scores == pytest.approx(summary.selection.scores.tolist())
    assert timeline.duration().to_seconds() == pytest.approx(1.0)


def test_a_variable_rate_keeps_the_exact_seconds(tmp_path: Path, otio: Any) -> None:
    times = [0.0, 0.04, 0.1, 0.21, 0.3, 0.37, 0.5, 0.53, 0.71, 0.8, 0.9, 1.03, 1.1]
    clip = render_clip(tmp_path / "v.mp4", scenes=(0.5, 1.0), times=times, size=(32, 32))
    summary = summary_of(clip.path, cuts=clip.cuts, selected=[1])
    assert summary.video.variable_frame_rate
    render(summary, tmp_path / "out", make=["otio", "json"])
    timeline = otio.adapters.read_from_file(str(tmp_path / "out" / "timeline.otio"))
    (read,), (written,) = ranges(timeline.video_tracks()[0]), written_ranges(tmp_path / "out")
    assert read == pytest.approx(written, abs=1e-6)
    assert not timeline.audio_tracks()


def test_the_cameras_timecode_is_where_the_source_begins(tmp_path: Path, otio: Any) -> None:
    clip = render_clip(
        tmp_path / "a.mov", scenes=(1, 1), fps=25, size=(32, 32), tags={"timecode": "01:00:00:00"}
    )
    summary = summary_of(clip.path, cuts=clip.cuts, selected=[1])
    (path,) = render(summary, tmp_path / "out", make="otio")
    (made,) = otio.adapters.read_from_file(str(path)).video_tracks()[0]
    origin = made.media_reference.available_range.start_time
    assert origin.to_seconds() == 3600.0
    assert (made.source_range.start_time - origin).to_seconds() == pytest.approx(1.0)


def test_hostile_names_are_text(tmp_path: Path, otio: Any) -> None:
    summary = clip_summary(tmp_path, name=HOSTILE)
    (path,) = render(summary, tmp_path / "out", make="otio")
    clip = otio.adapters.read_from_file(str(path)).video_tracks()[0][0]
    assert clip.media_reference.name == HOSTILE
    assert clip.media_reference.target_url == (
        "../%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E.mp4"
    )


def test_without_the_library_it_says_which_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("opentimelineio"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'vidgist\[otio\]'"):
        check_outputs(tmp_path / "out", make=["json", "otio"])
