from __future__ import annotations

import pytest

from vidgist.render.text import legible, printable


@pytest.mark.parametrize(
    "name", ["Blume ü 花", "Screen\u202fRec 9.41\u202fPM.mov", "a\u00a0b", "👩\u200d💻.mp4"]
)
def test_names_are_kept(name: str) -> None:
    assert legible(name) == name


@pytest.mark.parametrize("sign", ["\n", "\x1b", "\x00", "\u2028", "\u202e", "\u2067", "\udcff"])
def test_what_steers_is_marked(sign: str) -> None:
    assert legible(f"a{sign}b") == "a\ufffdb"


def test_printable():
    assert printable("a\nb\udce9\x00.mp4") == "a\ufffdb\ufffd\ufffd.mp4"
    assert printable("“a” — b’s") == '"a" - b\'s'
