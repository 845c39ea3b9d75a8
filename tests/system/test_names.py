from __future__ import annotations

import os

import pytest

from vidgist.system.names import portable_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("talk", "talk"),
        ("Straße 日本 é", "Straße 日本 é"),
        ('a<b>c:d"e/f\\g|h?i*j', "a_b_c_d_e_f_g_h_i_j"),
        ("two\nlines\x00", "two_lines_"),
        ("CON", "CON_"),
        ("nul.tar.gz", "nul_.tar.gz"),
        ("COM1 ", "COM1_"),
        ("com10", "com10"),
        ("console", "console"),
        ("end... ", "end"),
        ("...", "_"),
    ],
)
def test_names_that_windows_takes(text, expected):
    assert portable_name(text) == expected


def test_endings_and_lengths():
    assert portable_name("aux", ending="-gist") == "aux-gist"
    assert portable_name("aux.1", ending="-gist") == "aux_.1-gist"
    name = portable_name("日" * 300, ending="-gist-12")
    assert name.endswith("日-gist-12")
    assert len(os.fsencode(name)) <= 255
