"""What shells, package tools and readers of manuals get."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vidgist import __version__
from vidgist.cli import COMMANDS

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    ).stdout


def test_the_package_runs_as_a_module() -> None:
    assert run("-m", "vidgist", "--version").strip() == f"vidgist {__version__}"
    for arguments, code in ((["info", "absent.mp4"], 1), (["recut", "--bogus"], 2)):
        command = [sys.executable, "-m", "vidgist", *arguments]
        assert subprocess.run(command, capture_output=True, check=False).returncode == code


def test_a_shell_completes_commands_and_options() -> None:
    asked = {"_VIDGIST_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
    found = run("-m", "vidgist", COMP_WORDS="vidgist s", **asked)
    assert set(found.split()) == {f"plain,{name}" for name in COMMANDS if name.startswith("s")}
    asked["COMP_CWORD"] = "2"
    assert "plain,--length" in run("-m", "vidgist", COMP_WORDS="vidgist summarize --le", **asked)


def test_the_manual_has_every_command() -> None:
    script = ROOT / ".ci" / "man_page.py"
    if not script.exists():
        pytest.skip("needs the repository")
    page = run(str(script))
    for name in COMMANDS:
        assert f".SH VIDGIST {name.upper()}" in page
    # Nothing but known requests begins with a dot, or the page would lose lines.
    requests = set(re.findall(r"(?m)^\.(\w+)", page))
    assert requests <= {"TH", "SH", "B", "I", "PP", "TP", "nf", "fi"}


def test_the_version_stands_in_one_place() -> None:
    script = ROOT / ".ci" / "version.py"
    if not script.exists():
        pytest.skip("needs the repository")
    assert run(str(script)).strip() == __version__
    assert f"version: {__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
