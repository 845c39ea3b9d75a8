"""Sound whose channels stand in an order of their own, as QuickTime has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("layout", ["6.1", "7.1"])
def test_it_ends_no_process(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "a.mov"
    count = sum(map(int, layout.split(".")))
    tone = "|".join(["0.5*sin(2*PI*440*t)"] * count)
    sound = ["-f", "lavfi", "-i", f"aevalsrc={tone}:s=48000:c={layout}:d=1"]
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=10:d=1", *sound]
    subprocess.run([*command, "-c:a", "pcm_s16le", str(path)], check=True)
    # In processes of their own: what goes wrong here cannot be caught.
    run = [sys.executable, "-m", "vidgist"]
    told = subprocess.run([*run, "info", str(path)], check=True, capture_output=True, text=True)
    assert f"{count} channels" in told.stdout
    out = tmp_path / "out"
    made = subprocess.run(
        [*run, "summarize", str(path), "-o", str(out), "--make", "mp4,json"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "its sound cannot be decoded here" in made.stderr
    assert (out / "summary.mp4").exists()
