from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vidgist.system.cache import cache_folder, cached


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("VIDGIST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Maker:
    def __init__(self, content: bytes = b"content") -> None:
        self.content, self.calls = content, 0

    def __call__(self) -> bytes:
        self.calls += 1
        return self.content


def test_what_is_kept_is_made_once(folder):
    make = Maker()
    assert [cached("key", suffix=".bin", make=make) for _ in range(3)] == [b"content"] * 3
    assert make.calls == 1
    assert [p.suffix for p in folder.iterdir()] == [".bin"]
    assert cached("other", suffix=".bin", make=Maker(b"x")) == b"x"


@pytest.mark.parametrize("damage", [b"", b"conten", b"content ", b"kontent"])
def test_a_damaged_file_is_made_anew(folder, damage):
    make = Maker()
    cached("key", suffix=".bin", make=make)
    (kept,) = folder.iterdir()
    kept.write_bytes(damage)
    assert cached("key", suffix=".bin", make=make) == b"content"
    assert make.calls == 2
    assert [p.read_bytes() for p in folder.iterdir()] == [b"content"]


def test_a_foreign_file_is_not_taken(folder):
    folder.mkdir()
    (folder / f"key-{'0' * 32}.bin").write_bytes(b"foreign")
    (folder / f"key-{'1' * 32}.bin").mkdir()
    assert cached("key", suffix=".bin", make=Maker()) == b"content"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("VIDGIST_CACHE", str(tmp_path / "file" / "cache"))
    make = Maker()
    assert [cached("key", suffix=".bin", make=make) for _ in range(2)] == [b"content"] * 2
    assert make.calls == 2


def test_errors_of_the_maker_are_not_hidden(folder):
    def fail() -> bytes:
        raise OSError("damaged")

    with pytest.raises(OSError, match="damaged"):
        cached("key", suffix=".bin", make=fail)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/xdg", "HOME": "/home/a"}, "/xdg/vidgist"),
        ("linux", {"XDG_CACHE_HOME": "relative", "HOME": "/home/a"}, "/home/a/.cache/vidgist"),
        ("darwin", {"HOME": "/home/a"}, "/home/a/Library/Caches/vidgist"),
        ("win32", {"LOCALAPPDATA": "/local", "HOME": "/home/a"}, "/local/vidgist/Cache"),
        ("linux", {"VIDGIST_CACHE": "/mine", "XDG_CACHE_HOME": "/xdg"}, "/mine"),
    ],
)
def test_the_folder_is_the_one_of_the_system(monkeypatch, platform, variables, expected):
    for name in ("VIDGIST_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == Path(expected)
