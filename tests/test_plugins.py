"""One of each from another package: the examples of CONTRIBUTING, installed by entry points."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import small_data
from clips import render_clip

ROOT = Path(__file__).parents[1]

POINTS = {
    "vidgist.criteria": "my_criterion:CRITERION",
    "vidgist.selection": "my_rule:RULE",
    "vidgist.shots": "my_segmentation:SEGMENTATION",
    "vidgist.scorers": "my_scorer:SCORER",
    "vidgist.protocols": "my_protocol:PROTOCOL",
    "vidgist.outputs": "my_output:OUTPUT",
    "vidgist.methods": "linear_rival:METHOD",
    "vidgist.tables": "my_table:TABLE",
}
RECORDS = {
    "CRITERION": "criterion",
    "RULE": "rule",
    "SEGMENTATION": "segmentation",
    "SCORER": "scorer",
    "PROTOCOL": "protocol",
    "OUTPUT": "output",
    "TABLE": "table",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which a package with one of each is installed."""
    folder = tmp_path_factory.mktemp("site")
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for code in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        for record, name in RECORDS.items():
            if re.search(rf"^{record} = ", code, flags=re.MULTILINE):
                # A package of all kinds imports rooms that are being imported themselves.
                first = "import vidgist.paper\n" if name == "criterion" else ""
                (folder / f"my_{name}.py").write_text(first + code, encoding="utf-8")
    rival = ROOT / "tests" / "linear_rival.py"
    (folder / "linear_rival.py").write_text(rival.read_text(encoding="utf-8"), encoding="utf-8")
    install(folder, "mine", {group: {"mine": value} for group, value in POINTS.items()})
    return folder


def install(folder: Path, package: str, groups: dict[str, dict[str, str]]) -> None:
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    lines = []
    for group, points in groups.items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join([*lines, ""]))


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), *filter(None, sys.path)])
    return subprocess.run(
        [sys.executable, "-m", "vidgist", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            ["summarize", "--help"],
            ["strength", "|first", "first: the first seconds", "length", "halves"],
        ),
        (["evaluate", "--help"], ["strength"]),
        (["train", "--help"], ["linear"]),
        (["benchmark"], ["mine", "My own table."]),
    ],
)
def test_help_names_them(site: Path, command: list[str], words: list[str]) -> None:
    shown = " ".join(run(site, *command).stdout.split())
    for word in words:
        assert word in shown


def test_a_summary_is_made_of_them(site: Path, tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "clip.mp4", scenes=(3, 3, 3, 3))
    out = tmp_path / "out"
    options = ["--criteria", "strength", "--select", "first", "--shots", "halves"]
    options += ["--make", "json,report,length"]
    done = run(site, "summarize", str(clip.path), "-o", str(out), "-q", *options)
    assert done.returncode == 0, done.stderr
    document = json.loads((out / "summary.json").read_text())
    assert document["settings"]["criteria"] == ["strength"]
    assert document["settings"]["select"] == "first"
    assert max(document["samples"]["strength"]) == 1
    assert document["pieces"][0]["start"] == 0
    assert document["shots"][-1]["refused"] == "not first"
    assert len(document["shots"]) == 2
    page = (out / "report.html").read_text()
    assert "How long the feature of a sample is." in page
    assert "not first" in page
    assert (out / "length.txt").read_text() == f"{document['summary']['duration']:.1f} s\n"


def test_scores_are_measured_by_a_protocol(site: Path, tmp_path: Path) -> None:
    small_data.dataset(tmp_path / "d.h5", count=2)
    options = ["--model", "later", "--protocol", "thousandths", "--seeds", "2", "--json", "-q"]
    done = run(site, "evaluate", str(tmp_path / "d.h5"), "--metric", "tvsum", *options)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["settings"]["protocol"] == "thousandths"
    assert document["videos"]["video_1"]["tau"] is not None


def test_a_table_is_printed(site: Path, tmp_path: Path) -> None:
    done = run(site, "benchmark", "mine", "--data", str(tmp_path))
    assert "nothing to see" in done.stdout, done.stderr


def test_a_broken_plugin_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('of no use')\n")
    install(tmp_path, "sorry", {"vidgist.criteria": {"x": "broken:CRITERION"}})
    done = run(tmp_path, "summarize", "--help")
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("warning: plug-in 'x' of the package sorry is left out")
    assert "of no use" in done.stderr
