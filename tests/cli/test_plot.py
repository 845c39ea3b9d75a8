from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pages import SCHEMA_1, clip_summary
from vidgist.cli import main
from vidgist.render import figure_pictures, render
from vidgist.summary import Summary

pytest.importorskip("matplotlib", reason="needs the extra 'plot'")


class Colors:
    """A backbone that costs nothing: the mean color of a sample."""

    name = "colors"
    dimension = 3
    size = (8, 8)
    fingerprint = "colors"

    def extract(self, pixels: np.ndarray) -> np.ndarray:
        return pixels.reshape(len(pixels), -1, 3).mean(axis=1).astype(np.float32)


@pytest.fixture
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Summary:
    real = figure_pictures.extract_features

    def with_colors(path: Path, **options: object) -> object:
        assert options["backbone"] == "colors"
        return real(path, **{**options, "backbone": Colors()})

    monkeypatch.setattr(figure_pictures, "extract_features", with_colors)
    settings = {"backbone": "colors", "fps": 2.0, "skim": False}
    return clip_summary(tmp_path, settings=settings)


def test_schema_1_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figure = tmp_path / "figure.svg"
    assert main(["plot", str(SCHEMA_1), "-o", str(figure), "--no-frames"]) == 0
    assert figure.read_text().startswith("<?xml")
    assert "warning" not in capsys.readouterr().err


def test_it_draws_with_pictures(
    summary: Summary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    render(summary, tmp_path / "out", make="json")
    document = str(tmp_path / "out" / "summary.json")
    figure = tmp_path / "figure.svg"
    assert main(["plot", document, "-o", str(figure), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pictures"] is True
    assert told["marks"][0]["why"] == "more local dissimilarity than global consistency"
    with_pictures = figure.read_text()
    assert with_pictures.count("<image") == 7 * len(told["marks"])

    assert main(["plot", document, "-o", str(figure)]) == 1
    assert "pass --overwrite" in capsys.readouterr().err
    options = ["--overwrite", "--no-frames", "--at", "0,1.5,0:03"]
    assert main(["plot", str(tmp_path / "out"), "-o", str(figure), *options]) == 0
    assert "<image" not in figure.read_text()
    assert "warning" not in capsys.readouterr().err
    assert main(["plot", document, "-o", str(figure), "--overwrite", "--at", "1:00:00"]) == 2
    assert "--at: 1:00:00 is too late, the video lasts" in capsys.readouterr().err


def test_a_video_that_is_gone_is_told(
    summary: Summary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    render(summary, tmp_path / "out", make="json")
    summary.video.path.unlink()
    figure = tmp_path / "figure.png"
    assert main(["plot", str(tmp_path / "out" / "summary.json"), "-o", str(figure)]) == 0
    said = capsys.readouterr().err
    assert "drawn without pictures" in said
    assert "is not there any more" in said
    assert figure.stat().st_size > 0


def test_another_video_under_the_name_is_told(
    summary: Summary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    render(summary, tmp_path / "out", make="json")
    clip_summary(tmp_path, scenes=(1.0, 1.0), selected=[0])
    figure = tmp_path / "figure.png"
    assert main(["plot", str(tmp_path / "out" / "summary.json"), "-o", str(figure)]) == 0
    assert "it is another video now" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["summary.json", "-o", "a.gif"], 2, "unknown value 'gif', known: pdf, png, svg"),
        (["summary.json", "-o", "a.pdf"], 1, "summary.json: cannot be read"),
        (["summary.json"], 2, "Missing option '-o'"),
    ],
)
def test_wrong_use_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plot", *arguments]) == code
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
