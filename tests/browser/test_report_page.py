"""The report in a browser: its slider, keys, moments, shots and sizes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pages import clip_summary, long_summary
from vidgist.render import render
from vidgist.selection import best_samples, choose, trim
from vidgist.types import Scores

Opener = Callable[..., Any]


def marked(page: Any) -> list[int]:
    """Return the indices of the shots that are marked as selected."""
    return list(
        page.eval_on_selector_all(
            "#shots li",
            "all => all.flatMap(li => li.querySelector('.selected')"
            " ? [Number(li.dataset.shot)] : [])",
        )
    )


def now(page: Any) -> int:
    return int(page.get_attribute("#timeline", "aria-valuenow"))


def test_the_slider_marks_the_shots_in_the_data(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page, lengths = opened.page, opened.data["lengths"]
    assert len(lengths) == 11
    page.focus("#length")
    page.keyboard.press("Home")
    seen = set()
    for index, length in enumerate(lengths):
        assert page.input_value("#length") == str(index)
        assert marked(page) == length["shots"]
        seen.add(tuple(length["shots"]))
        share = f"{round(length['share'] * 100, 1):g}%"
        said = page.get_attribute("#length", "aria-valuetext")
        assert said.startswith(f"{share}: {len(length['shots'])} shot")
        assert opened.text("#live") == said
        assert opened.text("#share") == share
        assert bool(opened.text("#made")) == length["made"]
        page.keyboard.press("ArrowRight")
    assert len(seen) > 4


def test_it_begins_with_the_summary_as_it_was_made(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    assert marked(opened.page) == [1, 3]
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
    assert "shot 2 of 8, in the summary, importance 0." in said
    assert page.get_attribute("#shots .shot.current", "aria-current") == "true"


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


def test_a_piece_that_lies_in_several_shots_counts_as_one(
    open_page: Opener, tmp_path: Path
) -> None:
    whole = clip_summary(tmp_path)
    scores = whole.scores.importance
    shots, values, selected = choose(
        scores, whole.features.picks, whole.shots, whole.timeline, budget=0.3
    )
    cut = dataclasses.replace(
        whole,
        shots=shots,
        uncut=whole.shots,
        selected=selected,
        shot_scores=values,
        keyframes=best_samples(scores, whole.features.picks, shots),
        budget=0.3,
    )
    render(cut, tmp_path / "cut", make="report")
    opened = open_page(tmp_path / "cut" / "report.html")
    opened.page.focus("#length")
    opened.page.keyboard.press("ArrowRight")
    longer = opened.data["lengths"][int(opened.page.input_value("#length"))]
    assert longer["cut"]
    assert len(longer["shots"]) > 1
    assert opened.text("#length-shots") == f"1 of {len(shots)}"


def test_it_says_why_a_shot_is_in_the_summary_or_not(
    report: Path, open_page: Opener, tmp_path: Path
) -> None:
    opened = open_page(report)
    page = opened.page
    # It begins at the best shot of the summary.
    shots = opened.data["shots"]
    best = max((1, 3), key=lambda shot: shots[shot]["score"])
    assert now(page) == shots[best]["key"]
    assert opened.text("#verdict") == (
        f"Shot {best + 1} is in: no other choice of shots that fits into 1.4 s has a higher sum"
        " of scores."
    )
    page.focus("#timeline")
    page.keyboard.press("Home")
    assert opened.text("#verdict").startswith("Shot 1 is out: no choice with it that fits into")
    page.focus("#length")
    page.keyboard.press("Home")
    assert opened.text("#verdict").startswith("Shot 1 is out: no whole shot fits into 0.38 s")
    page.keyboard.press("ArrowRight")
    assert opened.text("#verdict") == (
        "Shot 1 is out: it lasts 1.0 s, and the summary may last 0.76 s at most."
    )

    whole = clip_summary(tmp_path)
    shots, piece = trim(whole.shots, 2, 2.5, 0.3, whole.timeline)
    n = len(shots)
    cut = dataclasses.replace(
        whole,
        shots=shots,
        uncut=whole.shots,
        selected=np.arange(n) == piece,
        shot_scores=np.linspace(0.2, 0.8, n),
        keyframes=best_samples(whole.scores.importance, whole.features.picks, shots),
        budget=0.3,
        black=np.arange(len(whole.features)) >= 14,
    )
    render(cut, tmp_path / "cut", make="report")
    opened = open_page(tmp_path / "cut" / "report.html")
    page = opened.page
    assert opened.text("#verdict") == (
        "Shot 4 is in: no whole shot fits into 0.30 s, so a piece was cut from the best one,"
        " which is shots 3 to 5 here."
    )
    assert "the best one (shots 3 to 5 here) was cut to fit" in opened.text("#length-hint")
    page.focus("#timeline")
    page.keyboard.press("PageDown")
    assert opened.text("#verdict").endswith("was cut from another part of the best one.")
    page.keyboard.press("PageDown")
    assert opened.text("#verdict").endswith("was cut from a better one.")
    page.focus("#length")
    page.keyboard.press("End")
    page.focus("#timeline")
    page.keyboard.press("End")
    assert opened.text("#verdict") == "Shot 10 is out: it is mostly black."


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
    page.check("input[value='selected']")
    listed = "all => all.map(li => Number(li.dataset.shot))"
    assert page.eval_on_selector_all("#shots li", listed) == [1, 3]
    page.check("input[value='all']")
    page.check("input[value='score']")
    scores = [shot["score"] for shot in opened.data["shots"]]
    order = page.eval_on_selector_all("#shots li", listed)
    assert [scores[i] for i in order] == sorted(scores, reverse=True)


def test_long_videos_open_and_show_pictures_where_one_looks(
    open_page: Opener, tmp_path: Path
) -> None:
    render(long_summary(1800, shots=500, distinct=8), tmp_path, make="report")
    opened = open_page(tmp_path / "report.html")
    page = opened.page
    page.wait_for_selector("#app:not([hidden])")
    assert len(page.query_selector_all("#shots li")) == 500
    last = "#shots li[data-shot='499']"
    assert page.get_attribute(f"{last} img", "src") is None
    page.locator(last).scroll_into_view_if_needed()
    page.wait_for_selector(f"{last} img[src]")
    page.focus("#length")
    page.keyboard.press("End")
    assert marked(page) == opened.data["lengths"][-1]["shots"]
