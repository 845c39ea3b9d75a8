"""One's own by name: a criterion, a rule, shots and scores of a file in the working directory."""

from __future__ import annotations

import json

import pytest

import small_data
from clips import render_clip
from vidgist.cli import main
from vidgist.criteria import CRITERIA
from vidgist.models import SCORERS
from vidgist.selection import RULES
from vidgist.shots import SEGMENTATIONS

CODE = """\
import numpy as np

from vidgist.selection import Selection


def strength(samples):
    return (samples.features.astype(float) ** 2).sum(axis=1)


def late(features):
    return np.arange(len(features.values))


def last_shot(footage):
    start, end = footage.shot_seconds[-1]
    last = len(footage.shots) - 1
    return Selection(
        pieces=np.array([[max(start, end - footage.budget), end]]),
        shots=np.array([last]),
        scores=np.array([1.0]),
        reasons=("last",),
        refused=(*["not last"] * last, ""),
        repeated=np.full(last + 1, -1),
    )


def in_two(features):
    return [len(features) // 2]
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "own_code.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    for registry in (CRITERIA, RULES, SEGMENTATIONS, SCORERS):
        monkeypatch.setattr(registry, "_added", {})
    return tmp_path


def test_a_summary_of_ones_own(here, capsys):
    clip = render_clip(here / "clip.mp4", scenes=(2, 2, 2))
    (here / "cuts.csv").write_text("start,end\n0,2\n2,4\n4,6\n")
    command = [
        "summarize",
        str(clip.path),
        "-q",
        "--overwrite",
        "--select",
        "own_code.py:last_shot",
    ]
    criteria = ["--criteria", "own_code.py:strength", "--shots", "cuts.csv"]
    assert main([*command, *criteria, "-o", "one", "--make", "json,csv,report"]) == 0
    document = json.loads((here / "one" / "summary.json").read_text())
    assert document["settings"]["criteria"] == ["own_code.py:strength"]
    assert document["settings"]["select"] == "own_code.py:last_shot"
    assert document["settings"]["shots"] == "cuts.csv"
    assert [shot["start"] for shot in document["shots"]] == pytest.approx([0, 2, 4], abs=0.05)
    assert document["pieces"][0]["end"] == pytest.approx(6, abs=0.05)
    assert max(document["samples"]["own_code.py:strength"]) == 1
    assert "own_code.py:strength" in (here / "one" / "scores.csv").read_text().splitlines()[0]
    # Its name in the file is shown and not imported, where it is cut anew by another program.
    RULES._added.clear()
    assert main(["recut", "one", "--move", "1:-0.5", "-q"]) == 0
    assert "the rule 'own_code.py:last_shot'" in (here / "one" / "report.html").read_text()
    scorer = ["--model", "own_code.py:late", "--shots", "own_code.py:in_two"]
    assert main([*command, *scorer, "-o", "two", "--make", "json"]) == 0
    document = json.loads((here / "two" / "summary.json").read_text())
    assert document["samples"]["importance"] == list(range(12))
    assert len(document["shots"]) == 2
    capsys.readouterr()


def test_ones_own_is_measured(here, capsys):
    small_data.dataset(here / "data.h5", count=2)
    command = ["evaluate", "data.h5", "--metric", "tvsum", "-q", "--json", "--seeds", "2"]
    own = ["--model", "own_code.py:late", "--shots", "own_code.py:in_two"]
    assert main([*command, "--preset", "paper", *own]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["settings"]["shots"] == "own_code.py:in_two"
    assert document["videos"]["video_1"]["tau"] is not None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--criteria", "own_code.py:nothing"], "--criteria: 'own_code.py:nothing' cannot be"),
        (["--select", "no_module:x"], "--select: 'no_module:x' cannot be imported"),
        (["--shots", "nothing"], "--shots: unknown value 'nothing', known: kts"),
        (["--model", "own_code.py:CODE"], "cannot be imported"),
    ],
)
def test_wrong_names_are_wrong_usage(here, capsys, options, said):
    (here / "clip.mp4").write_bytes(b"no video")
    assert main(["summarize", "clip.mp4", "-q", *options]) == 2
    assert said in capsys.readouterr().err
