from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pages import clip_summary
from vidgist.cli import main
from vidgist.render import render


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    render(clip_summary(tmp_path), tmp_path / "gists" / "clip-gist", make=["json", "cover"])
    return tmp_path / "gists"


def test_it_writes_an_index(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gallery", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["page"] == str(folder / "index.html")
    assert [Path(r["folder"]).name for r in told["results"]] == ["clip-gist"]
    assert "<h1>gists</h1>" in (folder / "index.html").read_text()


def test_an_index_is_not_replaced_unasked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "index.html").write_text("mine")
    assert main(["gallery", str(folder)]) == 1
    assert "exists already; pass --overwrite" in capsys.readouterr().err
    assert (folder / "index.html").read_text() == "mine"
    assert main(["gallery", str(folder), "--overwrite"]) == 0
    assert (folder / "index.html").read_text() != "mine"


def test_links_follow_the_page(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "talks.html"
    assert main(["gallery", str(folder), "-o", str(page), "--title", "Talks", "-q"]) == 0
    assert 'href="../gists/clip-gist/summary.json"' in page.read_text()


def test_a_damaged_result_does_not_stop_the_rest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad").mkdir()
    (folder / "bad" / "summary.json").write_text("{")
    assert main(["gallery", str(folder)]) == 1
    captured = capsys.readouterr()
    assert "bad/summary.json: is damaged JSON" in captured.err
    assert "1 of 2 results" in captured.err
    assert (folder / "index.html").is_file()


@pytest.mark.parametrize("damaged", [True, False])
def test_nothing_to_show_is_told(
    tmp_path: Path, damaged: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if damaged:
        (tmp_path / "summary.json").write_text("[]")
    assert main(["gallery", str(tmp_path)]) == 1
    wanted = "none of its 1 results can be read" if damaged else "holds no summary.json"
    assert wanted in capsys.readouterr().err
    assert not (tmp_path / "index.html").exists()


def test_a_folder_that_cannot_be_read_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "closed").mkdir()
    real = os.scandir

    def scandir(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    assert main(["gallery", str(folder)]) == 1
    assert "closed: cannot be read (Permission denied)" in capsys.readouterr().err
    assert (folder / "index.html").is_file()
