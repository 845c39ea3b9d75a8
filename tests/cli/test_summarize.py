"""``vidgist summarize`` and ``vidgist score`` as users call them."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from clips import render_clip
from vidgist.batch import result_folders
from vidgist.cli import main
from vidgist.selection import RULES


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return render_clip(tmp_path_factory.mktemp("cli") / "a clip.mp4", scenes=(2, 2, 3)).path


@pytest.fixture(autouse=True)
def in_tmp(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_results_lie_beside_where_one_stands(clip, tmp_path, capsys):
    assert main(["summarize", str(clip), "--make", "json,storyboard"]) == 0
    folder = tmp_path / "a clip-gist"
    assert sorted(p.name for p in folder.iterdir()) == ["storyboard.jpg", "summary.json"]
    out, err = capsys.readouterr()
    assert "a clip-gist" in out
    line = r": [\d.]+ s of 7\.0 s, \d+ pieces? from \d+ of \d+ shots? -> a clip-gist/"
    assert re.search(line, out)
    assert "reading" in err


def test_the_rule_of_selection_is_chosen_by_name(clip, tmp_path, capsys):
    options = ["summarize", str(clip), "--make", "json", "--json", "-q", "-o"]
    assert main([*options, "a", "--select", "knapsack"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["done"]
    document = json.loads((tmp_path / "a" / "summary.json").read_text())
    assert document["settings"]["select"] == "knapsack"
    assert result["pieces"] == len(document["pieces"])
    assert result["selected"] == sum(shot["selected"] for shot in document["shots"])
    assert main([*options, "b", "--select", "knapsak"]) == 2
    assert "did you mean 'knapsack'" in capsys.readouterr().err
    assert main(["summarize", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    for name, rule in RULES.items():
        assert f"{name}: {rule.summary}"[:40] in text


def test_nothing_is_overwritten_unasked(clip, tmp_path, capsys):
    options = ["summarize", str(clip), "--make", "json", "-o", "x", "-q"]
    assert main(options) == 0
    before = (tmp_path / "x" / "summary.json").read_bytes()
    capsys.readouterr()
    assert main(options) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "--overwrite" in err
    assert (tmp_path / "x" / "summary.json").read_bytes() == before
    assert main([*options, "--overwrite", "--length", "50%"]) == 0
    assert (tmp_path / "x" / "summary.json").read_bytes() != before


def test_one_bad_input_does_not_stop_the_others(clip, tmp_path, capsys):
    (tmp_path / "empty.mp4").touch()
    arguments = [str(tmp_path / "empty.mp4"), str(clip), str(tmp_path / "none.mp4")]
    assert main(["summarize", *arguments, "-o", "all", "--make", "json", "--json", "-q"]) == 1
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert [r["video"] for r in document["done"]] == [str(clip)]
    assert len(document["failed"]) == 2
    lines = err.strip().splitlines()
    assert len(lines) == 2
    assert all(line.startswith("error: ") for line in lines)
    assert (tmp_path / "all" / "a clip-gist" / "summary.json").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--length", "abc"], "--length"),
        (["--preset", "papr"], "did you mean 'paper'"),
        (["--criteria", "alignmnt"], "did you mean 'alignment'"),
        (["--criteria", "uniqueness"], "--model"),
        (["--make", "mp5"], "did you mean 'mp4'"),
        (["--backbone", "efficientnet_lite"], "efficientnet_lite0"),
        (["--avoid-zeros", "log"], "known: eps, exp"),
        (["--neighbors", "2"], "(0, 1]"),
        (["--fps", "0"], "--fps"),
        (["--lenght", "9s"], "--length"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(clip, options, said, capsys, tmp_path):
    assert main(["summarize", str(clip), *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_model_is_called_what_the_user_calls_it(clip, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["summarize", str(clip), "--model", "gone.safetensors", "-q"]) != 0
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "gone.safetensors" in err
    assert str(tmp_path) not in err


def test_a_traceback_only_with_debug(tmp_path, capsys):
    assert main(["summarize", "none.mp4", "-q"]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert main(["summarize", "none.mp4", "-q", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_hostile_names_stay_on_one_line(tmp_path, capsys):
    name = "line\nbreak \x1b[31m.mp4"
    assert main(["summarize", name, "-q"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_interrupt_is_code_130(clip, monkeypatch, capsys):

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("vidgist.batch.summaries.summarize", interrupted)
    assert main(["summarize", str(clip), "-q"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_help_shows_examples(capsys):
    for command in ("summarize", "score"):
        assert main([command, "--help"]) == 0
        assert "Examples:" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert main(["sumarize"]) == 2
    assert "did you mean 'summarize'" in capsys.readouterr().err


def test_every_command_in_the_table_has_help_with_examples(capsys):
    from vidgist.cli import COMMANDS

    for name in COMMANDS:
        assert main([name, "--help"]) == 0
        out = capsys.readouterr().out
        assert "xample" in out, name


def test_scores_as_csv_and_json(clip, capsys, tmp_path):
    assert main(["score", str(clip), "-q"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 14
    assert float(rows[3]["time"]) == 1.5
    assert 0 <= float(rows[3]["alignment"]) <= 1
    assert main(["score", str(clip), "-q", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    columns = document["videos"][clip.name]
    assert columns["importance"] == pytest.approx([float(r["importance"]) for r in rows])
    assert main(["score", str(clip), "-q", "-o", "s.csv"]) == 0
    assert len((tmp_path / "s.csv").read_text().splitlines()) == 15
    assert main(["score", str(clip), "-q", "-o", "s.csv"]) == 1
    assert "--overwrite" in capsys.readouterr().err


def test_unknown_values_of_options_name_the_nearest(clip, capsys):
    for option, value, near in (("--device", "cud", "cuda"), ("--engine", "rai", "ray")):
        assert main(["summarize", str(clip), option, value, "-q"]) == 2
        assert f"{option}: unknown value '{value}'" in (said := capsys.readouterr().err)
        assert f"did you mean '{near}'" in said


def test_a_result_that_exists_is_told_with_its_video(clip, capsys, tmp_path):
    options = ["-o", str(tmp_path / "out"), "--make", "json", "-q"]
    assert main(["summarize", str(clip), *options]) == 0
    assert main(["summarize", str(clip), *options]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: {clip}: {tmp_path / 'out'}: summary.json exists already")


def test_videos_of_one_name_get_folders_of_their_own(tmp_path):
    videos = (tmp_path / "a" / "x.mp4", tmp_path / "b" / "x.mp4", tmp_path / "x.mkv")
    folders = result_folders(videos, tmp_path / "out")
    assert [f.name for f in folders] == ["x-gist", "x-gist-2", "x-gist-3"]
    long = result_folders((tmp_path / ("ü" * 125 + ".mp4"), tmp_path / "y.mp4"), tmp_path)[0]
    assert len(long.name.encode()) <= 255
