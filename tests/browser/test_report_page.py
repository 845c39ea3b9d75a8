"""The report in a browser: its slider, keys, moments, shots and sizes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pages import clip_summary, long_summary
from summaries import with_pieces
from vidgist.render import render
from vidgist.summary import Summary
from vidgist.types import Scores

Opener = Callable[..., Any]


def cards(page: Any, group: str, what: str = "shot") -> list[int]:
    """Return the indices of the pieces or shots of the cards in ``selected`` or ``left``."""
    numbers = f"all => all.map(li => Number(li.dataset.{what}))"
    return list(page.eval_on_selector_all(f"#{group}-list li", numbers))


def shots_of(length: Any) -> list[int]:
    """Return the shot of each piece."""
    return [piece["shot"] for piece in length["pieces"]]


def now(page: Any) -> int:
    return int(page.get_attribute("#timeline", "aria-valuenow"))


def test_the_slider_shows_the_pieces_in_the_data(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page, lengths = opened.page, opened.data["lengths"]
    assert len(lengths) == 11
    page.focus("#length")
    page.keyboard.press("Home")
    seen = set()
    for index, length in enumerate(lengths):
        assert page.input_value("#length") == str(index)
        chosen = shots_of(length)
        assert cards(page, "selected") == chosen
        assert cards(page, "selected", "piece") == list(range(len(chosen)))
        assert cards(page, "left") == [i for i in range(8) if i not in chosen]
        seen.add(tuple(chosen))
        share = f"{round(length['share'] * 100, 1):g}%"
        said = page.get_attribute("#length", "aria-valuetext")
        n = len(chosen)
        assert said.startswith(f"{share}: {n} piece{'s' * (n != 1)} of {n} shot")
        assert opened.text("#length-pieces") == str(n)
        assert opened.text("#length-shots") == f"{n} of 8"
        assert opened.text("#live") == said
        assert opened.text("#share") == share
        assert bool(opened.text("#made")) == length["made"]
        page.keyboard.press("ArrowRight")
    assert len(seen) > 4


def test_it_begins_with_the_summary_as_it_was_made(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    assert cards(opened.page, "selected") == [1, 3]
    assert opened.text("#made") == "as it was made"


def test_keys_go_from_moment_to_moment_and_shot_to_shot(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page, data = opened.page, opened.data
    last = len(data["stops"]) - 1
    page.focus("#timeline")

    def press(key: str) -> int:
        page.keyboard.press(key)
        return now(page)

    assert press("Home") == 0
    assert press("ArrowLeft") == 0
    assert press("ArrowRight") == 1
    assert press("ArrowUp") == 2
    assert press("ArrowDown") == 1
    assert press("End") == last
    assert press("ArrowRight") == last
    keys = [shot["key"] for shot in data["shots"]]
    assert press("Home") == 0
    assert press("Shift+ArrowRight") == keys[1]
    assert press("PageUp") == keys[2]
    assert press("PageDown") == keys[1]
    assert page.get_attribute("#timeline", "aria-valuemax") == str(last)
    said = page.get_attribute("#timeline", "aria-valuetext")
    assert "shot 2 of 8, piece 1 of the summary, importance 1.01" in said
    assert page.get_attribute("#shots .shot.current", "aria-current") == "true"
    # From piece to piece.
    (made,) = [length for length in data["lengths"] if length["made"]]
    pieces = [piece["key"] for piece in made["pieces"]]
    assert press("Home") == 0
    assert press("n") == pieces[0]
    assert press("N") == pieces[1]
    assert press("n") == pieces[1]
    assert press("p") == pieces[0]
    assert press("End") == last
    assert press("P") == pieces[1]


def test_zooming(report: Path, open_page: Opener) -> None:
    page = open_page(report).page
    assert page.is_disabled("#zoom-out")
    assert page.is_hidden("#overview")
    page.click("#zoom-in")
    assert page.is_enabled("#zoom-out")
    page.wait_for_selector("#overview:not([hidden])")
    page.focus("#timeline")
    page.keyboard.press("0")
    assert page.is_disabled("#zoom-whole")


def test_a_moment_is_explained(report: Path, open_page: Opener, tmp_path: Path) -> None:
    summary = clip_summary(tmp_path)
    n = len(summary.features)
    high, low = np.full(n, 0.1), np.full(n, 0.9)
    high[4], low[4] = 0.9, 0.1
    scores = Scores(
        criteria={"alignment": high, "uniformity": low}, importance=np.linspace(0.1, 0.5, n)
    )
    render(dataclasses.replace(summary, scores=scores), tmp_path / "out", make="report")
    opened = open_page(tmp_path / "out" / "report.html")
    page = opened.page
    page.focus("#timeline")
    page.keyboard.press("Home")
    first = opened.text("#sentence")
    assert first.startswith("It is typical of the video, but looks much like its neighbors. ")
    assert "importance is 0.10, the lowest of the video" in first
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert opened.text("#sentence").startswith(
        "It differs from its neighbors, but is unlike most of the video. "
    )
    values = opened.text("#values")
    assert "Local dissimilarity0.90the highest of the video" in values
    assert "Global consistency0.10the lowest of the video" in values


def several(folder: Path) -> Summary:
    """Return a summary with two pieces in shot 3, and shots left out for several reasons."""
    summary = with_pieces(
        clip_summary(folder, scenes=(1.0, 0.8, 3.2, 0.6, 1.0, 0.8, 1.2, 1.0)),
        [(1.0, 1.8), (2.0, 2.8), (3.6, 4.8), (6.7, 7.2)],
        refused={0: "blurred", 6: "card", 7: "<b>dull</b>"},
        repeated={4: 1},
        reasons=("important", "important", "short", "<i>mine</i>"),
    )
    return summary


def test_it_says_why_each_piece_is_shown_and_each_shot_is_left_out(
    open_page: Opener, tmp_path: Path
) -> None:
    render(several(tmp_path), tmp_path / "out", make=["report", "mp4"])
    opened = open_page(tmp_path / "out" / "report.html")
    page = opened.page

    def texts(selector: str) -> list[str]:
        return list(page.eval_on_selector_all(selector, "all => all.map(e => e.textContent)"))

    assert cards(page, "selected") == [1, 2, 2, 5]
    assert cards(page, "left") == [0, 3, 4, 6, 7]
    assert texts("#selected-list .reason") == [
        "Shown because it is among the most important moments.",
        "Shown because it is among the most important moments.",
        "Shown because it fits into the time that was left.",
        "Shown: <i>mine</i>.",
    ]
    assert texts("#left-list .reason") == [
        "Left out: blurred.",
        "Left out: no time left.",
        "Left out: it looks like piece 2.",
        "Left out: a title card.",
        "Left out: <b>dull</b>.",
    ]
    assert page.query_selector_all("#shots b, #shots i") == []
    assert "4 pieces from 3 of 8 shots" in opened.text(".facts")
    assert opened.text("#length-pieces") == "4"
    assert opened.text("#length-shots") == "3 of 8"
    said = page.get_attribute("#length", "aria-valuetext")
    assert "4 pieces of 3 shots, 3.3 s of at most 3.3 s" in said
    assert "whole shots by an exact knapsack" in opened.text("#length-hint")

    page.click("#selected-list li[data-piece='0'] button")
    assert opened.text("#verdict") == (
        "Piece 1 of the summary: the whole of shot 2."
        " Shown because it is among the most important moments."
    )
    page.click("#selected-list li[data-piece='2'] button")
    assert opened.text("#verdict") == (
        "Piece 3 of the summary: 0:03.6 to 0:04.8, in shot 3."
        " Shown because it fits into the time that was left."
    )
    assert opened.text("#moment-play") == "Play this piece"
    assert page.get_attribute("li:has(.current)", "data-piece") == "2"
    page.click("#left-list li[data-shot='4'] button")
    assert opened.text("#verdict") == (
        "Shot 5 is not in the summary. Left out: it looks like piece 2."
    )
    assert opened.text("#moment-play") == "Play this shot"
    assert page.get_attribute("li:has(.current)", "data-shot") == "4"
    # Between the two pieces of shot 3.
    page.focus("#timeline")
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert opened.text("#verdict") == (
        "Not in the summary, which has another part of shot 3:"
        " 0:02.0 to 0:02.8 (piece 2) and 0:03.6 to 0:04.8 (piece 3)."
    )
    assert "shot 3 of 8, not in the summary," in page.get_attribute("#timeline", "aria-valuetext")


def test_the_timeline_marks_pieces_and_not_whole_shots(open_page: Opener, tmp_path: Path) -> None:
    render(several(tmp_path), tmp_path / "out", make="report")
    opened = open_page(tmp_path / "out" / "report.html")
    page = opened.page
    page.wait_for_timeout(200)  # a drawing waits for the next frame
    color = (
        "x => { const c = document.getElementById('canvas');"
        " const y = Math.round((c.clientHeight - 22 - 20 - 24 + 5) * devicePixelRatio);"
        " return [...c.getContext('2d').getImageData(Math.round(x * c.width), y, 1, 1).data]; }"
    )
    duration = opened.data["duration"]
    accent = page.evaluate(color, 1.2 / duration)
    assert accent[3] == 255
    for seconds, shown in [(2.4, True), (3.2, False), (4.0, True), (4.9, False), (0.5, False)]:
        assert (page.evaluate(color, seconds / duration) == accent) == shown
    assert all("willReadFrequently" in said for said in opened.complaints)
    opened.complaints.clear()  # the browser advises those who read a canvas twice


def test_a_piece_too_short_for_a_moment_can_be_chosen(open_page: Opener, tmp_path: Path) -> None:
    summary = with_pieces(clip_summary(tmp_path), [(0.6, 0.7), (1.1, 1.2)])
    render(summary, tmp_path / "out", make="report")
    opened = open_page(tmp_path / "out" / "report.html")
    opened.page.click("#selected-list li[data-piece='1'] button")
    assert opened.text("#verdict").startswith("Piece 2 of the summary: 0:01.1 to 0:01.2, in shot 2")
    opened.page.focus("#timeline")
    opened.page.keyboard.press("p")
    assert opened.text("#verdict").startswith("Piece 1 of the summary: 0:00.6 to 0:00.7, in shot 1")


def test_it_begins_at_the_best_piece(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    (made,) = [length for length in opened.data["lengths"] if length["made"]]
    best = max(made["pieces"], key=lambda piece: piece["score"])
    assert now(opened.page) == best["key"]


def test_black_shots_are_told(open_page: Opener, tmp_path: Path) -> None:
    summary = clip_summary(tmp_path)
    junk = np.where(np.arange(len(summary.features)) >= 14, "black", "")
    render(dataclasses.replace(summary, junk=junk), tmp_path / "out", make="report")
    opened = open_page(tmp_path / "out" / "report.html")
    opened.page.focus("#length")
    opened.page.keyboard.press("End")
    opened.page.focus("#timeline")
    opened.page.keyboard.press("End")
    assert opened.text("#verdict") == "Shot 8 is not in the summary. Left out: black."


def test_neighbors_are_those_of_the_data_and_lead_on(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page, near = opened.page, opened.data["neighbors"]
    stop = now(page)
    buttons = page.query_selector_all("#neighbors button")
    assert len(buttons) == len(near["ranks"]) > 0
    said = buttons[0].text_content()
    assert said.endswith(f"1st nearest, similarity {near['similarity'][stop][0]:.2f}")
    buttons[0].click()
    assert now(page) == near["stops"][stop][0]


def test_hovering_tells_time_scores_and_picture(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page = opened.page
    page.locator("#keys").scroll_into_view_if_needed()
    box = page.locator("#timeline").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 90)
    page.wait_for_selector("#tip:not([hidden])")
    assert opened.text("#tip-text").startswith("0:04.0Shot 5")  # the middle, at 3.8 s
    assert "Local dissimilarity" in opened.text("#tip-text")
    assert page.get_attribute("#tip-picture", "src").startswith("data:image/")
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 90)
    assert opened.data["times"][now(page)] == pytest.approx(opened.data["duration"] / 2, abs=0.3)
    page.mouse.move(1, 1)
    page.wait_for_selector("#tip", state="hidden")


@pytest.mark.parametrize("width", [320, 400, 800, 1600])
def test_it_fits_every_width(report: Path, open_page: Opener, width: int) -> None:
    page = open_page(report, width=width, color_scheme="light").page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(15, 17, 21)") == (scheme == "dark")
    # What is touched is large enough for a finger.
    sizes = page.eval_on_selector_all(
        "main button",
        "all => all.filter(b => b.offsetParent).map(b => Math.min(b.offsetHeight, b.offsetWidth))",
    )
    assert min(sizes) >= 32


def test_on_paper_it_is_light_and_without_controls(report: Path, open_page: Opener) -> None:
    opened = open_page(report, color_scheme="dark")
    page = opened.page
    ink = (
        "[...document.getElementById('canvas').getContext('2d').getImageData(0, 60, 300, 90).data]"
        ".filter((_, i) => i % 4 < 3).reduce((sum, value) => sum + value, 0)"
    )
    on_screen = page.evaluate(ink)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(244, 245, 247)"
    for control in ("#play-all", "#length", ".zoom", "#keys"):
        assert page.is_hidden(control)
    assert page.evaluate(ink) < on_screen  # lines are darker than the ones for a dark ground
    # The browser itself advises those who read a canvas twice, as this test does.
    assert all("willReadFrequently" in said for said in opened.complaints)
    opened.complaints.clear()


def test_those_who_want_no_motion_get_none(report: Path, open_page: Opener) -> None:
    page = open_page(report, reduced_motion="reduce").page
    lasting = "getComputedStyle(document.querySelector('.shot')).transitionDuration"
    assert page.evaluate(lasting) == "0s"


def test_filter_and_order_of_the_shots(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page = opened.page
    assert page.is_visible("#selected")
    assert page.is_visible("#left")
    page.check("input[value='selected']")
    assert page.is_visible("#selected")
    assert page.is_hidden("#left")
    assert cards(page, "selected") == [1, 3]
    page.check("input[value='left']")
    assert page.is_hidden("#selected")
    assert cards(page, "left") == [0, 2, 4, 5, 6, 7]
    assert opened.text("#left-title") == "Shots left out 6"
    page.check("input[value='all']")
    page.check("input[value='score']")
    shots = [opened.data["shots"][i]["score"] for i in cards(page, "left")]
    assert shots == sorted(shots, reverse=True)
    (made,) = [length for length in opened.data["lengths"] if length["made"]]
    pieces = [made["pieces"][i]["score"] for i in cards(page, "selected", "piece")]
    assert pieces == sorted(pieces, reverse=True)


def test_long_videos_open_and_show_pictures_where_one_looks(
    open_page: Opener, tmp_path: Path
) -> None:
    render(long_summary(1800, shots=500, distinct=8), tmp_path, make="report")
    opened = open_page(tmp_path / "report.html")
    page = opened.page
    page.wait_for_selector("#app:not([hidden])")
    (made,) = [length for length in opened.data["lengths"] if length["made"]]
    assert len(cards(page, "selected")) == len(made["pieces"])
    assert len(cards(page, "left")) == 500 - len(made["pieces"])
    last = "#left-list li:last-child"
    assert page.get_attribute(f"{last} img", "src") is None
    page.locator(last).scroll_into_view_if_needed()
    page.wait_for_selector(f"{last} img[src]")
    page.focus("#length")
    page.keyboard.press("End")
    assert cards(page, "selected") == shots_of(opened.data["lengths"][-1])
    page.locator("#selected-list li:last-child").scroll_into_view_if_needed()
    page.wait_for_selector("#selected-list li:last-child img[src]")
