from __future__ import annotations

import csv
import io
import json

import pytest

import small_data
from vidgist.cli import main
from vidgist.paper import TABLES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    small_data.dataset(data / "tvsum.h5", count=3)
    return data


def run(*arguments: object) -> int:
    return main(["benchmark", *map(str, arguments)])


def test_without_a_name_the_names_are_listed(capsys):
    assert run() == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(TABLES)
    assert run("--json") == 0
    assert set(json.loads(capsys.readouterr().out)) == set(TABLES)


def test_a_table_and_what_is_missing(folder, capsys):
    assert run("s2", "--data", folder, "--seeds", 2) == 0
    printed = capsys.readouterr()
    assert "Table S2" in printed.out
    assert "warning: s2: canonical and augmented: no split file" in printed.err


@pytest.mark.parametrize("style", ["markdown", "latex", "csv", "json"])
def test_formats(folder, style, tmp_path, capsys):
    arguments = ("s9", "--data", folder, "--seeds", 2, "-q", "--format", style)
    assert run(*arguments) == 0
    printed = capsys.readouterr().out
    path = tmp_path / "table.txt"
    assert run(*arguments, "-o", path) == 0
    assert path.read_text() == printed
    assert run(*arguments, "-o", path) == 1
    assert "exists already" in capsys.readouterr().err
    assert run(*arguments, "-o", path, "--overwrite") == 0
    if style == "json":
        document = json.loads(printed)
        assert document["benchmark"] == "s9"
        assert document["tables"][0]["rows"]["alignment, after"]
        assert any(said.startswith("summe") for said in document["missing"])
    elif style == "csv":
        rows = list(csv.DictReader(io.StringIO(printed)))
        assert rows[0]["scores"] == "alignment, before"


def test_json_is_a_format_of_its_own(folder, capsys):
    assert run("s8", "--data", folder, "--seeds", 1, "-q", "--json") == 0
    assert json.loads(capsys.readouterr().out)["benchmark"] == "s8"
    assert run("s8", "--data", folder, "--json", "--format", "csv") == 2


def test_protocol_preset_and_shots(folder, capsys):
    options = ("--preset", "paper", "--protocol", "otani", "--shots", "kts")
    assert run("s2", "--data", folder, "--seeds", 1, "-q", "--json", *options) == 0
    table = json.loads(capsys.readouterr().out)["tables"][0]
    assert table["protocol"] == "otani"
    assert table["settings"]["preset"] == "paper"
    assert table["settings"]["shots"] == "kts"


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_nothing_to_measure_is_a_failure(quiet, tmp_path, capsys):
    path = tmp_path / "s2.txt"
    assert run("s2", "--data", tmp_path, "-o", path, *quiet) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("error: s2: tvsum: no file like")
    assert printed.out == ""
    assert not path.exists()


def test_names_as_the_paper_writes_them(folder, capsys):
    assert run("S2", "--data", folder, "--seeds", 1, "-q") == 0
    assert "Table S2" in capsys.readouterr().out


def test_a_figure(folder, tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="needs the extra 'figures'")
    path = tmp_path / "figure.png"
    assert run("fig-s3", "--data", folder, "-o", path, "-q") == 0
    assert capsys.readouterr().out.strip() == str(path)
    assert path.is_file()
    assert run("fig-s3", "--data", folder, "-o", path, "-q", "--overwrite", "--json") == 0
    assert json.loads(capsys.readouterr().out)["figures"] == [str(path)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("s10",), "unknown value 's10'"),
        (("s2", "--format", "markdwn"), "did you mean 'markdown'"),
        (("s2", "--protocol", "papre"), "did you mean 'paper'"),
        (("s2", "--shots", "mine"), "official, kts"),
        (("s2", "--preset", "mine"), "reference"),
        (("s2", "--preset", "best"), "known: reference, paper"),
    ],
)
def test_wrong_usage(arguments, said, folder, capsys):
    assert run(*arguments, "--data", folder) == 2
    assert said in capsys.readouterr().err
