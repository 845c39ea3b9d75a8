"""Runs that are killed at random moments: nothing half-written under a final name, ever.

A few moments here; ``VIDGIST_KILLS=50 pytest tests/robustness/test_kills.py`` for more, and
``VIDGIST_SEED`` for others.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clips import render_clip

KILLS = int(os.environ.get("VIDGIST_KILLS", "3"))
SEED = int(os.environ.get("VIDGIST_SEED", "0"))
SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGKILL", "SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills by signals")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    for number in range(3):
        looks = (number, number + 5, number + 9)
        render_clip(folder / f"clip {number}.mp4", scenes=(2, 2, 2), looks=looks, ticks=(1, 3))
    return folder


def start(*arguments):
    code = "import sys; from vidgist.cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(*arguments):
    process = start(*arguments)
    _, errors = process.communicate(timeout=300)
    return process.returncode, errors


def contents(folder):
    """Every file under a final name; what is hidden is not final."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            found[str(relative)] = path.read_bytes()
    return found


def killed_again_and_again(arguments, output, journal=None):
    """Run and kill on one folder, again and again; compare with an unbroken run."""
    rng = random.Random(SEED)
    begun = time.monotonic()
    code, errors = finish(*arguments, "-o", output / "whole")
    assert code == 0, errors
    seconds = time.monotonic() - begun
    whole = contents(output / "whole")
    folder = output / "killed"
    moments = []
    for kill in range(KILLS):
        process = start(*arguments, "-o", folder)
        moment = rng.uniform(0.15, 1.0) * seconds
        name = SIGNALS[kill % len(SIGNALS)]
        moments.append((round(moment, 2), name.name))
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            # Ctrl-C reaches all processes of a terminal, kill only the one that is named.
            (os.killpg if name == signal.SIGINT else os.kill)(process.pid, name)
        _, errors = process.communicate(timeout=60)
        # Before the interpreter has begun with us, a signal ends it in its own way.
        assert process.returncode in (0, 130, -name), (moments, errors)
        assert process.returncode < 0 or "Traceback" not in errors, (moments, errors)
        for path, data in contents(folder).items() if folder.exists() else ():
            if path == journal:
                assert all(json.loads(line) for line in data.splitlines()), moments
            else:
                assert data == whole[path], (SEED, moments, path)
        finished = folder.exists() and contents(folder).keys() == whole.keys()
        if journal is None and finished and not (folder / ".vidgist.json").exists():
            folder = output / f"killed {kill}"  # a whole result is never replaced unasked
    code, errors = finish(*arguments, "-o", folder)
    assert code == 0, (SEED, moments, errors)
    after = contents(folder)
    assert after.keys() == whole.keys()
    assert all(after[path] == whole[path] for path in whole if path != journal), moments
    left = [p.name for p in folder.rglob(".*") if p.name != ".vidgist.json"]
    assert not left, (SEED, moments, left)


def test_one_video(library, tmp_path):
    killed_again_and_again(["summarize", library / "clip 0.mp4", "-q"], tmp_path)


def test_a_batch(library, tmp_path):
    # The page of a result says where its video lies, which is the same in every run.
    killed_again_and_again(
        ["summarize", library, "--jobs", "2", "-q", "--make", "mp4,keyframes,json"],
        tmp_path,
        journal="batch.jsonl",
    )


def test_a_data_set(library, tmp_path):
    rng = random.Random(SEED)
    data = Path(tmp_path, "data.h5")
    for kill in range(max(1, KILLS // 3)):
        process = start("features", library, "-o", data, "-q", "--jobs", "2")
        try:
            process.wait(rng.uniform(1.0, 8.0))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, SIGNALS[kill % len(SIGNALS)])
        process.communicate(timeout=60)
        if data.exists():
            from vidgist.datasets.eccv16 import open_dataset

            assert all(record.features is not None for record in open_dataset(data))
    code, errors = finish("features", library, "-o", data, "-q", "--jobs", "2")
    assert code == 0, errors
    from vidgist.datasets.eccv16 import open_dataset

    assert sorted(record.name for record in open_dataset(data)) == ["clip 0", "clip 1", "clip 2"]
