"""How long vidgist takes beside what anyone could use instead, in one run on one machine.

    python benchmarks/speed.py                              # 60 seconds, 720p, H.264
    python benchmarks/speed.py --seconds 300 --clips 720:h264:1,720:h264:10,1080:hevc --only skim
    python benchmarks/speed.py --files talk.mp4 --seconds 300       # videos of one's own
    python benchmarks/speed.py --docs --runs 1              # all tables of docs/speed.md

Clips are HEIGHT:CODEC:GOP, the greatest distance of key frames in seconds: see `clips.py`, which
makes them. 20 seconds of them are new (``--fresh``), and repeated; files of one's own are repeated
as well until they last as long. Every command is a process of its own, begun anew for each run;
runs alternate, so that a machine which slows down slows down all. Ratios are to ffmpeg, pair by
pair: ``ffmpeg -i CLIP -f null -`` is the floor of decoding every frame. Medians are told, of the
clock and of processor seconds, which say more on a busy machine. Of long clips ffmpeg decodes the
first five minutes, and its time is multiplied. All is printed as a Markdown table at the end.

Peers take part with ``--peers``, where they are installed:
``pip install scenedetect[opencv] Katna torch torchvision``.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clips import ClipFormat, make_clip, repeated

DOCS = (
    (300.0, "720:h264,720:hevc,720:vp9,720:av1", "make,defaults"),
    (300.0, "720:h264:1,720:h264:2,720:h264:10,1080:h264,1080:h264:2", "skim"),
    (3600.0, "1080:h264", "skim"),
)
"""The tables of docs/speed.md: seconds, clips, and words of the commands."""

FLOOR_SECONDS = 300
"""Seconds that are decoded for the floor; the rest of a clip is the same over and over."""


@dataclass
class Command:
    """Something to be timed: the clip's path stands for CLIP, a fresh folder for OUT."""

    name: str
    arguments: Sequence[str]
    needs: str | None = None

    def missing(self) -> str | None:
        if self.needs is None or importlib.util.find_spec(self.needs.split(".")[0]):
            return None
        return f"{self.needs} is not installed"


