from __future__ import annotations

import json
from pathlib import Path

import pytest

from vidgist.batch.run import run_batch, threads_each
from vidgist.batch.work import Job, Setup
from vidgist.errors import OutputError, SettingError
from vidgist.system.lock import exclusive
from vidgist.system.processors import usable_cores

HERE = Path(__file__).parent
SETUP = Setup("works:Odd", {})


@pytest.fixture(autouse=True)
def works(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def jobs(*names):
    return [Job(Path(name), Path("out", name)) for name in names]


def test_every_outcome_has_its_line_and_the_order_is_that_of_the_jobs(tmp_path):
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


def test_two_batches_on_one_folder_are_one_too_many(tmp_path):
    with exclusive(tmp_path / ".batch.jsonl.lock") as held:
        assert held
        with pytest.raises(OutputError, match="another vidgist is writing to it"):
            run_batch(SETUP, jobs("a"), journal=tmp_path / "batch.jsonl")


def test_processors_are_shared_out():
    assert threads_each(1, None) == usable_cores()
    assert threads_each(1000, None) == 1
    assert threads_each(4, 3) == 3


@pytest.mark.parametrize(
    ("workers", "threads", "each"),
    [(1, None, None), (1, 1, 1), (2, None, max(1, usable_cores() // 2)), (2, 3, 3)],
)
def test_one_worker_decides_itself_what_keeps_the_machine_busy(tmp_path, workers, threads, each):
    setup = Setup(SETUP.work, SETUP.options, threads=threads)
    (outcome,) = run_batch(setup, jobs("a"), journal=tmp_path / "b.jsonl", workers=workers)
    assert outcome.result["threads"] == each


def test_unknown_engines_are_refused(tmp_path):
    with pytest.raises(SettingError, match="processes or ray"):
        run_batch(SETUP, jobs("a"), journal=tmp_path / "b.jsonl", engine="spark")
