"""Junk found in rendered clips, and refused in real ones.

    python benchmarks/junk.py FOLDER [--pictures OUT]

Prints, for each kind of rendered junk, how many of its samples are refused, how far the ends of
transitions are off, and how many good samples are refused; then each refused sample of each video
in the folder.  With --pictures, the refused samples are written as JPEG files to look at.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from junk_clips import TRANSITIONS, Part, render_junk
from vidgist.errors import VidgistError
from vidgist.video import Junk, SampleStream, find_junk, measure
from vidgist.video.measures import join

SCENES = ("presenter", "aquarium", "rocket", "balloons", "sunrise", "road", "snow", "city", "clock")


def junk_of(path: Path, *, fps: float = 2.0) -> tuple[Junk, SampleStream, list[np.ndarray]]:
    """Return the junk of a video, its samples' places and pictures."""
    stream = SampleStream(path, fps=fps, threads=1)
    pictures = list(stream)
    junk = find_junk(
        join([measure(picture[None]) for picture in pictures]),
        times=stream.times,
        frame_times=stream.timeline.times,
        jumps=stream.timeline.jumps,
        transitions=stream.transitions,
    )
    return junk, stream, pictures


def programmes() -> dict[str, list[tuple[str, str, float]]]:
    """Return the clips to render, each with junk of several kinds."""
    clips = {}
    for number, kind in enumerate(TRANSITIONS):
        parts = [("scene", SCENES[number % len(SCENES)], 3.0)]
        for step, seconds in enumerate((0.4, 0.6, 1.0, 1.6)):
            name = SCENES[(number + 2 * step + 1) % len(SCENES)]
            parts += [(kind, name, seconds), ("scene", name, 3.0)]
        clips[kind] = parts
    good = ("scene", "presenter", 3.0), ("scene", "aquarium", 3.0), ("scene", "balloons", 3.0)
    for kind, argument, seconds in (
        ("black", "", 2.0),
        ("white", "", 2.0),
        ("gray", "", 2.0),
        ("bars", "", 3.0),
        ("bluescreen", "", 3.0),
        ("snow", "", 2.0),
        ("title", "", 2.5),
        ("credits", "", 2.5),
    ):
        clips[kind] = [(kind, argument, seconds), *good, (kind, argument, seconds), good[0]]
    clips["leader"] = [("leader", "", 6.0), *good]
    clips["digits"] = [("digits", "", 5.0), *good]
    for kind, argument, seconds in (
        ("blur", "5", 2.0),
        ("blur", "10", 2.0),
        ("shake", "", 1.5),
        ("flash", "", 0.12),
    ):
        clips[f"{kind}{argument}"] = [
            part
            for scene in good
            for part in (scene, (kind, argument, seconds), ("scene", scene[1], 2.0))
        ]
    clips["freeze"] = [*good, ("freeze", "", 3.0), ("scene", "balloons", 2.0), *good]
    clips["whip"] = [*good, ("whip", "road", 0.6), ("scene", "road", 3.0)]
    return clips


def part_at(truth: list[Part], seconds: float) -> Part | None:
    """Return the part that is on at a time."""
    return next((p for p in truth if p.start - 1e-6 <= seconds < p.end - 1e-6), None)


def rendered(only: str) -> None:
    """Print the table of rendered junk."""
    print(f"{'clip':12s} {'junk found':>12s} {'good refused':>14s}  ends off (s)  reasons")
    junk_found = junk_all = good_refused = good_all = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, parts in programmes().items():
            if only not in name:
                continue
            path = Path(folder) / f"{name}.mp4"
            truth = render_junk(path, parts)
            # 12.5 samples a second: every other frame, so that short junk is judged as well.
            junk, stream, _ = junk_of(path, fps=12.5)
            counts: dict[bool, list[bool]] = defaultdict(list)
            reasons: Counter[str] = Counter()
            wrong = []
            frozen_from = {p.start for p in truth if p.kind == "freeze"}
            for seconds, reason in zip(stream.times, junk.reasons, strict=True):
                part = part_at(truth, seconds)
                if part is None or any(0 <= seconds - start < 0.09 for start in frozen_from):
                    continue  # the first of a frozen picture is good
                counts[bool(part.reason)].append(bool(reason))
                if part.reason:
                    reasons[reason or "-"] += 1
                elif reason:
                    wrong.append(f"{seconds:.2f} {reason}")
            ends = []
            for part in truth:
                near = [
                    t
                    for t in junk.transitions
                    if t.kind != "cut" and t.start < part.end and t.end > part.start
                ]
                if part.reason == "transition" and near:
                    ends += [min(t.start for t in near) - part.start]
                    ends += [max(t.end for t in near) - part.end]
            junk_found += sum(counts[True])
            junk_all += len(counts[True])
            good_refused += sum(counts[False])
            good_all += len(counts[False])
            off = f"{np.abs(ends).mean():.3f}/{np.abs(ends).max():.3f}" if ends else ""
            print(
                f"{name:12s} {sum(counts[True]):5d} / {len(counts[True]):4d}"
                f" {sum(counts[False]):7d} / {len(counts[False]):4d}  {off:12s} "
                f" {dict(reasons)} {wrong[:4] or ''}"
            )
    print(
        f"all: {junk_found / junk_all:.1%} of the junk found,"
        f" {good_refused / good_all:.1%} of the good samples refused"
    )


def real(folder: Path, out: Path | None) -> None:
    """Print what is refused in the videos of a folder."""
    refused = count = 0
    for path in sorted(folder.iterdir()):
        try:
            junk, stream, pictures = junk_of(path)
        except VidgistError as error:
            print(f"{path.name}: {error}")
            continue
        count += len(junk.reasons)
        refused += int(junk.refused.sum())
        said = [
            f"{seconds:g} {reason}"
            for seconds, reason in zip(stream.times, junk.reasons, strict=True)
            if reason
        ]
        print(f"{path.name}: {len(said)} of {len(junk.reasons)}: {', '.join(said)}")
        intervals = [
            f"{t.kind} {t.start:.2f}-{t.end:.2f}" for t in junk.transitions if t.kind != "cut"
        ]
        print(f"    {', '.join(intervals)}")
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            for number in np.flatnonzero(junk.refused).tolist():
                name = f"{path.stem[:24]}_{stream.times[number]:06.2f}_{junk.reasons[number]}.jpg"
                Image.fromarray(pictures[number]).save(out / name)
    print(f"all: {refused} of {count} samples refused")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--only", default="", help="rendered clips whose name has this in it")
    arguments = parser.parse_args()
    rendered(arguments.only)
    if arguments.folder is not None:
        real(arguments.folder, arguments.pictures)


if __name__ == "__main__":
    main()
