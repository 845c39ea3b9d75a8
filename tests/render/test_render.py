from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clips import render_clip
from summaries import summary_of
from vidgist.errors import OutputError, SettingError
from vidgist.render import OUTPUTS, check_outputs, default_outputs, render
from vidgist.video import seek


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    path = tmp_path_factory.mktemp("render") / "talk.mp4"
    clip = render_clip(path, scenes=(0.6, 0.6, 0.6), ticks=(0.7,))
    return summary_of(clip.path, cuts=clip.cuts, selected=(1, 2))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def snapshot(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_writes_what_is_asked_for_and_nothing_else(summary, tmp_path):
    make = ["json", "keyframes", "csv", "storyboard", "mp4"]
    paths = render(summary, tmp_path / "deep" / "out", make=make)
    assert sorted(paths) == sorted((tmp_path / "deep" / "out").iterdir())
    assert names(tmp_path / "deep" / "out") == [
        "keyframes",
        "scores.csv",
        "storyboard.jpg",
        "summary.json",
        "summary.mp4",
    ]
    assert all(path.stat().st_size > 0 for path in paths)


def test_save_makes_the_default_outputs(summary, tmp_path, monkeypatch):
    made = []
    for name, output in OUTPUTS.items():
        replace_writer(monkeypatch, name, writing(made, name, output.is_folder))
    summary.save(tmp_path)
    assert sorted(made) == sorted(default_outputs())
    assert made[-1] == "json"  # where it is, the others are


def replace_writer(monkeypatch, name, write):
    changed = dataclasses.replace(OUTPUTS[name], write=write)
    monkeypatch.setattr(OUTPUTS, "_own_records", {**OUTPUTS._own_records, name: changed})
    monkeypatch.setattr(OUTPUTS, "_records", {**OUTPUTS._records, name: changed})


def writing(made, name, is_folder):
    def write(material, path):
        made.append(name)
        assert material.summary.video.path.name == "talk.mp4"
        if not is_folder:
            path.write_text(name)

    return write


def test_default_outputs_are_in_the_table():
    assert set(default_outputs()) <= set(OUTPUTS)
    targets = [output.target for output in OUTPUTS.values()]
    assert len(set(targets)) == len(targets)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (["storybord"], r"make: unknown value 'storybord', known: .*did you mean 'storyboard'"),
        ([], "make: expected at least one of"),
        (["json", "../json"], "unknown value"),
    ],
)
def test_unknown_names_are_refused_before_any_work(summary, tmp_path, make, message):
    with pytest.raises(SettingError, match=message):
        render(summary, tmp_path / "out", make=make)
    assert not (tmp_path / "out").exists()


def test_one_name_may_be_given_as_text(summary, tmp_path):
    assert [p.name for p in render(summary, tmp_path, make="json")] == ["summary.json"]


def test_existing_results_are_refused_before_any_work(summary, tmp_path):
    (tmp_path / "summary.json").write_text("mine")
    (tmp_path / "keyframes").mkdir()
    with pytest.raises(OutputError) as error:
        render(summary, tmp_path, make=["csv", "json", "keyframes"])
    assert "keyframes, summary.json exist already; pass overwrite=True" in str(error.value)
    assert "\n" not in str(error.value)
    assert names(tmp_path) == ["keyframes", "summary.json"]
    assert (tmp_path / "summary.json").read_text() == "mine"
    assert check_outputs(tmp_path, make=["csv"]) == ["csv"]


def test_a_dangling_link_counts_as_existing(summary, tmp_path):
    (tmp_path / "summary.json").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match=r"summary\.json exists already"):
        check_outputs(tmp_path, make=["json"])


