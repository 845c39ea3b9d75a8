from __future__ import annotations

import csv
import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest

from clips import render_clip
from pages import clip_summary
from summaries import summary_of, with_pieces
from vidgist import __version__
from vidgist.render import render
from vidgist.render.outputs.data import as_document, plain


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "talk.mp4"
    return render_clip(path, scenes=(2.0, 1.6, 2.4), ticks=())


def document(summary, folder):
    (path,) = render(summary, folder, make=["json"])
    return json.loads(path.read_text("ascii"), parse_constant=pytest.fail)


def test_schema_2(clip, tmp_path):
    summary = with_pieces(
        summary_of(clip.path, cuts=clip.cuts),
        [(0.4, 1.2), (1.6, 2.0), (3.6, 5.0)],
        repeated={1: 0},
        reasons=("important", "important", "short"),
    )
    data = document(summary, tmp_path)
    assert list(data) == [
        "vidgist",
        "schema",
        "video",
        "settings",
        "sampling",
        "samples",
        "shots",
        "pieces",
        "keyframes",
        "summary",
    ]
    assert data["vidgist"] == __version__
    assert data["schema"] == 2
    assert data["video"] == {
        "path": str(clip.path),
        "duration": 6.0,
        "frame_rate": 25.0,
        "variable_frame_rate": False,
        "width": 128,
        "height": 96,
        "has_audio": True,
        "codec": "h264",
        "fingerprint": summary.video.fingerprint,
        "relative": os.path.relpath(clip.path, tmp_path),
    }
    assert data["settings"] == {"backbone": "test", "model": None, "length": "15%", "fps": 2.0}
    assert data["sampling"] == {"mode": "full", "samples": 12, "largest_gap": 0.5}
    samples = data["samples"]
    assert list(samples) == ["time", "alignment", "uniformity", "uniqueness", "importance"]
    assert samples["time"] == [k / 2 for k in range(12)]
    assert samples["uniqueness"] is None
    assert samples["importance"] == pytest.approx(summary.scores.importance, abs=1e-6)
    assert len(samples["alignment"]) == len(samples["uniformity"]) == 12
    score = [round(0.1 + 0.8 * k / 11, 6) for k in range(12)]  # of each sample
    assert data["shots"] == [
        {
            "start": 0.0,
            "end": 2.0,
            "score": pytest.approx(np.average(score[:4], weights=[12, 13, 12, 13]), abs=2e-6),
            "selected": True,
            "keyframe": 1.5,
            "refused": None,
        },
        {
            "start": 2.0,
            "end": 3.6,
            "score": pytest.approx(np.average(score[4:8], weights=[12, 13, 12, 3]), abs=2e-6),
            "selected": False,
            "keyframe": 3.5,
            "refused": "repeats",
        },
        {
            "start": 3.6,
            "end": 6.0,
            "score": pytest.approx(np.average(score[7:], weights=[10, 12, 13, 12, 13]), abs=2e-6),
            "selected": True,
            "keyframe": 5.5,
            "refused": None,
        },
    ]
    assert data["pieces"] == [
        {
            "start": 0.4,
            "end": 1.2,
            "shot": 0,
            "score": score[2],
            "keyframe": 1.0,
            "reason": "important",
        },
        {
            "start": 1.6,
            "end": 2.0,
            "shot": 0,
            "score": score[3],
            "keyframe": 1.6,  # sampled before: moved to where the piece begins
            "reason": "important",
        },
        {
            "start": 3.6,
            "end": 5.0,
            "shot": 2,
            "score": score[9],
            "keyframe": 4.5,
            "reason": "short",
        },
    ]
    # A file that is not there is not named.
    assert [still["file"] for still in data["keyframes"]] == [None] * 3
    assert data["summary"] == {"duration": 2.6, "budget": 6.0, "ratio": 0.433333}
    folder, path = render(summary, tmp_path / "both", make=["keyframes", "json"])
    data = json.loads(path.read_text())
    assert data["keyframes"] == [
        {"time": 1.0, "score": score[2], "file": "keyframes/0001_00-00-01.000.jpg"},
        {"time": 1.5, "score": score[3], "file": "keyframes/0002_00-00-01.500.jpg"},
        {"time": 4.5, "score": score[9], "file": "keyframes/0003_00-00-04.500.jpg"},
    ]
    assert {f"keyframes/{file.name}" for file in folder.iterdir()} == {
        keyframe["file"] for keyframe in data["keyframes"]
    }


def test_the_largest_gap_is_that_between_samples(tmp_path):
    single = render_clip(tmp_path / "one.mp4", scenes=(0.04,))
    assert as_document(summary_of(single.path))["sampling"] == {
        "mode": "full",
        "samples": 1,
        "largest_gap": 0.0,
    }


