"""What is done is recognized, what is not is made, nothing of the user's is replaced unasked."""

from __future__ import annotations

import json
import os

import pytest

import vidgist.pipeline
from clips import render_clip
from vidgist.batch.guard import LOCK
from vidgist.batch.mark import MARK, Mark, read_mark, write_mark
from vidgist.batch.summaries import Summaries
from vidgist.batch.work import Job
from vidgist.errors import OutputError, SettingError, VideoError
from vidgist.system.fingerprint import content_fingerprint
from vidgist.system.lock import exclusive

JSON = {"make": ("json",), "overwrite": False, "resume": True}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return render_clip(tmp_path_factory.mktemp("s") / "a.mp4", scenes=(2, 2), fps=10).path


@pytest.fixture(scope="module")
def work():
    return Summaries(dict(JSON))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def summaries(**options):
    return Summaries({**JSON, **options})


def test_a_finished_result_is_skipped_also_under_another_name(clip, work, tmp_path):
    job = Job(clip, tmp_path / "out")
    assert not work.is_done(job)
    result = work.run(job)
    assert result["state"] == "done"
    assert names(job.output) == [MARK, "summary.json"]
    before = (job.output / "summary.json").stat().st_mtime_ns
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clip.read_bytes())
    for video in (clip, copy):
        assert work.is_done(Job(video, job.output))
        assert work.run(Job(video, job.output))["state"] == "skipped"
    assert (job.output / "summary.json").stat().st_mtime_ns == before


def test_outputs_that_are_missing_are_made_the_others_stay(clip, work, tmp_path):
    job = Job(clip, tmp_path / "out")
    work.run(job)
    before = (job.output / "summary.json").stat().st_ino
    more = summaries(make=("json", "csv"))
    assert not more.is_done(job)
    more.run(job)
    assert (job.output / "scores.csv").exists()
    assert (job.output / "summary.json").stat().st_ino == before
    assert more.is_done(job)
    (job.output / "summary.json").unlink()
    assert not work.is_done(job)
    work.run(job)
    json.loads((job.output / "summary.json").read_text())
    assert more.is_done(job)


def test_other_settings_or_another_video_need_overwrite(clip, work, tmp_path):
    job = Job(clip, tmp_path / "out")
    work.run(job)
    before = (job.output / "summary.json").read_bytes()
    other = summaries(length="50%")
    assert not other.is_done(job)
    with pytest.raises(OutputError, match=r"length was 15%, now 50%.*--overwrite"):
        other.run(job)
    changed = render_clip(tmp_path / "b.mp4", scenes=(1, 2), fps=10).path
    with pytest.raises(OutputError, match="of another video"):
        work.run(Job(changed, job.output))
    assert (job.output / "summary.json").read_bytes() == before
    summaries(length="50%", overwrite=True).run(job)
    assert (job.output / "summary.json").read_bytes() != before
    assert other.is_done(job)


def test_threads_and_limits_change_nothing_in_a_result(clip, work, tmp_path):
    job = Job(clip, tmp_path / "out")
    work.run(job)
    limits = {"pixels": 1 << 20, "seconds": 60.0, "streams": 4}
    assert summaries(threads=1, device="cpu", limits=limits).is_done(job)


def test_what_a_killed_run_left_is_replaced_what_is_the_users_is_not(clip, work, tmp_path):
    job = Job(clip, tmp_path / "out")
    job.output.mkdir()
    (job.output / "summary.json").write_text("mine")
    with pytest.raises(OutputError, match=r"summary\.json exists already"):
        work.run(job)
    assert (job.output / "summary.json").read_text() == "mine"
    # Of another video or of other settings, what stands under its name is whole, and a result.
    write_mark(job.output, Mark(content="?", settings={}, begun=("json",)))
    with pytest.raises(OutputError, match=r"summary\.json exists already"):
        work.run(job)
    assert (job.output / "summary.json").read_text() == "mine"
    content, settings = content_fingerprint(clip), work._settings
    write_mark(job.output, Mark(content=content, settings=settings, begun=("json",)))
    dead = job.output / ".0123456789ab-3fffffff.partial.mp4"
    dead.write_text("half")
    (job.output / f".0123456789ab-{os.getpid():x}.partial.mp4").write_text("ours, and alive")
    assert work.run(job)["state"] == "done"
    json.loads((job.output / "summary.json").read_text())
    assert not dead.exists()
    assert len(list(job.output.glob(".*partial*"))) == 1


