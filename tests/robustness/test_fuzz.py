"""A short run of the fuzzing harness; benchmarks/fuzz.py runs it at length."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).resolve().parents[2] / "benchmarks" / "fuzz.py"
SEED = os.environ.get("VIDGIST_SEED", "0")


@pytest.mark.skipif(sys.platform == "win32", reason="limits memory as POSIX systems do")
def test_damaged_files_crash_nothing():
    run = subprocess.run(
        [sys.executable, str(HARNESS), "--cases", "30", "--seed", SEED, "--minutes", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith(f"seed {SEED}")
    rows = [line.split() for line in run.stdout.splitlines()[2:]]
    assert [row[0] for row in rows] == [
        "mp4",
        "mkv",
        "webm",
        "hdf5",
        "safetensors",
        "json",
        "text",
        "npz",
    ]
    # Changes that all are refused at once, or none at all, would test little.
    assert all(
        int(cases) < 20 or (int(read) and int(refused)) for _, cases, read, refused, *_ in rows[:4]
    )


def test_a_case_can_be_made_again(tmp_path):
    for name in ("a", "b"):
        subprocess.run(
            [sys.executable, str(HARNESS), "--case", "0:hdf5:7", "--keep", tmp_path / name],
            check=True,
            capture_output=True,
        )
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
