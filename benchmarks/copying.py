"""Seconds to write a summary without re-encoding, of an hour of 1080p or of your files.

python benchmarks/copying.py
python benchmarks/copying.py --files talk.mp4
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vidgist.video.copy import container_for, copy_pieces, read_cut_points
from vidgist.video.skim.timeline import read_timeline

PIECE = 6.0
"""Seconds of a piece: as many as a summary of 90 seconds has by default."""

LATER = 0.7
"""Seconds by which exact pieces begin later: not at a key frame."""


def render_hour(path: Path, *, seconds: float) -> None:
    """Encode 20 seconds of 1080p with a key frame every 2 seconds, and repeat their packets."""
    once = path.with_name("once.mp4")
    command = "-f lavfi -i testsrc2=s=1920x1080:r=25:d=20 -f lavfi -i sine=d=20 -c:v libx264"
    command += f" -preset veryfast -b:v 6M -g 50 -bf 2 -c:a aac -shortest {once}"
    subprocess.run(["ffmpeg", "-v", "error", "-y", *command.split()], check=True)
    loop = ["-stream_loop", str(round(seconds / 20) - 1), "-i", str(once), "-c", "copy", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *loop], check=True)


def pieces_of(path: Path, *, total: float) -> dict[str, tuple[np.ndarray, float] | str]:
    """Return (pieces, time of the first picture) by the way of cutting, or why there are none."""
    timeline = read_timeline(path)
    points = read_cut_points(path, timeline)
    if isinstance(points, str):
        return {"key frames": points}
    at_keys: list[tuple[float, float]] = []
    exact: list[tuple[float, float]] = []
    borders = timeline.borders
    for at in np.linspace(0, timeline.duration, round(total / PIECE), endpoint=False):
        start = points.starts[np.searchsorted(points.starts, at - 1e-6)]
        end = points.ends[np.searchsorted(points.ends, start + PIECE + 1e-6) - 1]
        if end > start and (not at_keys or start > at_keys[-1][1]):
            at_keys.append((start, end))
        # Anywhere between two key frames.
        first = np.searchsorted(borders, at + LATER)
        last = np.searchsorted(borders, borders[first] + PIECE)
        exact.append((borders[first], borders[min(last, len(borders) - 1)]))
    return {
        "key frames": (np.array(at_keys), timeline.origin),
        "exact": (np.array(exact), timeline.origin),
    }


def measure(path: Path, folder: Path, *, total: float) -> Iterator[str]:
    """Yield the rows of the table for one video."""
    for way, found in pieces_of(path, total=total).items():
        if isinstance(found, str):
            yield f"| {path.name} | {way} | not possible: {found} | | | |"
            continue
        pieces, origin = found
        target = folder / f"summary{container_for(path)}"
        clock, processor = time.perf_counter(), time.process_time()
        copy_pieces(path, target, pieces, origin=origin, exact=way == "exact")
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        shown = float(np.diff(pieces).sum())
        yield (
            f"| {path.name} | {way} | {shown:.0f} s in {len(pieces)} pieces"
            f" | {clock:.2f} s | {processor:.2f} s | {target.stat().st_size / 1e6:.0f} MB |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", nargs="+", type=Path, help="videos, in place of a rendered one")
    parser.add_argument("--seconds", type=float, default=3600.0, help="of the rendered video")
    parser.add_argument("--length", type=float, default=90.0, help="seconds of the summary")
    options = parser.parse_args()
    print("| video | cut at | summary | clock | processor | size |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = options.files or [folder / "1080p.mp4"]
        if not options.files:
            render_hour(files[0], seconds=options.seconds)
        for file in files:
            for row in measure(file, folder, total=options.length):
                print(row, flush=True)


if __name__ == "__main__":
    main()
