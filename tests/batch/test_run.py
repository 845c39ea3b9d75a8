from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from vidgist.batch.jobs import BatchJob, Setup
from vidgist.batch.run import run_batch
from vidgist.errors import OutputError, SettingError
from vidgist.system.lock import exclusive
from vidgist.system.processors import usable_cores

HERE = Path(__file__).parent
SETUP = Setup("works:Odd", {})


@pytest.fixture(autouse=True)
def works(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)


def jobs(*names):
    return [BatchJob(Path(name), Path("out", name)) for name in names]


def test_results_and_journal(tmp_path):
    journal = tmp_path / "new" / "batch.jsonl"
    shown = []
    outcomes = run_batch(
        SETUP,
        jobs("a", "bad", "b"),
        journal=journal,
        workers=2,
        is_done=lambda job: job.video.name == "b",
        progress=lambda stage, done, total: shown.append((stage, done, total)),
    )
    assert [(o.job.video.name, o.state) for o in outcomes] == [
        ("a", "done"),
        ("bad", "failed"),
        ("b", "skipped"),
    ]
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert {line["video"]: line["state"] for line in lines} == {
        "a": "done",
        "bad": "failed",
        "b": "skipped",
    }
    assert [line["error"] for line in lines if line["video"] == "bad"] == ["bad: not a video"]
    assert shown[-1] == ("videos", 3, 3)
    assert all(0 <= done <= 3 for _, done, _ in shown)
    assert [p.name for p in journal.parent.iterdir()] == ["batch.jsonl"]


def test_second_batch_is_refused(tmp_path):
    with exclusive(tmp_path / ".batch.jsonl.lock") as held:
        assert held
        with pytest.raises(OutputError, match="another vidgist is writing to it"):
            run_batch(SETUP, jobs("a"), journal=tmp_path / "batch.jsonl")


@pytest.mark.parametrize(
    ("workers", "threads", "each"),
    [(1, None, None), (1, 1, 1), (2, None, max(1, usable_cores() // 2)), (99, None, 1), (2, 3, 3)],
)
def test_workers_share_processors(tmp_path, workers, threads, each):
    setup = Setup(SETUP.task, SETUP.options, threads=threads)
    (outcome,) = run_batch(setup, jobs("a"), journal=tmp_path / "b.jsonl", workers=workers)
    assert outcome.details["threads"] == each


def test_unknown_engines_are_refused(tmp_path):
    with pytest.raises(SettingError, match="engine: unknown value 'spark'"):
        run_batch(SETUP, jobs("a"), journal=tmp_path / "b.jsonl", engine="spark")
    with pytest.raises(SettingError, match="workers: expected at least 1, got 0"):
        run_batch(SETUP, jobs("a"), journal=tmp_path / "b.jsonl", workers=0)
