from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pages import HOSTILE, clip_summary
from vidgist.cli import main
from vidgist.render import render

Opener = Callable[..., Any]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gists")
    render(clip_summary(folder), folder / "a-gist", make=["json", "cover", "report"])
    hostile = clip_summary(folder, name=HOSTILE, scenes=(1.0, 1.0), selected=[0])
    render(hostile, folder / "<b>b-gist", make=["json", "keyframes"])
    assert main(["gallery", str(folder), "--title", "Two <i>videos", "--quiet"]) == 0
    return folder / "index.html"


@pytest.mark.parametrize("width", [400, 1600])
def test_it_shows_covers_and_names_as_text(gallery: Path, open_page: Opener, width: int) -> None:
    opened = open_page(gallery, width=width)
    page = opened.page
    assert page.text_content("h1") == "Two <i>videos"
    assert sorted(page.eval_on_selector_all("h2", "all => all.map(e => e.textContent)")) == [
        HOSTILE,
        "clip.mp4",
    ]
    assert page.query_selector_all("img[src='x'], [onerror]") == []
    assert len(page.query_selector_all(".cover img")) == 2
    opened.until(
        "[...document.querySelectorAll('.cover img')].every(i => i.complete && i.naturalWidth)"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_links_lead_to_the_results(gallery: Path, open_page: Opener) -> None:
    page = open_page(gallery).page
    links = page.eval_on_selector_all("#results a", "all => all.map(a => a.href)")
    assert len(links) == 5  # of one its cover, report and data; of the other cover and data
    for link in links:
        page.goto(link)
    assert page.query_selector("h1") is not None or page.url.endswith(".json")


def test_finding_and_ordering(gallery: Path, open_page: Opener) -> None:
    opened = open_page(gallery)
    page = opened.page
    names = "all => all.map(e => e.textContent)"
    page.fill("#find", "ONERROR")
    assert page.eval_on_selector_all("h2", names) == [HOSTILE]
    assert opened.text("#found") == "1 of 2 shown"
    page.fill("#find", "")
    page.select_option("#order", "duration")
    assert page.eval_on_selector_all("h2", names) == ["clip.mp4", HOSTILE]
    page.select_option("#order", "name")
    assert page.eval_on_selector_all("h2", names) == [HOSTILE, "clip.mp4"]
