"""How large report.html gets, and how long it takes to write, for videos of ten minutes and more.

Pages are made of real pictures: frames of the given videos (default: the clip of `vidgist demo`),
mirrored and with fresh grain where there are not enough, so that no two are the same.

    python benchmarks/report_size.py
    python benchmarks/report_size.py talk.mp4 match.mp4 --minutes 10 120
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import numpy as np

from vidgist.defaults import DEFAULT_SELECT
from vidgist.features.thumbnails import thumbnail
from vidgist.render.material import Material
from vidgist.render.outputs.report import write
from vidgist.selection import Footage, best_within, choose
from vidgist.summary import Summary
from vidgist.types import Features, Scores, Shots, Timeline, VideoInfo
from vidgist.video import SampleStream

RATE = 25
SIZE = (160, 90)


def frames(videos: list[Path]) -> list[np.ndarray]:
    """Return frames of the videos, ten a second, (224, 224, 3) each."""
    return [pixels.copy() for video in videos for pixels in SampleStream(video, fps=10.0)]


def pictures(found: list[np.ndarray], rng: np.random.Generator) -> Iterator[bytes]:
    """Yield thumbnails without end: the frames in order, then again with grain, mirrored."""
    for n, pixels in enumerate(cycle(found)):
        if n >= len(found):
            turned = pixels[:, :: -1 if n // len(found) % 2 else 1]
            grain = rng.normal(0, 3, (*turned.shape[:2], 1))
            pixels = np.clip(turned + grain, 0, 255).astype(np.uint8)  # noqa: PLW2901
        yield thumbnail(pixels, size=SIZE)


def video_summary(minutes: int, found: list[np.ndarray], rng: np.random.Generator) -> Summary:
    """Return a summary of a video of that length, with a shot every five seconds."""
    seconds = 60 * minutes
    n, n_frames, n_shots = 2 * seconds, seconds * RATE, seconds // 5
    inner = np.sort(rng.choice(np.arange(1, n_frames), n_shots - 1, replace=False))
    borders = np.concatenate([[0], inner, [n_frames]])
    spans = np.stack([borders[:-1], borders[1:]], axis=1)
    picks = np.arange(n) * RATE // 2
    importance = rng.uniform(size=n)
    timeline = Timeline(
        times=np.arange(n_frames) / RATE, jumps=np.zeros(n_frames), duration=float(seconds)
    )
    footage = Footage(
        importance=importance,
        features=rng.normal(size=(n, 1280)).astype(np.float32),
        picks=picks,
        shots=Shots(frames=spans, seconds=spans / RATE),
        timeline=timeline,
        budget=0.15 * seconds,
        junk=np.full(n, ""),
    )
    selection = choose(footage, select=DEFAULT_SELECT)
    endless = pictures(found, rng)
    return Summary(
        video=VideoInfo(
            path=Path("made-up.mp4"),
            duration=float(seconds),
            frame_rate=float(RATE),
            variable_frame_rate=False,
            width=1280,
            height=720,
            has_audio=True,
            codec="h264",
        ),
        settings={"neighbors": 0.1, "select": DEFAULT_SELECT},
        timeline=timeline,
        features=Features(
            values=footage.features,
            picks=picks,
            n_frames=n_frames,
            times=np.arange(n) / 2,
        ),
        scores=Scores(
            criteria={name: rng.uniform(size=n) for name in ("alignment", "uniformity")},
            importance=importance,
        ),
        shots=footage.shots,
        selection=selection,
        budget=footage.budget,
        junk=footage.junk,
        stills=best_within(importance, footage.times, selection.pieces),
        thumbnails=tuple(next(endless) for _ in range(n)),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("videos", nargs="*", type=Path, help="videos to take frames from")
    parser.add_argument("--minutes", nargs="+", type=int, default=[10, 120])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        videos = options.videos
        if not videos:
            from vidgist.demo import render_demo

            videos = [render_demo(Path(folder, "demo.mp4"))]
        found = frames(videos)
        print("| video | samples | thumbnails | pictured | report.html | written in |")
        print("|---|---|---|---|---|---|")
        for minutes in options.minutes:
            summary = video_summary(minutes, found, np.random.default_rng(minutes))
            path = Path(folder, "report.html")
            start = time.perf_counter()
            write(Material(summary=summary, folder=Path(folder)), path)
            took = time.perf_counter() - start
            samples = len(summary.features)
            mean = sum(map(len, summary.thumbnails)) / samples
            pictured = path.read_text(encoding="utf-8").split('"data":["', 1)[1].split("]", 1)[0]
            print(
                f"| {minutes} minutes | {samples:,} | {mean / 1e3:.1f} kB each |"
                f" {pictured.count(',') + 1:,} | {path.stat().st_size / 1e6:.2f} MB |"
                f" {took:.1f} s |"
            )


if __name__ == "__main__":
    main()
