"""Disks that are full, folders that are not ours, names that are hostile: a line each, no loss."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clips import render_clip
from vidgist.cli import main

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs mounts, pipes and bytes as names")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("places")
    return render_clip(folder / "a.mp4", scenes=(2, 2), size=(192, 256), ticks=(1,)).path


@pytest.fixture(autouse=True)
def in_tmp(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", disk], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no file system can be mounted here (needs root)")
    yield disk
    subprocess.run(["umount", disk], check=True)


def errors_of(capsys):
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith("error: ") for line in lines)
    return lines


def test_full_disk(clip, small_disk, capsys):
    assert main(["summarize", str(clip), "-o", str(small_disk / "gist"), "-q"]) == 1
    (line,) = errors_of(capsys)
    assert "No space left" in line
    assert "free some space" in line
    assert not list(small_disk.rglob("*.partial*"))
    assert not (small_disk / "gist" / "summary.json").exists()
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    assert main(["summarize", str(clip), "-o", str(small_disk / "gist"), "-q"]) == 0
    assert json.loads((small_disk / "gist" / "summary.json").read_text())["schema"] == 2


def test_a_full_disk_in_a_batch(clip, small_disk, capsys):
    (small_disk / "fill").write_bytes(b"x" * 90_000)
    arguments = ["summarize", str(clip), "--jobs", "1", "-o", str(small_disk / "o"), "-q"]
    assert main(arguments) == 1
    assert "No space left" in errors_of(capsys)[0]
    assert not (small_disk / "o" / "a-gist" / "summary.mp4").exists()
    (small_disk / "fill").unlink()
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    assert main(arguments) == 0


def test_a_full_disk_for_features(clip, small_disk, capsys):
    (small_disk / "fill").write_bytes(b"x" * 90_000)
    assert main(["features", str(clip), "-o", str(small_disk / "data.h5"), "-q"]) == 1
    assert "No space left" in errors_of(capsys)[0]
    assert not (small_disk / "data.h5").exists()


def test_a_folder_that_may_not_be_written(clip, tmp_path):
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv, to become somebody without rights")
    home = tmp_path / "theirs"
    home.mkdir(mode=0o755)
    for folder in (clip.parent, *clip.parents, tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o005:
            folder.chmod(0o755)
    code = "import sys; from vidgist.cli import main; sys.exit(main())"
    somebody = ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all"]
    asked = ["summarize", str(clip), "-o", str(home / "x"), "-q", "--make", "json"]
    run = subprocess.run(
        [*somebody, sys.executable, "-c", code, *asked],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    if "ModuleNotFoundError" in run.stderr or "Permission denied: '/root" in run.stderr:
        pytest.skip("the interpreter's own folders are not for everybody here")
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "cannot be written (Permission denied)" in run.stderr
    assert not list(home.iterdir())


NAMES = [
    b"with space.mp4",
    b"quo'te\".mp4",
    b"-o.mp4",
    b"--help.mp4",
    b"new\nline.mp4",
    b"\xff\xfe.mp4",
    b"%s {0} $(id) `id`.mp4",
    b"a" * 251 + b".mp4",
    "ü".encode() * 125 + b".mkv",
    b"..mp4",
    b"<img src=x onerror=alert(1)>.mp4",
    b"con:aux\\nul.mp4",
    b"same.mp4",
    b"same.mkv",
    b"concat:a|b.mp4",
]


def test_hostile_names(clip, tmp_path, capsys):
    library = tmp_path / "lib"
    library.mkdir()
    for name in NAMES:  # links: one content under all these names
        os.link(clip, os.fsencode(library) + b"/" + name)
    paths = [str(library), "--", str(library / os.fsdecode(NAMES[2]))]
    options = ["--make", "json", "-q", "--jobs", "1", "-o", str(tmp_path / "out"), "--json"]
    shown = {name for name in NAMES if not name.startswith(b".")}  # the other is hidden
    seen = len(shown)
    assert main(["summarize", *options, *paths]) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["done"]) == seen
    folders = {p.parent for p in (tmp_path / "out").rglob("summary.json")}
    assert len(folders) == seen
    assert {folder.parent for folder in folders} == {tmp_path / "out"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lib", "out"]
    lines = (tmp_path / "out" / "batch.jsonl").read_text().splitlines()
    assert {os.fsencode(Path(json.loads(line)["video"]).name) for line in lines} == shown
    assert main(["summarize", *options, *paths]) == 0
    assert len(json.loads(capsys.readouterr().out)["skipped"]) == seen


def test_an_odd_name_gives_every_output(clip, tmp_path, capsys):
    for number, name in enumerate((b"\xff'\n<b>.mp4", b"-" + b"a" * 250 + b".mp4")):
        os.link(clip, os.fsencode(tmp_path) + b"/" + name)
        out = tmp_path / f"out{number}"
        make = "mp4,keyframes,storyboard,report,json,csv,edl,vtt,cover"
        video = os.path.join(".", os.fsdecode(name))  # noqa: PTH118 (as a shell would give it)
        assert main(["summarize", video, "-o", str(out), "-q", "--make", make]) == 0
        assert len(list(out.iterdir())) == 9
    assert capsys.readouterr().err == ""


def test_a_clock_that_moves_changes_nothing(clip, tmp_path, monkeypatch):
    import time

    # Times of day run backwards, by an hour a look.
    day = iter(range(10**9, 0, -3600))
    monkeypatch.setattr(time, "time", lambda: float(next(day)))
    old = tmp_path / "old.mp4"
    shutil.copyfile(clip, old)
    os.utime(old, (4e9, 4e9))  # from the future
    assert main(["summarize", str(old), "-o", "out", "-q", "--make", "json,mp4"]) == 0
    assert sorted(p.name for p in Path("out").iterdir()) == ["summary.json", "summary.mp4"]
