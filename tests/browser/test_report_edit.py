"""The summary changed on its page: what comes of it is a command, or a file, that recut takes."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vidgist.cli import main

Opener = Callable[..., Any]


def made(opened: Any) -> list[dict[str, Any]]:
    """Return the pieces of the folder."""
    (one,) = (length for length in opened.data["lengths"] if length["made"])
    pieces: list[dict[str, Any]] = one["pieces"]
    return pieces


def command(opened: Any) -> list[str]:
    return shlex.split(opened.text("#command"))


def bar(page: Any, opened: Any, seconds: float) -> tuple[float, float]:
    """Return where a time stands in the lane of the pieces."""
    box = page.locator("#canvas").bounding_box()
    # The lanes below it are those of the shots and the axis.
    return (
        box["x"] + box["width"] * seconds / opened.data["duration"],
        box["y"] + box["height"] - 22 - 20 - 12,
    )


def test_a_piece_goes_and_comes_back(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page = opened.page
    assert not page.is_visible("#edit-out")
    assert page.is_disabled("#edit-undo")
    assert page.is_disabled("#edit-proposal")
    page.click("li[data-piece='0'] button")
    page.click("#edit-toggle")
    assert command(opened)[3:] == ["--drop", "1"]
    assert opened.text("#edit-lasts").startswith("1 piece, ")
    assert len(page.query_selector_all("#selected-list li")) == 1
    assert "you took it out" in opened.text("#left-list")
    page.click("#edit-undo")
    assert not page.is_visible("#edit-out")
    assert len(page.query_selector_all("#selected-list li")) == 2
    page.click("#edit-toggle")
    page.click("#edit-proposal")
    assert not page.is_visible("#edit-out")


def test_the_last_piece_stays(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    for _ in range(2):
        opened.page.click("li[data-piece='0'] button")
        opened.page.click("#edit-toggle")
    assert opened.text("#edit-status") == "A summary has at least one piece."
    assert opened.text("#edit-lasts").startswith("1 piece, ")


def test_numbers_keys_and_the_mouse_move_an_end(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page = opened.page
    first, second = made(opened)
    page.click("li[data-piece='0'] button")
    page.fill("#edit-end", str(first["end"] + 0.3))
    page.keyboard.press("Tab")
    expected = f"{first['start']}-{round(first['end'] + 0.3, 2)}"
    assert command(opened)[3:] == ["--drop", "1", "--add", expected.replace(".0-", "-")]
    # No farther than the next piece.
    page.fill("#edit-end", "99")
    page.keyboard.press("Tab")
    assert float(page.input_value("#edit-end")) == pytest.approx(
        second["end"]  # what touches is one piece
    )
    page.click("#edit-undo")
    page.focus("#timeline")
    page.keyboard.press("[")
    page.keyboard.press("Alt+]")
    ends = command(opened)[-1].split("-")
    assert [float(end) for end in ends] == pytest.approx(
        [first["start"] + 0.1, first["end"] + 0.2], abs=0.006
    )
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.click("#edit-undo")
    assert not page.is_visible("#edit-out")

    page.locator("#timeline").scroll_into_view_if_needed()
    x, y = bar(page, opened, second["start"])
    to, _ = bar(page, opened, second["start"] - 0.5)
    plays = page.evaluate("window.plays")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to) / 2, y)
    page.mouse.move(to, y)
    page.mouse.up()
    start, end = (float(part) for part in command(opened)[-1].split("-"))
    assert start == pytest.approx(second["start"] - 0.5, abs=0.02)
    assert end == pytest.approx(second["end"])
    assert page.evaluate("window.plays") == plays  # a pull is no click
    page.keyboard.press("Control+z")
    page.click("#edit-undo") if page.is_visible("#edit-out") else None
    assert not page.is_visible("#edit-out")


def test_a_moment_is_put_in_and_played_as_it_will_be(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    page = opened.page
    page.focus("#timeline")
    page.keyboard.press("End")
    page.keyboard.press("a")
    shot = opened.data["shots"][-1]
    assert command(opened)[3:] == ["--add", f"{shot['start']:g}-{shot['end']:g}"]
    assert "you chose it" in opened.text("#selected-list")
    page.click("#edit-play")
    source, _ = opened.played()
    assert source.endswith(("/clip.mp4", "/summary.mp4"))


def test_the_command_and_the_file_make_what_the_page_shows(
    report: Path, open_page: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_page(report)
    page = opened.page
    page.click("li[data-piece='1'] button")
    page.click("#edit-toggle")
    page.focus("#timeline")
    page.keyboard.press("End")
    page.keyboard.press("a")
    page.keyboard.press("[")
    shown = [
        (float(start), float(end))
        for start, end in re.findall(r"(\d+\.?\d*)-(\d+\.?\d*)", opened.text("#command"))
    ]
    with page.expect_download() as waiting:
        page.click("#edit-download")
    saved = tmp_path / "summary-edited.json"
    waiting.value.save_as(saved)
    words = command(opened)
    assert words[:2] == ["vidgist", "recut"]
    assert Path(words[2]) == report.parent

    def pieces(folder: Path) -> list[tuple[float, float]]:
        entries = json.loads((folder / "summary.json").read_text())["pieces"]
        return [(entry["start"], entry["end"]) for entry in entries]

    first = made(opened)[0]
    expected = [(first["start"], first["end"]), *shown]
    out = tmp_path / "by-command"
    assert main([*words[1:], "-o", str(out), "--make", "json", "--quiet"]) == 0
    assert np.array(pieces(out)) == pytest.approx(np.array(expected))
    assert main(["recut", str(saved), "--make", "json", "--quiet"]) == 0
    made_of_file = np.array(pieces(tmp_path / "summary-edited-gist"))
    assert made_of_file == pytest.approx(np.array(expected))
    document = json.loads((tmp_path / "summary-edited-gist" / "summary.json").read_text())
    assert [piece["start"] for piece in document["proposal"]] == [p["start"] for p in made(opened)]


def test_a_recut_page_has_the_proposal_one_click_away(
    report: Path, open_page: Opener, tmp_path: Path
) -> None:
    out = tmp_path / "changed"
    make = ["--make", "json,report"]
    assert main(["recut", str(report.parent), "--drop", "1", "-o", str(out), *make, "-q"]) == 0
    opened = open_page(out / "report.html")
    page = opened.page
    assert opened.text("#edit-lasts").startswith("1 piece, ")
    page.click("#edit-proposal")
    assert opened.text("#edit-lasts").startswith("2 pieces, ")
    assert command(opened)[-1] == "--proposal"
    assert opened.text("#made") == "the proposal"
    page.click("#edit-undo")
    assert opened.text("#edit-lasts").startswith("1 piece, ")


def test_a_folder_with_any_name_is_one_word_of_a_shell(
    report: Path, open_page: Opener, tmp_path: Path
) -> None:
    out = tmp_path / "it's $(a) folder; x"
    make = ["--make", "json,report"]
    assert main(["recut", str(report.parent), "--drop", "1", "-o", str(out), *make, "-q"]) == 0
    opened = open_page(out / "report.html")
    opened.page.click("#edit-proposal")
    assert command(opened) == ["vidgist", "recut", str(out), "--proposal"]


@pytest.mark.parametrize("width", [360, 400])
def test_it_can_be_done_on_a_phone(report: Path, open_page: Opener, width: int) -> None:
    opened = open_page(report, width=width, height=740, has_touch=True, is_mobile=True)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.tap("li[data-piece='0'] button")
    for button in ("#edit-toggle", "#edit-undo", "#edit-start"):
        box = page.locator(button).bounding_box()
        assert box["height"] >= 40
    page.tap("#edit-toggle")
    assert command(opened)[3:] == ["--drop", "1"]
