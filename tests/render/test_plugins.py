"""Outputs and criteria of other packages need no change of this one."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pages import clip_summary
from vidgist.criteria import CRITERIA, Criterion, Words
from vidgist.render import OUTPUTS, render
from vidgist.selection import RULES, choose
from vidgist.types import Scores

PLUGIN = """
from vidgist.render import Output

def write(material, path):
    path.write_text(f"{material.summary.duration:.1f} s")

OUTPUT = Output("length", "length.txt", "how long the summary is", write)

import numpy as np
from vidgist.selection import Rule, Selection

def choose(footage):
    return Selection(
        pieces=np.array([[0.0, 0.1], [0.3, 0.4]]),
        shots=np.zeros(2, dtype=np.int64),
        scores=np.ones(2),
        reasons=("opening", "</script>then"),
        refused=("", *["not the <b>opening</b>"] * (len(footage.shots) - 1)),
        repeated=np.full(len(footage.shots), -1),
    )

RULE = Rule(name="opening", summary="what comes first", choose=choose)
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder on Python's path where a package that brings an output is installed."""
    folder = tmp_path / "site"
    info = folder / "plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "lengths_plugin.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[vidgist.outputs]\nlength = lengths_plugin:OUTPUT\n"
        "[vidgist.selection]\nopening = lengths_plugin:RULE\n"
    )
    monkeypatch.syspath_prepend(folder)
    for registry in (OUTPUTS, RULES):
        registry.__dict__.pop("_records", None)
    yield folder
    for registry in (OUTPUTS, RULES):
        registry.__dict__.pop("_records", None)


def test_an_output_from_outside(site: Path, tmp_path: Path) -> None:
    summary = clip_summary(tmp_path, selected=[1])
    paths = render(summary, tmp_path / "out", make=["length", "report", "json"])
    assert [path.name for path in paths] == ["length.txt", "report.html", "summary.json"]
    assert paths[0].read_text() == f"{summary.duration:.1f} s"
    assert 'href="./length.txt"' in paths[1].read_text()


def test_its_name_is_in_the_help(site: Path) -> None:
    path = os.pathsep.join([str(site), *sys.path])
    command = [sys.executable, "-m", "vidgist", "summarize", "--help"]
    result = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    text = " ".join(result.stdout.split())
    assert "json, length." in text
    assert "|opening|" in text
    assert "opening: what comes first" in text


def test_a_rule_of_selection_from_outside(site: Path, tmp_path: Path) -> None:
    summary = clip_summary(tmp_path)
    selection = choose(summary.footage(1.0), select="opening")
    summary = dataclasses.replace(
        summary, selection=selection, settings={**summary.settings, "select": "opening"}
    )
    report, document = render(summary, tmp_path / "out", make=["report", "json"])
    data = json.loads(document.read_text())
    assert [piece["reason"] for piece in data["pieces"]] == ["opening", "</script>then"]
    assert data["shots"][1]["refused"] == "not the <b>opening</b>"
    page = report.read_text()
    assert '"rule":"what comes first"' in page
    assert "Shown: \\u003c/script\\u003ethen" in page
    assert "<b>opening" not in page


def test_a_criterion_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = Words(
        title="Brightness",
        about="How bright a sample is.",
        high="is bright",
        middle="is neither bright nor dark",
        low="is dark",
    )
    brightness = Criterion(name="brightness", words=words, measure=lambda samples: np.zeros(1))
    monkeypatch.setattr(CRITERIA, "_records", {**CRITERIA, "brightness": brightness})
    summary = clip_summary(tmp_path)
    criteria = {**summary.scores.criteria, "brightness": np.linspace(0, 1, len(summary.times))}
    summary = dataclasses.replace(
        summary,
        scores=Scores(criteria=criteria, importance=summary.scores.importance),
        settings={**summary.settings, "criteria": ["brightness", "alignment"]},
    )
    report, document = render(summary, tmp_path / "out", make=["report", "json"])
    page = report.read_text()
    assert "The score: the product of brightness and local dissimilarity" in page
    assert "How bright a sample is." in page
    assert len(json.loads(document.read_text())["samples"]["brightness"]) == len(summary.times)
