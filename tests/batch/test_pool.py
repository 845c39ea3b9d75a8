from __future__ import annotations

import errno
import os
import queue
import subprocess
import threading
import time
from pathlib import Path

import pytest

from vidgist.batch.jobs import BatchJob, Setup
from vidgist.batch.pool import run_in_processes

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def works(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)


def run(names, tmp_path, *, workers=2, progress=lambda *_: None, **options):
    jobs = [BatchJob(Path(name), tmp_path / f"{n}.out") for n, name in enumerate(names)]
    setup = Setup("works:Odd", options, threads=1)
    return {
        o.job.video.name: o
        for o in run_in_processes(setup, jobs, workers=workers, progress=progress)
    }


def test_dead_worker_fails_one_video(tmp_path):
    names = ["a", "kill", "segv", "exit", "bad", "odd", "print", "b", "\udcff \n'\"", "c"]
    told = []
    found = run(names, tmp_path, progress=lambda job, *rest: told.append((job.video.name, *rest)))
    states = {name: outcome.state for name, outcome in found.items()}
    good = {"a", "print", "b", "\udcff \n'\"", "c"}
    assert states == {name: "done" if name in good else "failed" for name in names}
    assert "was killed" in found["kill"].error
    assert "SIGSEGV" in found["segv"].error
    assert "ended with code 3" in found["exit"].error
    assert found["bad"].error == "bad: not a video"
    assert "RuntimeError" in found["odd"].error
    assert all(outcome.error.startswith(name) for name, outcome in found.items() if outcome.error)
    assert ("kill", "reading", 1.0, 2.0) in told


def test_models_are_loaded_once(tmp_path):
    found = run("abcdef", tmp_path, workers=2)
    made = {}
    for outcome in found.values():
        made.setdefault(outcome.details["process"], []).append(outcome.details["made"])
    assert len(made) <= 2
    assert os.getpid() not in made
    assert all(sorted(counts) == list(range(1, len(counts) + 1)) for counts in made.values())


def test_wrong_setup(tmp_path):
    found = run("ab", tmp_path, workers=1, refuse=True)
    assert [o.error for o in found.values()] == [f"{n}: model.onnx: is damaged" for n in "ab"]


def test_no_worker_starts(tmp_path, monkeypatch):
    def refused(*args, **kwargs):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", refused)
        found = within_seconds(lambda: run("abc", tmp_path))
    why = "a worker cannot be started (Too many open files); run fewer jobs at a time"
    assert {name: o.error for name, o in found.items()} == {n: f"{n}: {why}" for n in "abc"}


def test_one_worker_does_not_start(tmp_path, monkeypatch):
    start, starts = subprocess.Popen, []

    def second_refused(*args, **kwargs):
        starts.append(1)
        if len(starts) == 2:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return start(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", second_refused)
        found = within_seconds(lambda: run("abcd", tmp_path))
    assert len(starts) == 2
    assert {name: o.state for name, o in found.items()} == dict.fromkeys("abcd", "done")


def test_error_beside_a_worker(tmp_path):
    def progress(job, *rest):
        if job.video.name == "b":
            raise RuntimeError("no screen")

    found = within_seconds(lambda: run("abc", tmp_path, workers=1, progress=progress))
    assert {name: o.state for name, o in found.items()} == {"a": "done", "b": "failed", "c": "done"}
    assert found["b"].error.startswith("b: RuntimeError: no screen")


def within_seconds(work):
    """Return what the work returns; fail where it hangs."""
    answers = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(work()), daemon=True).start()
    return answers.get(timeout=60)


def test_closing_stops_the_workers(tmp_path):
    jobs = [BatchJob(Path("a"), tmp_path / "a"), BatchJob(Path("slow"), tmp_path / "slow")]
    running = run_in_processes(
        Setup("works:Odd", {}, threads=1), jobs, workers=2, progress=lambda *_: None
    )
    assert next(running).job.video.name == "a"
    time.sleep(0.2)
    running.close()
    # Where it had not begun there was nothing to clean up.
    assert not (tmp_path / "slow").exists() or (tmp_path / "slow").read_text() == "cleaned up"
