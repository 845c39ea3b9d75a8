"""What all commands share."""

from __future__ import annotations

import json

import click
import pytest

from vidgist.cli import main
from vidgist.cli.common import Console, common_options, for_each, one_line, print_json, run
from vidgist.errors import MissingExtraError, VideoError


def test_one_line_keeps_text_and_drops_what_steers_a_terminal():
    assert one_line("Blume ü 花") == "Blume ü 花"
    assert one_line("a\nb\x1b[0m\u202e") == "a\\nb\\x1b[0m\\u202e"
    assert one_line("bad \udcff byte") == "bad \\udcff byte"


def test_json_has_no_nan(capsys):
    print_json({"a": [1.0, float("nan")], "b": {"c": float("inf")}})
    assert json.loads(capsys.readouterr().out) == {"a": [1.0, None], "b": {"c": None}}


def test_items_that_fail_are_told_and_counted(capsys):
    def work(item):
        if item == "bad":
            raise VideoError("bad: empty")
        if item == "big":
            raise MemoryError
        return item.upper()

    console = Console()
    assert for_each(console, ["a", "bad", "big", "b"], work) == [("a", "A"), ("b", "B")]
    assert console.failed == 2
    assert "error: bad: empty" in capsys.readouterr().err


def test_progress_as_plain_lines_and_silence(capsys):
    with Console().progress("clip.mp4") as progress:
        progress("reading", 0, 10)
        progress("reading", 5, 10)
        progress("scoring", 1, None)
    assert capsys.readouterr().err.splitlines() == ["clip.mp4: reading", "clip.mp4: scoring"]
    with Console(quiet=True).progress("clip.mp4") as progress:
        progress("reading", 0, 10)
    assert capsys.readouterr().err == ""


def test_progress_as_a_bar_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    console = Console()
    with console.progress("clip.mp4") as progress:
        progress("reading", 3, 10)
        console.warn("clip.mp4", "half is missing")
        progress("reading", 10, 10)
        progress("scoring", 1, None)
    err = capsys.readouterr().err
    assert "clip.mp4: reading" in err
    assert "30%" in err
    assert "warning: clip.mp4: half is missing" in err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (VideoError("x.mp4: empty"), 1, "error: x.mp4: empty"),
        (MissingExtraError("tables", "plot"), 1, "pip install 'vidgist[plot]'"),
        (RuntimeError("oh\nno"), 1, "a fault of vidgist"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_errors_become_lines_and_codes(error, code, said, capsys):
    @click.command()
    @common_options
    def fails(console, as_json):
        raise error

    assert run(fails, []) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_without_a_command_the_help_is_shown(capsys):
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Usage: vidgist")
    assert "vidgist demo" in out
    assert err == ""