def test_overwrite_replaces_whole_results(summary, tmp_path):
    (tmp_path / "keyframes").mkdir()
    (tmp_path / "keyframes" / "0099_old.jpg").write_text("old")
    (tmp_path / "summary.json").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    render(summary, tmp_path, make=["json", "keyframes"], overwrite=True)
    assert names(tmp_path) == ["keyframes", "mine.txt", "summary.json"]
    assert [n[:4] for n in names(tmp_path / "keyframes")] == ["0001", "0002"]
    assert (tmp_path / "summary.json").read_text() != "old"


@pytest.mark.parametrize("name", list(default_outputs()))
def test_a_writer_that_fails_midway_leaves_nothing_of_its_own(summary, tmp_path, monkeypatch, name):
    folder = tmp_path / "out"
    render(summary, folder, make=[name])
    before = snapshot(folder)
    honest = OUTPUTS[name]

    def failing(material, path):
        honest.write(material, path)
        raise ZeroDivisionError

    replace_writer(monkeypatch, name, failing)
    with pytest.raises(ZeroDivisionError):
        render(summary, folder, make=[name], overwrite=True)
    assert snapshot(folder) == before
    with pytest.raises(ZeroDivisionError):
        render(summary, tmp_path / "fresh", make=[name])
    assert names(tmp_path / "fresh") == []


@pytest.mark.parametrize("where", ["encode", "close"])
def test_an_encoder_that_fails_leaves_nothing(summary, tmp_path, monkeypatch, where):
    from vidgist.video.encode import ClipEncoder

    name = "_mux_pictures" if where == "encode" else "__exit__"
    honest = getattr(ClipEncoder, name)

    def full(self, *args):
        honest(self, *args)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ClipEncoder, name, full)
    with pytest.raises(OutputError, match=r"No space left on device.*free some space"):
        render(summary, tmp_path, make=["mp4"])
    assert names(tmp_path) == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("name", ["mp4", "keyframes"])
def test_a_killed_process_leaves_no_final_name(summary, tmp_path, name):
    program = (
        "import os, signal, sys\n"
        "sys.path[:0] = sys.argv[3:]\n"
        "from pathlib import Path\n"
        "from summaries import summary_of\n"
        "from vidgist.render import render\n"
        "def killer(stage, done, total):\n"
        "    if done > 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "summary = summary_of(Path(sys.argv[1]), cuts=(0.6,), selected=(0, 1))\n"
        f"render(summary, sys.argv[2], make=['{name}'], progress=killer)\n"
    )
    out = tmp_path / "out"
    tests = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", program, str(summary.video.path), str(out), tests]
    code = subprocess.run(command, check=False, timeout=120).returncode
    assert code == -signal.SIGKILL
    assert all(".partial" in n for n in names(out))
    render(summary, out, make=[name])  # and the next run completes
    assert OUTPUTS[name].target in names(out)


def test_a_folder_that_cannot_be_written(summary, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file.*cannot be written"):
        render(summary, tmp_path / "file", make=["json"])


@pytest.mark.skipif(os.name != "posix", reason="names of any bytes")
def test_names_of_any_bytes(summary, tmp_path):
    name = os.fsdecode(b"caf\xe9 <b>\n'\" -gist")
    paths = render(summary, tmp_path / name)
    assert {p.name for p in paths} == {OUTPUTS[n].target for n in default_outputs()}


def test_progress_tells_each_output(summary, tmp_path):
    told = []
    render(summary, tmp_path, progress=lambda *what: told.append(what))
    stages = [stage for stage, _, _ in told]
    for name in default_outputs():
        assert f"writing {OUTPUTS[name].target}" in stages
    done = [d for stage, d, _ in told if stage == "writing summary.mp4"]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(summary.duration)


def test_keyframes_are_decoded_once_for_all_outputs(summary, tmp_path, monkeypatch):
    asked = []
    honest = seek.frames_at

    def counting(path, times, *, timeline):
        asked.append(len(times))
        return honest(path, times, timeline=timeline)

    monkeypatch.setattr(seek, "frames_at", counting)
    render(summary, tmp_path, make=["storyboard", "keyframes"])
    assert asked == [2]
