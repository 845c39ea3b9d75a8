from __future__ import annotations

import json
import os

import pytest

from vidgist.batch.journal import open_journal
from vidgist.errors import OutputError


def test_lines_are_appended(tmp_path):
    path = tmp_path / "new" / "batch.jsonl"
    for number in range(3):
        with open_journal(path) as add:
            add({"number": number, "name": "\udcff\n"})
    lines = path.read_bytes().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [0, 1, 2]
    assert json.loads(lines[0])["name"] == "\udcff\n"


def test_incomplete_line_of_a_killed_run(tmp_path):
    path = tmp_path / "batch.jsonl"
    path.write_text('{"a": 1}\n{"b')
    with open_journal(path) as add:
        add({"c": 3})
    lines = path.read_text().splitlines()
    assert json.loads(lines[0]) == {"a": 1}
    assert json.loads(lines[-1]) == {"c": 3}


def test_a_full_disk_leaves_whole_lines(tmp_path, monkeypatch):
    path = tmp_path / "batch.jsonl"
    write = os.write
    with open_journal(path) as add:
        add({"a": 1})
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:3]))
        with pytest.raises(OutputError, match="No space left"):
            add({"b": 2})
        monkeypatch.undo()
        add({"c": 3})
    assert [json.loads(line) for line in path.read_text().splitlines()] == [{"a": 1}, {"c": 3}]


def test_unwritable_journal(tmp_path):
    (tmp_path / "file").touch()
    journal = open_journal(tmp_path / "file" / "batch.jsonl")
    with pytest.raises(OutputError, match="cannot be written"), journal:
        pass
