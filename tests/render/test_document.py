from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pages import SCHEMA_1, clip_summary
from summaries import with_pieces
from vidgist.errors import DataError
from vidgist.render import render
from vidgist.render.document import read_document
from vidgist.summary import Summary


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return clip_summary(tmp_path_factory.mktemp("video"))


@pytest.fixture
def written(summary: Summary, tmp_path: Path) -> Path:
    return render(summary, tmp_path / "out", make="json")[0]


def test_what_was_written_is_read(summary: Summary, written: Path) -> None:
    read = read_document(written)
    assert read.video == str(summary.video.path)
    assert read.source == summary.video.path
    assert read.duration == pytest.approx(summary.timeline.duration, abs=1e-6)
    assert np.allclose(read.times, summary.times, atol=1e-6)
    assert np.allclose(read.importance, summary.scores.importance, atol=1e-6)
    assert set(read.criteria) == {"alignment", "uniformity"}  # no uniqueness: it is null
    assert np.allclose(read.shots, summary.shot_seconds, atol=1e-6)
    assert np.array_equal(read.selected, summary.selected)
    assert np.allclose(read.scores, summary.shot_scores, atol=1e-6)
    assert np.allclose(read.keyframes, summary.times[summary.shot_samples], atol=1e-6)
    assert np.allclose(read.pieces, summary.pieces, atol=1e-6)
    assert read.best_keyframe == 1 + np.argmax(summary.scores.importance[summary.stills])
    assert read.summary_duration == pytest.approx(summary.duration, abs=1e-6)
    assert read.settings["fps"] == 2.0


def test_a_video_that_moved_along_with_its_results_is_found(written: Path, tmp_path: Path) -> None:
    document = json.loads(written.read_text())
    document["video"]["path"] = "/somewhere/else/talk.mp4"
    document["video"]["relative"] = "../../somewhere/else/talk.mp4"
    written.write_text(json.dumps(document))
    assert read_document(written).source is None
    (tmp_path / "talk.mp4").touch()
    assert read_document(written).source == tmp_path / "talk.mp4"
    document["video"]["path"] = "a\0b" * 3000
    written.write_text(json.dumps(document))
    assert read_document(written).source is None


def test_two_pieces_of_a_shot_are_read(summary: Summary, tmp_path: Path) -> None:
    several = with_pieces(summary, [(0.2, 0.4), (0.6, 1.0), (1.2, 1.6)])
    read = read_document(render(several, tmp_path / "out", make="json")[0])
    assert read.pieces.tolist() == [[0.2, 0.4], [0.6, 1.0], [1.2, 1.6]]
    assert read.selected.tolist() == [True, True, *[False] * 6]


def test_schema_1_is_read() -> None:
    read = read_document(SCHEMA_1)
    assert read.video == "/videos/clip.mp4"
    assert len(read.times) == 16
    assert read.selected.tolist() == [False, True, False, True, *[False] * 4]
    assert read.pieces.tolist() == [[1.0, 1.8], [3.0, 3.6]]  # whole shots
    assert read.best_keyframe == 1  # of the selected shots
    assert read.summary_duration == 1.4


def change(document: Any, *keys: Any, value: Any = None, remove: bool = False) -> Any:
    part = document
    for key in keys[:-1]:
        part = part[key]
    if remove:
        del part[keys[-1]]
    else:
        part[keys[-1]] = value
    return document


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("schema",), 3, "expected schema 2, got 3"),
        (("schema",), "2", "expected schema 2, got '2'"),
        (("schema",), [], "expected schema 2, got []"),
        (("pieces",), None, "make it again"),
        (("pieces", 0), {}, "'start' is missing"),
        (("pieces", 0, "end"), "x", "pieces holds what is not a number"),
        (("keyframes",), 3, "make it again"),
        (("keyframes", 0, "score"), "x", "keyframes.score holds what is not a number"),
        (("video",), "x", "video is of the wrong type"),
        (("video", "path"), 3, "video.path is of the wrong type"),
        (("video", "duration"), "long", "video.duration is not a number"),
        (("video", "duration"), True, "video.duration is not a number"),
        (("samples", "importance"), [1, 2], "samples.importance: expected 16 numbers"),
        (("samples", "alignment", 3), "x", "samples.alignment holds what is not a number"),
        (("samples", "time"), None, "samples.time: expected a list"),
        (("shots",), [], "there are no samples or no shots"),
        (("shots", 0, "selected"), 1, "shots.selected is not true or false"),
        (("shots", 1), None, "make it again"),
        (("shots", 1), {}, "'selected' is missing"),
        (("settings",), [], "settings is of the wrong type"),
        (("summary",), None, "make it again"),
        (("samples", "importance", 0), 10**400, "make it again"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    written: Path, keys: tuple[Any, ...], value: Any, message: str
) -> None:
    document = change(json.loads(written.read_text()), *keys, value=value)
    written.write_text(json.dumps(document))
    with pytest.raises(DataError) as caught:
        read_document(written)
    assert str(caught.value).startswith(f"{written}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_missing_is_named(written: Path) -> None:
    document = change(json.loads(written.read_text()), "samples", "importance", remove=True)
    written.write_text(json.dumps(document))
    with pytest.raises(DataError, match="'importance' is missing"):
        read_document(written)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe\xff", b"[" * 100_000, b'{"a": 1}', b"NaN"]
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "summary.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"summary\.json: (not |is .*JSON)"):
        read_document(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_document(tmp_path / "summary.json")


def test_an_enormous_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(DataError, match="is larger than"):
        read_document(path)
