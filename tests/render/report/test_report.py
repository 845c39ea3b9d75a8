from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pages import HOSTILE, clip_summary, long_summary
from summaries import with_pieces
from vidgist.render import default_outputs, render
from vidgist.render.material import Material
from vidgist.render.report import page, size_limit
from vidgist.selection import RULES
from vidgist.summary import Summary
from vidgist.types import Scores


def data_of(text: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert found is not None
    return json.loads(found[1])


def page_of(summary: Summary, folder: Path, *names: str) -> str:
    return page(Material(summary=summary, folder=folder, names=("report", *names)))


def test_it_is_made_unless_told_otherwise() -> None:
    assert "report" in default_outputs()


def test_it_knows_what_the_summary_knows(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path)
    render(summary, tmp_path / "out", make=["report", "json"])
    data = data_of((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    document = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert data["times"] == pytest.approx(document["samples"]["time"], abs=1e-3)
    assert data["importance"] == pytest.approx(document["samples"]["importance"], abs=1e-3)
    assert [c["name"] for c in data["criteria"]] == ["alignment", "uniformity"]
    for criterion in data["criteria"]:
        assert criterion["values"] == pytest.approx(
            document["samples"][criterion["name"]], abs=1e-3
        )
        assert criterion["used"] is True
    (made,) = [length for length in data["lengths"] if length["made"]]
    for piece, written in zip(made["pieces"], document["pieces"], strict=True):
        for key in ("start", "end", "score"):
            assert piece[key] == pytest.approx(written[key], abs=1e-3)
        assert (piece["shot"], piece["reason"]) == (written["shot"], written["reason"])
        assert data["times"][piece["key"]] == pytest.approx(written["keyframe"], abs=1e-3)
    assert [reason or None for reason in made["refused"]] == [
        shot["refused"] for shot in document["shots"]
    ]
    assert data["rule"] == RULES["knapsack"].summary
    assert [shot["start"] for shot in data["shots"]] == pytest.approx(
        [shot["start"] for shot in document["shots"]], abs=1e-3
    )
    assert data["stops"] == list(range(len(data["times"])))
    assert len(data["pictures"]["data"]) == len(data["stops"])
    assert set(data["stills"]["data"]) == {str(piece["key"]) for piece in made["pieces"]}
    assert data["media"]["source"] == "../clip.mp4"
    assert data["media"]["summary"] is None


def test_reasons_are_sentences_and_unknown_ones_are_shown_as_they_are(tmp_path: Path) -> None:
    summary = with_pieces(
        clip_summary(tmp_path),
        [(0.2, 0.4), (0.6, 1.0), (1.2, 1.6)],
        refused={2: "blurred", 3: "<b>dull</b>"},
        repeated={4: 1},
        reasons=("important", "short", "</script>mine"),
    )
    text = page_of(summary, tmp_path)
    data = data_of(text)
    (made,) = [length for length in data["lengths"] if length["made"]]
    assert [piece["shot"] for piece in made["pieces"]] == [0, 0, 1]
    assert made["refused"][:5] == ["", "", "blurred", "<b>dull</b>", "repeats"]
    assert made["repeated"] == [-1, -1, -1, -1, 1, -1, -1, -1]
    reasons = data["reasons"]
    assert reasons["important"]["shown"] == "Shown because it is among the most important moments"
    assert reasons["blurred"]["left_out"] == "Left out: blurred"
    assert reasons["repeats"]["left_out"] == "Left out: it looks like {piece}"
    assert reasons["</script>mine"]["shown"] == "Shown: </script>mine"
    assert reasons["<b>dull</b>"]["left_out"] == "Left out: <b>dull</b>"
    assert "<b>dull" not in text
    used = {name for one in data["lengths"] for name in one["refused"]}
    assert used - {""} <= set(reasons)


def test_what_lies_beside_it_is_linked_and_played(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path)
    assert data_of(page_of(summary, tmp_path / "out", "mp4"))["media"]["summary"] == "./summary.mp4"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summary.mp4").touch()
    (tmp_path / "out" / "keyframes").mkdir()
    text = page_of(summary, tmp_path / "out", "json")
    assert data_of(text)["media"]["summary"] == "./summary.mp4"
    for link in ("./summary.mp4", "./keyframes/", "./summary.json"):
        assert f'href="{link}"' in text
    assert "storyboard" not in re.findall(r'href="([^"]*)"', text)


def test_a_source_whose_sound_begins_earlier_is_played_from_the_right_place(
    tmp_path: Path,
) -> None:
    summary = clip_summary(tmp_path)
    later = dataclasses.replace(summary.timeline, origin=summary.timeline.origin + 0.5)
    data = data_of(page_of(dataclasses.replace(summary, timeline=later), tmp_path))
    assert data["media"]["offset"] == pytest.approx(0.5, abs=0.05)


def test_names_and_settings_are_text(tmp_path: Path) -> None:
    summary = clip_summary(
        tmp_path,
        name=HOSTILE,
        settings={"backbone": "</script><script>alert(2)</script>", "threads": None},
        warnings=("<b onclick=alert(3)>lost</b>",),
    )
    text = page_of(summary, tmp_path / "out")
    markup = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S)
    assert "<img src=x" not in text
    assert "<script>alert" not in text
    assert "<b onclick" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;.mp4" in markup
    assert "&lt;b onclick=alert(3)&gt;lost&lt;/b&gt;" in markup
    assert data_of(text)["name"] == HOSTILE


def test_unknown_criteria_are_shown(tmp_path: Path) -> None:
    summary = clip_summary(tmp_path)
    n = len(summary.features)
    values = {"<i>sparkle": np.linspace(0, 1, n), "belonging": np.full(n, np.nan)}
    scores = Scores(criteria=values, importance=np.full(n, 0.4))
    text = page_of(
        dataclasses.replace(summary, scores=scores, settings={"criteria": ["belonging"]}), tmp_path
    )
    belonging, sparkle = data_of(text)["criteria"]
    assert sparkle["title"] == "<i>sparkle"
    assert sparkle["used"] is False
    assert belonging["used"] is True
    assert belonging["values"] == [None] * n
    assert "<i>" not in text


def test_a_video_that_is_gone_still_has_a_page(tmp_path: Path) -> None:
    data = data_of(page_of(long_summary(30, shots=5), tmp_path))
    assert data["media"]["source"] is None
    assert data["stills"] == {"kind": "", "data": {}}
    assert len(data["pictures"]["data"]) == 60


@pytest.mark.parametrize(
    ("seconds", "shots", "most"), [(600, 150, 3_000_000), (7200, 1500, 10_000_000)]
)
def test_it_keeps_to_its_size(tmp_path: Path, seconds: int, shots: int, most: int) -> None:
    summary = long_summary(seconds, shots=shots, settings={"neighbors": 0.1})
    text = page_of(summary, tmp_path)
    data = data_of(text)
    assert len(text.encode("utf-8")) < most
    assert size_limit(seconds) < most
    # And the room is used: pictures of all key frames, and of many samples between.
    assert len(text) > 0.8 * most or len(data["stops"]) == 2 * seconds
    assert set(summary.shot_samples.tolist()) <= set(data["stops"])
    assert len(data["neighbors"]["stops"]) == len(data["stops"])
    assert len(data["times"]) == 2 * seconds


def test_a_page_grows_with_its_video_up_to_two_hours() -> None:
    limits = [size_limit(seconds) for seconds in (1, 600, 3600, 7200, 72_000)]
    assert limits == sorted(limits)
    assert limits[0] == limits[1] < 3_000_000
    assert limits[3] == limits[4] < 10_000_000


@pytest.mark.parametrize("n_scenes", [1, 2])
def test_the_shortest_videos_have_a_page(tmp_path: Path, n_scenes: int) -> None:
    summary = clip_summary(tmp_path, scenes=(0.2,) * n_scenes, selected=[0], sound=False)
    data = data_of(page_of(summary, tmp_path))
    assert len(data["lengths"]) in (10, 11)
    assert len(data["stops"]) == len(summary.features)