def test_other_criteria_get_their_own_keys(clip, tmp_path):
    ones = np.ones(12, np.float32)
    criteria = {"alignment": ones, "uniqueness": ones / 3, "projection": ones / 7}
    data = document(summary_of(clip.path, criteria=criteria), tmp_path)
    assert data["samples"]["uniqueness"] == [0.333333] * 12
    assert data["samples"]["projection"] == [0.142857] * 12
    assert data["samples"]["uniformity"] is None


def test_numbers_are_finite(clip, tmp_path):
    values = np.array([np.nan, np.inf, *([0.5] * 10)])
    data = document(summary_of(clip.path, criteria={"alignment": values}), tmp_path)
    assert data["samples"]["alignment"] == [None, None, *([0.5] * 10)]


def test_settings_of_any_kind_become_plain(clip, tmp_path):
    settings = {
        "model": Path("a/b.safetensors"),
        "neighbors": np.float64(0.1),
        "criteria": ("alignment", "uniformity"),
        "threshold": None,
        "nested": {"seeds": np.arange(3), 5: {7}},
        "budget": float("inf"),
        "overwrite": np.bool_(True),
        "backbone": "mine",
    }
    data = document(summary_of(clip.path, settings=settings), tmp_path)
    assert data["settings"] == {
        "model": "a/b.safetensors",
        "neighbors": 0.1,
        "criteria": ["alignment", "uniformity"],
        "threshold": None,
        "nested": {"seeds": [0, 1, 2], "5": [7]},
        "budget": None,
        "overwrite": True,
        "backbone": "mine",
    }


@pytest.mark.parametrize(
    "name",
    [b"caf\xe9.mp4", b"<img src=x onerror=alert(1)>.mp4", b'a"b\n\\.mp4', "日本.mp4".encode()],
)
def test_any_name_is_text_that_strict_readers_accept(clip, tmp_path, name):
    summary = summary_of(clip.path)
    path = Path(os.fsdecode(name))
    summary = dataclasses.replace(summary, video=dataclasses.replace(summary.video, path=path))
    shown = document(summary, tmp_path)["video"]["path"]
    shown.encode("utf-8")  # no surrogates
    assert shown == name.decode("utf-8", "backslashreplace").replace("\\xe9", "\\udce9")


def test_plain_leaves_plain_values_alone():
    assert plain([True, None, 3, "a", 0.25]) == [True, None, 3, "a", 0.25]


def test_numbers_have_six_decimals(clip):
    summary = summary_of(clip.path, fps=3.0)
    assert as_document(summary)["samples"]["time"][1] == 0.333333


def test_csv(clip, tmp_path):
    summary = summary_of(clip.path, cuts=clip.cuts, selected=(1,))
    (path,) = render(summary, tmp_path, make=["csv"])
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["time", "alignment", "uniformity", "importance", "shot", "selected"]
    assert [float(row["time"]) for row in rows] == [k / 2 for k in range(12)]
    assert [int(row["shot"]) for row in rows] == [1] * 4 + [2] * 4 + [3] * 4
    assert [row["selected"] for row in rows] == ["0"] * 4 + ["1"] * 4 + ["0"] * 4
    importance = [float(row["importance"]) for row in rows]
    assert importance == pytest.approx(summary.scores.importance, abs=1e-6)


def test_csv_of_two_pieces_of_a_shot(clip, tmp_path):
    summary = with_pieces(summary_of(clip.path, cuts=clip.cuts), [(0.4, 1.0), (1.48, 2.0)])
    (path,) = render(summary, tmp_path, make=["csv"])
    with path.open(newline="", encoding="utf-8") as file:
        selected = [row["selected"] for row in csv.DictReader(file)]
    assert selected == ["0", "1", "0", "1"] + ["0"] * 8


def test_csv_leaves_out_what_is_no_number(clip, tmp_path):
    values = np.array([np.nan, *([0.5] * 11)])
    summary = summary_of(clip.path, criteria={"alignment": values})
    (path,) = render(summary, tmp_path, make=["csv"])
    assert path.read_text().splitlines()[1] == "0.0,,0.1,1,1"


def test_the_pieces_as_a_table(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path, selected=[1, 3])
    (path,) = render(summary, tmp_path / "out", make="pieces")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    read = [(float(row["start"]), float(row["end"])) for row in rows]
    assert np.array(read) == pytest.approx(summary.pieces)
    assert [row["shot"] for row in rows] == ["2", "4"]
    starts = [float(row["summary_start"]) for row in rows]
    assert starts == pytest.approx([0.0, float(np.diff(summary.pieces[0])[0])])
    assert sum(float(row["duration"]) for row in rows) == pytest.approx(summary.duration)
