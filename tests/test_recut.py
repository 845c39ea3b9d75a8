"""A finished summary, changed by hand and written again."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clips import render_clip
from pages import clip_summary
from vidgist.cli import main
from vidgist.errors import DataError, InputError, SettingError, VidgistWarning
from vidgist.recut import load_summary, recut
from vidgist.render import render
from vidgist.selection.edits import BY_HAND, Edits
from vidgist.summary import Summary

OUTPUTS = ["mp4", "json", "report", "edl", "pieces", "keyframes"]


@pytest.fixture
def finished(tmp_path: Path) -> tuple[Summary, Path]:
    """A summary of a clip beside its results."""
    summary = clip_summary(tmp_path)
    render(summary, tmp_path / "gist", make=OUTPUTS)
    return summary, tmp_path / "gist"


def document(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return content


def island(folder: Path) -> dict[str, Any]:
    """Return the data of a page."""
    text = (folder / "report.html").read_text()
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert match is not None
    data: dict[str, Any] = json.loads(match[1])
    return data


def ranges(entries: list[dict[str, Any]]) -> list[tuple[float, float]]:
    return [(entry["start"], entry["end"]) for entry in entries]


def test_nothing_is_lost_on_the_way_through_the_file(finished: tuple[Summary, Path]) -> None:
    summary, folder = finished
    loaded = load_summary(folder)
    for name in ("pieces", "shot_seconds", "stills", "shot_scores"):
        assert np.allclose(getattr(loaded, name), getattr(summary, name), atol=1e-6), name
    assert np.array_equal(loaded.shots.frames, summary.shots.frames)
    assert np.array_equal(loaded.features.picks, summary.features.picks)
    assert loaded.video == summary.video
    assert loaded.proposal is None
    before = document(folder)
    render(loaded, folder, make=["json"], overwrite=True)
    after = document(folder)
    for one in (*before["keyframes"], *after["keyframes"]):
        del one["file"]  # which is named where it is written, too
    scores = [shot.pop("score") for shot in after["shots"]]
    assert scores == pytest.approx([shot.pop("score") for shot in before["shots"]], abs=2e-6)
    assert after == before


def test_the_command_makes_all_anew_and_keeps_the_proposal(
    finished: tuple[Summary, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder = finished
    chosen = ranges(document(folder)["pieces"])
    assert len(chosen) == 2
    assert main(["recut", str(folder), "--drop", "1", "--add", "0:00.2-0:00.8", "--quiet"]) == 0
    made = document(folder)
    assert ranges(made["pieces"]) == [(0.2, 0.8), chosen[1]]
    assert [piece["reason"] for piece in made["pieces"]] == [BY_HAND, "important"]
    assert ranges(made["proposal"]) == chosen
    assert [shot["selected"] for shot in made["shots"]].count(True) == 2
    assert made["shots"][1]["refused"] == BY_HAND
    lasts = sum(end - start for start, end in ranges(made["pieces"]))
    with av.open(str(folder / "summary.mp4")) as container:
        assert (container.duration or 0) / 1e6 == pytest.approx(lasts, abs=0.05)
    assert "00:00:00:05 00:00:00:20" in (folder / "summary.edl").read_text()
    assert (folder / "pieces.csv").read_text().splitlines()[1].startswith("1,0.2,0.8,")
    assert "2 pieces" in capsys.readouterr().out
    # Numbers are those of the folder, and the proposal stays what it was.
    assert main(["recut", str(folder), "--keep", "2", "--quiet"]) == 0
    assert ranges(document(folder)["pieces"]) == [chosen[1]]
    assert ranges(document(folder)["proposal"]) == chosen
    # Undone: as if it had never been.
    assert main(["recut", str(folder), "--proposal", "--quiet"]) == 0
    assert ranges(document(folder)["pieces"]) == chosen
    assert "proposal" not in document(folder)


def test_the_page_keeps_its_pictures_neighbors_and_lengths(finished: tuple[Summary, Path]) -> None:
    _, folder = finished
    before = island(folder)
    assert main(["recut", str(folder), "--drop", "2", "--quiet"]) == 0
    after = island(folder)
    for name in ("stops", "pictures", "neighbors", "times", "importance"):
        assert after[name] == before[name], name
    (made,) = (one for one in after["lengths"] if one["made"])
    (proposal,) = (one for one in after["lengths"] if one["proposal"])
    (old,) = (one for one in before["lengths"] if one["made"])
    assert len(made["pieces"]) == 1
    assert ranges(proposal["pieces"]) == ranges(old["pieces"])
    others = [one for one in after["lengths"] if not one["made"] and not one["proposal"]]
    assert others == [one for one in before["lengths"] if not one["made"]]
    assert {piece["reason"] for one in after["lengths"] for piece in one["pieces"]} <= set(
        after["reasons"]
    )


@pytest.mark.parametrize("damage", [None, "", "<script>", '{"times": 3}', "[1, 2]"])
def test_a_page_that_is_gone_or_damaged_is_no_obstacle(
    finished: tuple[Summary, Path], damage: str | None
) -> None:
    _, folder = finished
    page = folder / "report.html"
    page.unlink()
    if damage is not None:
        head = '<script type="application/json" id="data">'
        page.write_text(f"{head}{damage}</script>" if damage else "")
    make = ["--make", "report,json"]
    assert main(["recut", str(folder), "--drop", "2", "--quiet", *make]) == 0
    data = island(folder)
    assert [len(one["pieces"]) for one in data["lengths"] if one["made"]] == [1]
    assert data["neighbors"]["count"] == 0


def test_another_folder_leaves_the_first_as_it_was(
    finished: tuple[Summary, Path], tmp_path: Path
) -> None:
    _, folder = finished
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    out = tmp_path / "final"
    assert main(["recut", str(folder), "--length", "1s", "-o", str(out), "--quiet"]) == 0
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path.name for path in out.iterdir()} == {path.name for path in folder.iterdir()}
    assert document(out)["summary"]["duration"] <= 1.0
    assert main(["recut", str(folder), "--drop", "1", "-o", str(out), "--quiet"]) == 1


def test_the_source_is_looked_for_and_looked_at(
    finished: tuple[Summary, Path], tmp_path: Path
) -> None:
    summary, folder = finished
    elsewhere = tmp_path / "archive" / "renamed.mp4"
    elsewhere.parent.mkdir()
    shutil.move(summary.video.path, elsewhere)
    with pytest.raises(InputError, match=r"clip\.mp4 is not there; give it as source"):
        load_summary(folder)
    assert len(load_summary(folder, source=elsewhere).pieces) == 2
    changed = bytearray(elsewhere.read_bytes())
    changed[len(changed) // 2] ^= 1
    elsewhere.write_bytes(changed)
    with pytest.raises(InputError, match="is not the video that was summarized"):
        load_summary(folder, source=elsewhere)


def test_a_summary_of_an_earlier_version_has_no_fingerprint(
    finished: tuple[Summary, Path],
) -> None:
    _, folder = finished
    content = document(folder)
    del content["video"]["fingerprint"]
    (folder / "summary.json").write_text(json.dumps(content))
    with pytest.warns(VidgistWarning, match="made by an earlier version"):
        assert len(load_summary(folder).pieces) == 2
    content["video"]["duration"] += 2
    (folder / "summary.json").write_text(json.dumps(content))
    with (
        pytest.warns(VidgistWarning, match="made by an earlier version"),
        pytest.raises(InputError, match=r"lasts 7\.6 s, its summary is of 9\.6 s"),
    ):
        load_summary(folder)


def test_from_python(finished: tuple[Summary, Path]) -> None:
    summary, _ = finished
    shorter = recut(summary, Edits(drop=(1,)))
    assert len(shorter.pieces) == 1
    assert shorter.proposal is summary.selection
    again = recut(shorter, Edits(), from_proposal=True)
    assert again.proposal is None
    assert np.array_equal(again.pieces, summary.pieces)
    longer = recut(summary, Edits(add=((0.0, 4.0),)))
    assert longer.budget == pytest.approx(longer.duration)
    with pytest.raises(SettingError, match="drop: expected a piece from 1 to 2, got 3"):
        recut(summary, Edits(drop=(3,)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--drop", "3"], "--drop: expected a piece from 1 to 2, got 3"),
        (["--drop", "x"], "--drop: expected numbers such as 1,2,5, got 'x'"),
        (["--add", "1-99"], "--add: 99 is too late, the video lasts 7.6 s"),
        (["--move", "1:+1", "--move", "1:+2"], "--move: a piece is named twice"),
        (["--move", "1:2"], "--move: expected a piece and seconds with a sign"),
        (["--keep", "1", "--length", "0.1s"], "--length: what is to be kept lasts"),
    ],
)
def test_wrong_changes_are_named_by_their_option(
    finished: tuple[Summary, Path],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    _, folder = finished
    before = (folder / "summary.json").read_bytes()
    assert main(["recut", str(folder), *arguments, "--quiet"]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert message in lines[0]
    assert (folder / "summary.json").read_bytes() == before


def test_no_summary_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recut", str(tmp_path), "--drop", "1"]) == 1
    assert "summary.json" in capsys.readouterr().err
    with pytest.raises(DataError):
        load_summary(tmp_path)


def test_a_trimmed_file_is_known_again(tmp_path: Path) -> None:
    whole = render_clip(tmp_path / "whole.mp4", scenes=(4.0, 4.0), gop=50, ticks=(1.0,))
    trimmed = tmp_path / "trimmed.mp4"
    # An edit list leaves the frames from the key frame to 2.6 s out.
    command = ["ffmpeg", "-v", "error", "-ss", "2.6", "-i", str(whole.path), "-c", "copy"]
    subprocess.run([*command, str(trimmed)], check=True)
    arguments = ["summarize", str(trimmed), "-o", str(tmp_path / "out"), "--make", "json", "-q"]
    assert main(arguments) == 0
    assert main(["recut", str(tmp_path / "out"), "--add", "1-2", "-q"]) == 0


def test_it_works_from_any_folder(
    finished: tuple[Summary, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, folder = finished
    content = document(folder)
    assert content["video"]["relative"] == "../clip.mp4"
    content["video"]["path"] = "clip.mp4"  # as given in the folder of that time
    (folder / "summary.json").write_text(json.dumps(content))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert len(load_summary(folder).pieces) == 2


def test_the_budget_is_what_was_asked_for(finished: tuple[Summary, Path]) -> None:
    summary, folder = finished
    assert main(["recut", str(folder), "--length", "1.5s", "-q"]) == 0
    assert document(folder)["summary"]["budget"] == 1.5
    before = document(folder)["settings"]["length"]
    assert main(["recut", str(folder), "--proposal", "-q"]) == 0
    assert before == summary.settings["length"]
    assert document(folder)["summary"]["budget"] == pytest.approx(summary.budget, abs=1e-3)