def research_way(clip: str) -> None:
    """Run what papers' code does: OpenCV, PyTorch a frame at a time, NumPy KTS, Python knapsack."""
    import cv2
    import numpy as np
    import torch
    import torchvision

    net = torchvision.models.googlenet(weights=None, init_weights=False, aux_logits=False).eval()
    net.fc = torch.nn.Identity()
    capture = cv2.VideoCapture(clip)
    rate = capture.get(cv2.CAP_PROP_FPS) or 25
    rows, number = [], 0
    while True:
        good, frame = capture.read()
        if not good:
            break
        if number % max(1, round(rate / 2)) == 0:
            small = cv2.cvtColor(cv2.resize(frame, (224, 224)), cv2.COLOR_BGR2RGB)
            with torch.no_grad():
                tensor = torch.from_numpy(small).permute(2, 0, 1)[None].float() / 255
                rows.append(net(tensor)[0].numpy())
        number += 1
    values = np.stack(rows)
    values /= np.linalg.norm(values, axis=1, keepdims=True) + 1e-9
    gram = values @ values.T
    count = len(gram)
    # Kernel temporal segmentation as it is written everywhere: O(m n^2), all costs kept.
    sums = np.cumsum(np.cumsum(np.pad(gram, ((1, 0), (1, 0))), 0), 1)
    diagonal = np.concatenate([[0], np.cumsum(np.diag(gram))])
    most = max(1, count // 10)
    best = np.full((most + 1, count + 1), 1e100)
    best[0, 1:] = [diagonal[t] - sums[t, t] / t for t in range(1, count + 1)]
    for m in range(1, most + 1):
        for t in range(m + 1, count + 1):
            for s in range(m, t):
                inside = sums[t, t] - sums[s, t] - sums[t, s] + sums[s, s]
                cost = diagonal[t] - diagonal[s] - inside / (t - s)
                best[m, t] = min(best[m, t], best[m - 1, s] + cost)
    capacity, weights = int(0.15 * number), [max(1, number // (most + 1))] * (most + 1)
    table = [[0.0] * (capacity + 1) for _ in range(len(weights) + 1)]
    for i, weight in enumerate(weights, 1):
        for room in range(capacity + 1):
            table[i][room] = table[i - 1][room]
            if weight <= room:
                table[i][room] = max(table[i][room], table[i - 1][room - weight] + 1.0)


KATNA = (
    "import sys; from Katna.video import Video; from Katna.writer import KeyFrameDiskWriter;"
    " Video().extract_video_keyframes(no_of_frames=10, file_path=sys.argv[1],"
    " writer=KeyFrameDiskWriter(location=sys.argv[2]))"
)


def commands(seconds: float) -> list[Command]:
    """Return the ways of vidgist, after the floor, of a clip that lasts so long."""
    decoded = str(min(seconds, FLOOR_SECONDS))

    def vidgist(name: str, *options: str) -> Command:
        base = (sys.executable, "-m", "vidgist", "summarize", "CLIP", "-q", "-o", "OUT")
        return Command(name, (*base, *options))

    pictures = "json,keyframes,storyboard,report"
    return [
        Command(
            "ffmpeg, decoding alone",
            ["ffmpeg", "-v", "error", "-t", decoded, "-i", "CLIP", "-f", "null", "-"],
        ),
        vidgist("`--skim --make json`", "--skim", "--make", "json"),
        vidgist("`--skim`, no clip", "--skim", "--make", pictures),
        vidgist("`--skim --copy`", "--skim", "--copy"),
        vidgist("`--make json`", "--make", "json"),
        vidgist("`--make mp4,json`", "--make", "mp4,json"),
        vidgist("all defaults"),
    ]


def peers() -> list[Command]:
    """Return what else one could run."""
    detect = ["-m", "scenedetect", "-q", "-i", "CLIP", "-o", "OUT", "detect-content"]
    thumbnails = ["ffmpeg", "-v", "error", "-i", "CLIP", "-vf", "thumbnail=100", "-f", "null", "-"]
    return [
        Command("ffmpeg, thumbnail filter", thumbnails),
        Command("PySceneDetect", [sys.executable, *detect], needs="scenedetect"),
        Command("Katna, key frames", [sys.executable, "-c", KATNA, "CLIP", "OUT"], needs="Katna"),
        Command(
            "the research way",
            [sys.executable, __file__, "--research", "CLIP"],
            needs="torchvision",
        ),
    ]


@dataclass
class Run:
    seconds: float
    cpu: float
    memory: float


def run(command: Command, clip: Path) -> Run | str:
    """Run a command once; return what it took, or why it failed."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        places = {"CLIP": str(clip), "OUT": str(Path(folder, "out"))}
        arguments = [places.get(argument, argument) for argument in command.arguments]
        begun = time.perf_counter()
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=said, cwd=folder)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            return f"failed: {lines[-1][:100] if lines else process.returncode}"
        return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


@dataclass
class Row:
    """What one command took of one clip: medians, and ratios to the floor."""

    seconds: float
    by_clock: float
    cpu: float
    by_cpu: float
    memory: float


def compare(clip: Path, asked: Sequence[Command], *, seconds: float, runs: int) -> dict[str, Row]:
    """Time the commands in turn, print a row each, and return the rows by name."""
    failures = {command.name: f"skipped: {why}" for command in asked if (why := command.missing())}
    with clip.open("rb") as file:  # into the cache of the disk
        # In pieces: Linux counts what this process held as the peak of those that it starts.
        while file.read(1 << 20):
            pass
    taken: dict[str, list[Run]] = {}
    for _ in range(runs):
        for command in asked:
            if command.name in failures:
                continue
            outcome = run(command, clip)
            if isinstance(outcome, str):
                failures[command.name] = outcome
            else:
                taken.setdefault(command.name, []).append(outcome)
    print(f"{'':<32} {'seconds':>8} {'x floor':>8} {'cpu s':>7} {'x floor':>8} {'MB':>6}")
    if asked[0].name in failures:
        raise SystemExit(f"{clip.name}: {failures[asked[0].name]}")
    floor, scale = taken[asked[0].name], max(1.0, seconds / FLOOR_SECONDS)
    rows = {}
    for name, own in taken.items():
        if name in failures:
            continue
        pairs = list(zip(own, floor, strict=False))
        times = scale if own is floor else 1.0  # of the floor, only a part was decoded
        rows[name] = row = Row(
            times * statistics.median(r.seconds for r in own),
            times / scale * statistics.median(r.seconds / f.seconds for r, f in pairs),
            times * statistics.median(r.cpu for r in own),
            times / scale * statistics.median(r.cpu / f.cpu for r, f in pairs),
            max(r.memory for r in own),
        )
        print(
            f"{name:<32} {row.seconds:>8.2f} {row.by_clock:>8.3f} {row.cpu:>7.2f}"
            f" {row.by_cpu:>8.3f} {row.memory:>6.0f}",
            flush=True,
        )
    for name, why in failures.items():
        print(f"{name:<32} {why}")
    return rows


def print_table(tables: dict[str, dict[str, Row]], asked: Sequence[Command]) -> None:
    """Print a Markdown table: a row for each clip, a cell for each command."""
    floor, *others = [command.name for command in asked]
    print("\n| " + " | ".join(["clip", floor, *others, "most memory"]) + " |")
    print("|" + "---|" * (len(asked) + 2))
    for clip, rows in tables.items():
        cells = [f"{rows[floor].seconds:.1f} s / {rows[floor].cpu:.1f} s"]
        for name in others:
            row = rows.get(name)
            cells.append(f"{row.by_clock:.2f} / {row.by_cpu:.2f}" if row else "-")
        memory = max((row.memory for name, row in rows.items() if name in others), default=0)
        print(f"| {clip} | {' | '.join(cells)} | {memory:.0f} MB |")
    print("\nCells: clock / processor; those after the first, by that of ffmpeg.")


def small(runs: int, folder: Path) -> None:
    """Print what the beginning costs: --help, and a clip of ten seconds."""
    clip = make_clip(ClipFormat(360, "h264"), folder, fresh=10, seconds=10)
    vidgist = [sys.executable, "-m", "vidgist"]
    rows = [
        Command("python -c pass", [sys.executable, "-c", "pass"]),
        Command("vidgist --help", [*vidgist, "--help"]),
        Command("10-second clip", [*vidgist, "summarize", "CLIP", "-q", "-o", "OUT"]),
        Command("the same, --skim", [*vidgist, "summarize", "CLIP", "-q", "-o", "OUT", "--skim"]),
    ]
    print(f"\n{'':<32} {'seconds':>8} {'cpu s':>7}")
    for command in rows:
        taken = [r for r in (run(command, clip) for _ in range(runs + 1)) if isinstance(r, Run)][1:]
        print(
            f"{command.name:<32} {statistics.median(r.seconds for r in taken):>8.2f}"
            f" {statistics.median(r.cpu for r in taken):>7.2f}"
        )


def clips(options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Path]]:
    """Make the clips that are asked for, each when its turn comes; yield names and paths."""
    for file in options.files or ():
        yield file.name, repeated(file, folder, seconds=options.seconds)
    for text in () if options.files else options.clips.split(","):
        form = ClipFormat.parse(text)
        fresh = min(options.fresh, options.seconds)
        yield str(form), make_clip(form, folder, fresh=fresh, seconds=options.seconds)


def measure_table(options: argparse.Namespace, folder: Path) -> None:
    """Time all commands that are asked for with all clips, and print the table."""
    floor, *others = commands(options.seconds) + (peers() if options.peers else [])
    words = options.only.split(",")
    asked = [floor, *(command for command in others if any(word in command.name for word in words))]
    tables = {}
    for name, path in clips(options, folder):
        print(f"\n{name}, {options.seconds:g} s, {path.stat().st_size >> 20} MB", flush=True)
        tables[name] = compare(path, asked, seconds=options.seconds, runs=options.runs)
    print_table(tables, asked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the clips")
    parser.add_argument("--clips", default="720:h264", help="HEIGHT:CODEC[:GOP],...")
    parser.add_argument("--fresh", type=float, default=20.0, help="seconds that are not repeated")
    parser.add_argument("--files", type=Path, nargs="+", help="videos in place of the clips")
    parser.add_argument("--only", default="", help="words of the commands, separated by commas")
    parser.add_argument("--peers", action="store_true", help="run other programs, too")
    parser.add_argument("--docs", action="store_true", help="measure the tables of the docs")
    parser.add_argument("--small", action="store_true", help="also what the beginning costs")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="folder for the clips, to use them again")
    parser.add_argument("--research", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.research:
        research_way(options.research)
        return
    if not shutil.which("ffmpeg"):
        raise SystemExit("this benchmark needs the program ffmpeg")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for seconds, names, only in DOCS if options.docs else ():
            table = {"seconds": seconds, "clips": names, "only": only}
            measure_table(argparse.Namespace(**{**vars(options), **table}), folder)
        if not options.docs:
            measure_table(options, folder)
        if options.small:
            small(options.runs, folder)


if __name__ == "__main__":
    main()
