"""What all commands share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from clips import render_clip
from vidgist.cli import main
from vidgist.cli.common import Console, common_options, for_each, one_line, print_json
from vidgist.cli.running import run
from vidgist.cli.summarize import summarize
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
        if item == "closed":
            raise PermissionError(13, "Permission denied", "closed/a.mp4")
        return item.upper()

    console = Console()
    assert for_each(console, ["a", "bad", "big", "closed", "b"], work) == [("a", "A"), ("b", "B")]
    assert console.failed == 3
    err = capsys.readouterr().err
    assert "error: bad: empty" in err
    assert "error: closed/a.mp4: cannot be read (Permission denied); check the path" in err


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
        progress("writing", 0, None)
        progress("writing", 0.4337, 2.0)
        console.warn("clip.mp4", "a picture is missing")
    err = capsys.readouterr().err
    assert "clip.mp4: reading" in err
    assert "30%" in err
    assert "clip.mp4: writing  22%|" in err
    assert "warning: clip.mp4: half is missing" in err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (VideoError("x.mp4: empty"), 1, "error: x.mp4: empty"),
        (MissingExtraError("tables", "plot"), 1, "pip install 'vidgist[plot]'"),
        (RuntimeError("oh\nno"), 1, "a fault of vidgist"),
        (
            PermissionError(13, "Permission denied", "a/b"),
            1,
            "error: a/b: cannot be read (Permission denied)",
        ),
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


def vidgist(*arguments, **options):
    """Run the command in a process of its own, whose streams may be closed."""
    code = "import sys; from vidgist.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, timeout=120, check=False, **options)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return render_clip(tmp_path_factory.mktemp("common") / "a.mp4", scenes=(0.4, 0.4)).path


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
@pytest.mark.parametrize(("others", "code"), [((), 0), (("nope.mp4",), 1)])
def test_a_reader_that_goes_away_hides_no_failure(clip, others, code):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = vidgist(
            "info", clip, *others, "--json", stdout=writing, stderr=subprocess.PIPE, text=True
        )
    finally:
        os.close(writing)
    assert ended.returncode == code
    assert ended.stderr.count("\n") == len(others)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_told():
    with Path("/dev/full").open("w") as full:
        ended = vidgist("backbones", "--json", stdout=full, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: standard output: cannot be written (No space left")
    assert ended.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="closes what a child inherits")
@pytest.mark.parametrize("closed", [(2,), (1, 2)])
def test_closed_streams_do_not_stop_the_work(clip, closed, tmp_path):
    def close():
        for number in closed:
            os.close(number)

    output = tmp_path / "scores.csv"
    ended = vidgist("score", clip, "-o", output, stdin=subprocess.DEVNULL, preexec_fn=close)
    assert ended.returncode == 0
    assert output.read_text().startswith("video,sample,pick,time,")


def test_a_name_that_looks_like_an_option_gets_its_way_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-dash.mp4").write_bytes(b"")
    assert main(["info", "-dash.mp4"]) == 2
    assert "for the file -dash.mp4, write ./-dash.mp4" in capsys.readouterr().err
    assert main(["info", "-other.mp4"]) == 2
    assert "./" not in capsys.readouterr().err


@pytest.mark.parametrize("command", [("nosuch",), ("backbones", "nosuch")])
def test_an_unknown_command_gets_the_known_ones(command, capsys):
    assert main(list(command)) == 2
    assert "command: unknown value 'nosuch', known: " in capsys.readouterr().err


def test_a_long_unknown_option_is_one_line(capsys):
    assert main(["info", "-" + "a" * 300]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_debug_shows_no_traceback_where_there_is_none(capsys):
    Console(debug=True).error("a.mp4: empty")
    assert capsys.readouterr().err == "error: a.mp4: empty\n"


@pytest.mark.parametrize(
    ("arguments", "copy", "videos"),
    [
        ("a.mp4", False, ["a.mp4"]),
        ("--copy a.mp4", True, ["a.mp4"]),
        ("a.mp4 --copy", True, ["a.mp4"]),
        ("--copy --skim a.mp4", True, ["a.mp4"]),
        ("--copy exact a.mp4", "exact", ["a.mp4"]),
        ("a.mp4 --copy=exact", "exact", ["a.mp4"]),
        ("a.mp4 --copy key-frames", True, ["a.mp4"]),
        ("--copy -- exact", True, ["exact"]),
        ("a.mp4 -- --copy exact", False, ["a.mp4", "--copy", "exact"]),
    ],
)
def test_an_option_with_a_word_takes_no_video_for_it(arguments, copy, videos):
    given = summarize.make_context("summarize", arguments.split()).params
    assert given["copy"] == copy
    assert [str(video) for video in given["videos"]] == videos


def test_an_option_with_another_word_is_refused():
    with pytest.raises(click.UsageError, match="'fast' is not one of 'key-frames', 'exact'"):
        summarize.make_context("summarize", ["--copy=fast", "a.mp4"])
