"""Videos that the report plays: the summary where it can, else the source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pages import clip_summary, long_summary
from summaries import with_pieces
from vidgist.render import render

Opener = Callable[..., Any]


@pytest.mark.parametrize(
    ("shot", "file", "end"),
    [
        (3, "gist/summary.mp4", 0.8 + 0.6),  # selected: second in the clip
        (5, "clip.mp4", 1 + 0.8 + 1.2 + 0.6 + 1 + 0.8),
    ],
)
def test_a_shot_plays_to_its_end(
    report: Path, open_page: Opener, shot: int, file: str, end: float
) -> None:
    opened = open_page(report)
    page = opened.page
    page.click(f"#shots li[data-shot='{shot}'] button")
    source, stopped = opened.played()
    assert source == (report.parent.parent / file).as_uri()
    assert stopped == pytest.approx(end, abs=0.15)


def test_a_selection_plays_its_shots_one_after_the_other(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page = opened.page
    page.focus("#length")
    page.keyboard.press("End")
    page.click("#play-all")
    opened.until("window.plays > 0")
    opened.until("document.getElementById('status').textContent === ''")  # after the last one
    source, stopped = opened.played()
    length = opened.data["lengths"][-1]
    assert len(length["pieces"]) > 1
    assert length["pieces"][-1]["shot"] not in (1, 3)  # those are in summary.mp4
    assert source.endswith("/clip.mp4")
    assert stopped == pytest.approx(length["pieces"][-1]["end"], abs=0.15)


@pytest.mark.parametrize(
    ("piece", "with_clip", "file", "end"),
    [
        (0, True, "out/summary.mp4", 0.3),
        (1, True, "out/summary.mp4", 0.3 + 0.4),
        (1, False, "clip.mp4", 0.9),
    ],
)
def test_a_piece_within_a_shot_plays_to_its_end(
    open_page: Opener, tmp_path: Path, piece: int, with_clip: bool, file: str, end: float
) -> None:
    summary = with_pieces(clip_summary(tmp_path), [(0.1, 0.4), (0.5, 0.9), (1.2, 1.6)])
    render(summary, tmp_path / "out", make=["report", *["mp4"] * with_clip])
    opened = open_page(tmp_path / "out" / "report.html")
    opened.page.click(f"#selected-list li[data-piece='{piece}'] button")
    name = "summary.mp4" if with_clip else "the source video"
    source, stopped = opened.played()
    assert source == (tmp_path / file).as_uri()
    assert stopped == pytest.approx(end, abs=0.15)
    # The whole shot is not in summary.mp4.
    opened.page.focus("#timeline")
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("Enter")
    assert opened.text("#status") == "Playing shot 1 from the source video."
    opened.page.keyboard.press("n")
    opened.page.keyboard.press("Enter")
    assert opened.text("#status") == f"Playing piece 1 from {name}."


def test_without_the_clip_the_selection_plays_its_pieces(open_page: Opener, tmp_path: Path) -> None:
    summary = with_pieces(clip_summary(tmp_path), [(0.1, 0.4), (0.5, 0.9), (1.2, 1.6)])
    render(summary, tmp_path / "out", make="report")
    opened = open_page(tmp_path / "out" / "report.html")
    opened.page.click("#play-all")
    source, stopped = opened.played()
    assert source.endswith("/clip.mp4")
    assert stopped == pytest.approx(1.6, abs=0.15)


def test_enter_plays_the_shot(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.page.focus("#timeline")
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("Enter")
    assert "Playing shot 1 from the source video" in opened.text("#status")
    opened.until("window.plays > 0")


def test_without_videos_it_says_so(open_page: Opener, tmp_path: Path) -> None:
    render(long_summary(20, shots=4), tmp_path, make="report")
    opened = open_page(tmp_path / "report.html")
    page = opened.page
    assert "nothing can be played" in opened.text("#status")
    assert page.is_disabled("#moment-play")
    assert page.is_disabled("#play-all")
    page.click("#selected-list li[data-piece='1'] button")
    assert "Piece 2 cannot be played" in opened.text("#status")
    page.click("#left-list li:first-child button")
    name = page.text_content("#left-list li:first-child .first").removeprefix("play ")[:6]
    assert f"{name} cannot be played" in opened.text("#status")


def test_a_source_that_went_away_is_told(open_page: Opener, tmp_path: Path) -> None:
    summary = clip_summary(tmp_path)
    render(summary, tmp_path / "out", make="report")
    summary.video.path.unlink()
    opened = open_page(tmp_path / "out" / "report.html")
    opened.until(
        "document.getElementById('status').textContent.includes('not beside this page any more')"
    )
    assert opened.page.is_disabled("#play-all")
    opened.page.click("#shots li[data-shot='0'] button")
    assert "Shot 1 cannot be played" in opened.text("#status")
    # The browser itself tells that the file is missing; nothing else may be said.
    assert all("ERR_FILE_NOT_FOUND" in said for said in opened.complaints)
    opened.complaints.clear()
