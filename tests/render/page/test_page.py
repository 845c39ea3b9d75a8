from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages import HOSTILE
from vidgist.render.page import (
    assemble,
    breakable,
    data_island,
    definition_rows,
    escape,
    list_items,
    policy,
)

SIGNS = re.compile(r"[<>\"']")


def test_names_may_break_after_their_separators() -> None:
    assert breakable("a__b-c.mp4") == "a__<wbr>b-<wbr>c.mp4"
    assert breakable("<img src=x>.mp4") == "&lt;img src=x&gt;.mp4"
    assert breakable("") == ""


@given(st.text(st.characters(codec=None)))
def test_escaped_text_is_no_markup(text: str) -> None:
    shown = escape(text)
    assert not SIGNS.search(shown)
    shown.encode("utf-8")
    if text.isprintable():
        assert html.unescape(shown) == text


def test_control_characters_and_broken_names_are_shown() -> None:
    assert escape("a\nb\u202ec") == "a\ufffdb\ufffdc"
    assert escape("\udcff") == "\\udcff"


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_an_island_is_the_same_data_and_cannot_be_left(document: object) -> None:
    island = data_island(document)
    assert json.loads(island) == document
    assert not set("<>&\u2028\u2029") & set(island)
    assert island.isascii()


def test_no_nan_in_an_island() -> None:
    with pytest.raises(ValueError, match="JSON"):
        data_island({"value": float("nan")})


def test_the_policy_lets_one_script_and_style_run_and_nothing_be_fetched() -> None:
    rules = dict(rule.split(" ", 1) for rule in policy(style="a{}", script="b()").split("; "))
    assert rules["default-src"] == "'none'"
    digest = base64.b64encode(hashlib.sha256(b"b()").digest()).decode()
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert "unsafe" not in " ".join(rules.values())
    assert "http" not in " ".join(rules.values())
    assert rules["img-src"] == "data:"
    assert rules["media-src"] == "'self' file:"


def test_a_page_carries_its_hashes() -> None:
    page = assemble(
        "gallery.html",
        styles=["base.css"],
        scripts=["gallery.js"],
        data={"name": HOSTILE + "</script>"},
        slots={
            "title": escape(HOSTILE),
            "heading": escape(HOSTILE),
            "facts": "",
            "cards": "",
            "many": "",
            "version": "1",
        },
    )
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    script = re.search(r"<script>(.*?)</script>", page, re.S)
    meta = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert style is not None
    assert script is not None
    assert meta is not None
    assert html.unescape(meta[1]) == policy(style=style[1], script=script[1])
    assert "<img" not in page
    assert page.count("</script>") == 2


def test_a_slot_that_is_not_given_is_told() -> None:
    with pytest.raises(KeyError):
        assemble("gallery.html", styles=[], scripts=[], data={}, slots={})


def test_lists_are_escaped() -> None:
    assert list_items(["<b>", 1]) == "<li>&lt;b&gt;</li><li>1</li>"
    assert definition_rows([("a&b", '"')]) == "<div><dt>a&amp;b</dt><dd>&quot;</dd></div>"


@pytest.mark.parametrize(
    "forbidden",
    [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "setTimeout(",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "import(",
        "localStorage",
        "http:",
        "https:",
    ],
)
def test_scripts_do_nothing_that_could_turn_text_into_code(forbidden: str) -> None:
    folder = resources.files("vidgist.render.page")
    scripts = [file for file in folder.iterdir() if file.name.endswith(".js")]
    assert len(scripts) >= 8
    for script in scripts:
        assert forbidden not in script.read_text(encoding="utf-8"), script.name