def test_a_result_that_the_user_has_changed_is_not_replaced(clip, work, tmp_path):
    job = Job(clip, tmp_path / "out")
    work.run(job)
    with (job.output / "summary.json").open("a") as file:
        file.write("my notes")
    assert not work.is_done(job)
    with pytest.raises(OutputError, match=r"summary\.json exists already"):
        work.run(job)
    assert (job.output / "summary.json").read_text().endswith("my notes")
    (job.output / "summary.json").unlink()
    assert work.run(job)["state"] == "done"


def test_what_appears_during_the_work_is_not_replaced(clip, tmp_path, monkeypatch):
    job = Job(clip, tmp_path / "out")
    real = vidgist.pipeline.summarize

    def slow(*arguments, **options):
        summary = real(*arguments, **options)
        (job.output / "summary.json").write_text("mine")
        return summary

    monkeypatch.setattr(vidgist.pipeline, "summarize", slow)
    with pytest.raises(OutputError, match=r"summary\.json exists already"):
        summaries(resume=False).run(job)
    assert (job.output / "summary.json").read_text() == "mine"


def test_a_single_file_leaves_no_mark_and_is_never_skipped(clip, tmp_path):
    single = summaries(resume=False)
    job = Job(clip, tmp_path / "out")
    single.run(job)
    assert names(job.output) == ["summary.json"]
    with pytest.raises(OutputError, match="exists already"):
        single.run(job)


def test_two_processes_on_one_folder(clip, work, tmp_path, monkeypatch):
    monkeypatch.setattr("vidgist.batch.guard.PATIENCE", 0.2)
    (tmp_path / "out").mkdir()
    with exclusive(tmp_path / "out" / LOCK) as held:
        assert held
        with pytest.raises(OutputError, match="another vidgist is writing to it"):
            work.run(Job(clip, tmp_path / "out"))


@pytest.mark.parametrize("harm", ["changed", "removed", "replaced"])
def test_a_video_that_changes_while_it_is_read(clip, work, tmp_path, monkeypatch, harm):
    video = tmp_path / "v.mp4"
    video.write_bytes(clip.read_bytes())
    summarize = vidgist.pipeline.summarize

    def meanwhile(path, **options):
        summary = summarize(path, **options)
        if harm == "changed":
            with video.open("ab") as file:
                file.write(b"more")
        else:
            video.unlink()
        if harm == "replaced":
            video.write_bytes(clip.read_bytes())
        return summary

    monkeypatch.setattr(vidgist.pipeline, "summarize", meanwhile)
    with pytest.raises(VideoError, match="while it was read; run again"):
        work.run(Job(video, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_opened_leaves_nothing(work, tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    for name in ("missing.mp4", "pipe.mp4"):
        with pytest.raises(VideoError):
            work.run(Job(tmp_path / name, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_marks_that_are_damaged_or_hostile_are_no_marks(tmp_path):
    mark = Mark(content="c", settings={"a": [1]}, done={"json": 5}, begun=("mp4",))
    write_mark(tmp_path, mark)
    assert read_mark(tmp_path) == mark
    for text in ("", "[]", "{}", "[" * 100_000, '{"content": 1, "settings": 2}', " " * (2 << 20)):
        (tmp_path / MARK).write_text(text)
        assert read_mark(tmp_path) is None


def test_wrong_settings_are_told_before_any_work():
    for wrong in ({"length": "abc"}, {"fps": 5000.0}, {"settings": "none"}, {"backbone": "none"}):
        with pytest.raises(SettingError):
            summaries(**wrong)
