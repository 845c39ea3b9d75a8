"""What is done is recognized, what is not is made, nothing of the user's is replaced unasked."""

from __future__ import annotations

import json
import os

import pytest

import vidgist.pipeline
from clips import render_clip
from vidgist.batch.folders import MARKER, ResultMarker
from vidgist.batch.guard import LOCK
from vidgist.batch.jobs import BatchJob
from vidgist.batch.summaries import Summaries
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


def test_finished_result_is_skipped(clip, work, tmp_path):
    job = BatchJob(clip, tmp_path / "out")
    assert not work.is_done(job)
    result = work.run(job)
    assert result["state"] == "done"
    assert names(job.output) == [MARKER, "summary.json"]
    before = (job.output / "summary.json").stat().st_mtime_ns
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clip.read_bytes())
    for video in (clip, copy):
        assert work.is_done(BatchJob(video, job.output))
        assert work.run(BatchJob(video, job.output))["state"] == "skipped"
    assert (job.output / "summary.json").stat().st_mtime_ns == before


def test_missing_outputs_are_made(clip, work, tmp_path):
    job = BatchJob(clip, tmp_path / "out")
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


def test_other_results_need_overwrite(clip, work, tmp_path):
    job = BatchJob(clip, tmp_path / "out")
    work.run(job)
    before = (job.output / "summary.json").read_bytes()
    other = summaries(length="50%")
    assert not other.is_done(job)
    with pytest.raises(OutputError, match=r"length was auto, now 50%.*overwrite=True"):
        other.run(job)
    changed = render_clip(tmp_path / "b.mp4", scenes=(1, 2), fps=10).path
    with pytest.raises(OutputError, match="of another video"):
        work.run(BatchJob(changed, job.output))
    assert (job.output / "summary.json").read_bytes() == before
    summaries(length="50%", overwrite=True).run(job)
    assert (job.output / "summary.json").read_bytes() != before
    assert other.is_done(job)


def test_threads_and_limits_keep_a_result(clip, work, tmp_path):
    job = BatchJob(clip, tmp_path / "out")
    work.run(job)
    limits = {"max_pixels": 1 << 20, "max_hours": 1.0, "max_streams": 4}
    assert summaries(threads=1, device="cpu", limits=limits).is_done(job)


def test_leftovers_of_a_killed_run(clip, work, tmp_path):
    job = BatchJob(clip, tmp_path / "out")
    job.output.mkdir()
    (job.output / "summary.json").write_text("mine")
    with pytest.raises(OutputError, match=r"summary\.json exists already"):
        work.run(job)
    assert (job.output / "summary.json").read_text() == "mine"
    # Of another video or of other settings, what stands under its name is whole, and a result.
    ResultMarker(content="?", settings={}, begun=("json",)).write(job.output)
    with pytest.raises(OutputError, match=r"summary\.json exists already"):
        work.run(job)
    assert (job.output / "summary.json").read_text() == "mine"
    content, settings = content_fingerprint(clip), work._settings
    ResultMarker(content=content, settings=settings, begun=("json",)).write(job.output)
    dead = job.output / ".0123456789ab-3fffffff.partial.mp4"
    dead.write_text("half")
    (job.output / f".0123456789ab-{os.getpid():x}.partial.mp4").write_text("ours, and alive")
    assert work.run(job)["state"] == "done"
    json.loads((job.output / "summary.json").read_text())
    assert not dead.exists()
    assert len(list(job.output.glob(".*partial*"))) == 1


def test_changed_result_is_kept(clip, work, tmp_path):
    job = BatchJob(clip, tmp_path / "out")
    work.run(job)
    with (job.output / "summary.json").open("a") as file:
        file.write("my notes")
    assert not work.is_done(job)
    with pytest.raises(OutputError, match=r"summary\.json exists already"):
        work.run(job)
    assert (job.output / "summary.json").read_text().endswith("my notes")
    (job.output / "summary.json").unlink()
    assert work.run(job)["state"] == "done"


def test_file_that_appears_meanwhile(clip, tmp_path, monkeypatch):
    job = BatchJob(clip, tmp_path / "out")
    real = vidgist.pipeline.summarize

    def slow(*arguments, **options):
        summary = real(*arguments, **options)
        (job.output / "summary.json").write_text("mine")
        return summary

    monkeypatch.setattr("vidgist.batch.summaries.summarize", slow)
    with pytest.raises(OutputError, match=r"summary\.json exists already"):
        summaries(resume=False).run(job)
    assert (job.output / "summary.json").read_text() == "mine"


def test_single_file_leaves_no_marker(clip, tmp_path):
    single = summaries(resume=False)
    job = BatchJob(clip, tmp_path / "out")
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
            work.run(BatchJob(clip, tmp_path / "out"))


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

    monkeypatch.setattr("vidgist.batch.summaries.summarize", meanwhile)
    with pytest.raises(VideoError, match="while it was read; run again"):
        work.run(BatchJob(video, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_opened_leaves_nothing(work, tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    for name in ("missing.mp4", "pipe.mp4"):
        with pytest.raises(VideoError):
            work.run(BatchJob(tmp_path / name, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_damaged_markers(tmp_path):
    marker = ResultMarker(content="c", settings={"a": [1]}, done={"json": 5}, begun=("mp4",))
    marker.write(tmp_path)
    assert ResultMarker.read(tmp_path) == marker
    for text in ("", "[]", "{}", "[" * 100_000, '{"content": 1, "settings": 2}', " " * (2 << 20)):
        (tmp_path / MARKER).write_text(text)
        assert ResultMarker.read(tmp_path) is None


def test_wrong_settings():
    for wrong in ({"length": "abc"}, {"fps": 5000.0}, {"settings": "none"}, {"backbone": "none"}):
        with pytest.raises(SettingError):
            summaries(**wrong)
