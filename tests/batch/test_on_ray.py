"""On a local cluster of two workers; skipped where Ray is not installed."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from vidgist.batch.jobs import BatchJob, Setup
from vidgist.batch.run import run_batch
from vidgist.errors import MissingExtraError, SettingError

HERE = Path(__file__).parent


def batch(names, tmp_path, **options):
    jobs = [BatchJob(Path(name), tmp_path / f"{n}.out") for n, name in enumerate(names)]
    setup = Setup("works:Odd", {}, threads=1)
    return run_batch(
        setup, jobs, journal=tmp_path / "batch.jsonl", workers=2, engine="ray", **options
    )


def test_without_ray_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"vidgist\[ray\]"):
        batch(["a"], tmp_path)


def test_cluster_that_does_not_start(tmp_path, monkeypatch):
    def init(**options):
        raise Exception("The current node timed out during startup.\nMore of it.")

    broken = SimpleNamespace(is_initialized=lambda: False, init=init)
    monkeypatch.setitem(__import__("sys").modules, "ray", broken)
    with pytest.raises(SettingError, match=r"engine: no Ray cluster .*timed out") as caught:
        batch(["a"], tmp_path)
    assert "\n" not in str(caught.value)


def test_two_workers_of_which_some_are_killed(tmp_path, monkeypatch):
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'vidgist[ray]'")
    monkeypatch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)
    names = ["meet-a", "meet-b", "bad", "once", "kill", "c", "d"]
    outcomes = batch(names, tmp_path)
    assert [o.job.video.name for o in outcomes] == names
    states = [o.state for o in outcomes]
    assert states == ["done", "done", "failed", "done", "failed", "done", "done"]
    assert outcomes[2].error.endswith("bad: not a video")
    assert "2 workers died over it" in outcomes[4].error
    processes = {o.details["process"] for o in outcomes if o.state == "done"}
    assert len(processes) >= 2


def test_no_cluster_at_an_address_is_one_line(tmp_path):
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'vidgist[ray]'")
    with pytest.raises(SettingError, match="address: no Ray cluster"):
        batch(["a"], tmp_path, address="127.0.0.1:1")
