"""How long vidgist takes beside what anyone could use instead, in one run on one machine.

    python benchmarks/speed.py                              # 60 seconds, 720p, H.264
    python benchmarks/speed.py --seconds 300 --clips 720:h264,1080:h264,720:hevc,720:vp9
    python benchmarks/speed.py --files talk.mp4 --seconds 300       # videos of one's own

Clips are rendered here, with cuts, motion and grain: 20 seconds, over and over (``--fresh`` for
more), and files of one's own are repeated as well until they last as long. Every command is a
process of its own, begun anew for each run; runs alternate, so that a machine which slows down
slows down all. Ratios are to ``ffmpeg -i CLIP -f null -``, the floor of decoding every frame, pair
by pair; medians are told, of the clock and of processor seconds, which say more on a busy machine.
Peers take part where they are installed:
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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENCODERS = {
    "h264": ["-c:v", "libx264", "-preset", "medium", "-crf", "23"],
    "hevc": ["-c:v", "libx265", "-preset", "fast", "-crf", "26", "-x265-params", "log-level=none"],
    "vp9": [
        "-c:v",
        "libvpx-vp9",
        "-deadline",
        "realtime",
        "-cpu-used",
        "8",
        "-crf",
        "34",
        "-b:v",
        "0",
    ],
}
ENDINGS = {"h264": "mp4", "hevc": "mp4", "vp9": "webm"}


# ---------------------------------------------------------------- clips


def render(path: Path, *, height: int, codec: str, seconds: float, rate: int = 25) -> None:
    """Render a clip: a new scene every few seconds, moving, with grain."""
    import numpy as np

    width = height * 16 // 9 // 2 * 2
    rng = np.random.default_rng(0)
    pad = 256
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p"]
    command += ["-s", f"{width}x{height}", "-r", str(rate), "-i", "-", *ENCODERS[codec], str(path)]
    encoder = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert encoder.stdin is not None
    grain = rng.integers(-6, 7, (height * 2, width), dtype=np.int16)
    left = 0
    for _ in range(round(seconds * rate)):
        if left == 0:
            left = int(rng.integers(2 * rate, 8 * rate))
            y, x = np.mgrid[0 : height + pad, 0 : width + pad].astype(np.float32) / height
            a, b, c = rng.uniform(1, 14, 3)
            scene = 128 + 50 * np.sin(a * x + b * y) + 40 * np.sin(c * x * y)
            for _ in range(12):
                top, side = rng.integers(0, height), rng.integers(0, width)
                high, wide = rng.integers(30, height // 2, 2)
                scene[top : top + high, side : side + wide] = rng.integers(30, 220)
            step = rng.integers(-3, 4, 2)
            color = rng.integers(90, 166, 2)
            at = np.array([pad // 2, pad // 2])
        left -= 1
        at = np.clip(at + step, 0, pad - 1)
        shown = scene[at[0] : at[0] + height, at[1] : at[1] + width]
        offset = rng.integers(0, height)
        luma = np.clip(shown + grain[offset : offset + height], 16, 235).astype(np.uint8)
        encoder.stdin.write(luma.tobytes())
        for value in color:
            encoder.stdin.write(bytes([value]) * (height // 2 * (width // 2)))
    encoder.stdin.close()
    if encoder.wait():
        raise SystemExit(f"ffmpeg cannot make {path.name}")


def repeated(source: Path, target: Path, *, seconds: float) -> None:
    """Write the file over and over until it lasts so long, without encoding it again."""
    command = ["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", str(source)]
    command += ["-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-t", str(seconds), str(target)]
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(f"ffmpeg cannot repeat {source}")


# ---------------------------------------------------------------- commands


@dataclass
class Command:
    """Something to be timed: the clip's path stands for CLIP, a fresh folder for OUT."""

    name: str
    arguments: list[str]
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


def commands() -> list[Command]:
    """Return what is compared; the first is the floor."""
    vidgist = [sys.executable, "-m", "vidgist", "summarize", "CLIP", "-q", "-o", "OUT"]
    null = ["-f", "null", "-"]
    return [
        Command("ffmpeg, decoding alone", ["ffmpeg", "-v", "error", "-i", "CLIP", *null]),
        Command("vidgist --make json", [*vidgist, "--make", "json"]),
        Command("vidgist --make json --skim", [*vidgist, "--make", "json", "--skim"]),
        Command(
            "vidgist --skim, no clip",
            [*vidgist, "--make", "json,keyframes,storyboard,report", "--skim"],
        ),
        Command("vidgist --make mp4,json", [*vidgist, "--make", "mp4,json"]),
        Command("vidgist, all defaults", vidgist),
        Command(
            "ffmpeg, thumbnail filter",
            ["ffmpeg", "-v", "error", "-i", "CLIP", "-vf", "thumbnail=100", *null],
        ),
        Command(
            "PySceneDetect, detect-content",
            [
                sys.executable,
                "-m",
                "scenedetect",
                "-q",
                "-i",
                "CLIP",
                "-o",
                "OUT",
                "detect-content",
            ],
            needs="scenedetect",
        ),
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


def compare(clip: Path, *, runs: int, only: str | None = None) -> None:
    """Time the commands in turn and print a row each."""
    runnable = []
    failures = {}
    floor_command, *others = commands()
    words = only.split(",") if only else [""]
    for command in (floor_command, *(c for c in others if any(w in c.name for w in words))):
        why = command.missing()
        if why is None:
            runnable.append(command)
        else:
            failures[command.name] = f"skipped: {why}"
    with clip.open("rb") as file:  # into the cache of the disk
        # In pieces: Linux counts what this process held as the peak of those that it starts.
        while file.read(1 << 20):
            pass
    taken: dict[str, list[Run]] = {command.name: [] for command in runnable}
    for _ in range(runs):
        for command in runnable:
            if command.name in failures:
                continue
            outcome = run(command, clip)
            if isinstance(outcome, Run):
                taken[command.name].append(outcome)
            else:
                failures[command.name] = outcome
    floor = taken[runnable[0].name]
    print(f"{'':<32} {'seconds':>8} {'x floor':>8} {'cpu s':>7} {'x floor':>8} {'MB':>6}")
    for name, own in taken.items():
        if name in failures:
            continue
        pairs = list(zip(own, floor, strict=False))
        print(
            f"{name:<32} {statistics.median(r.seconds for r in own):>8.2f}"
            f" {statistics.median(r.seconds / f.seconds for r, f in pairs):>8.2f}"
            f" {statistics.median(r.cpu for r in own):>7.2f}"
            f" {statistics.median(r.cpu / f.cpu for r, f in pairs):>8.2f}"
            f" {max(r.memory for r in own):>6.0f}",
            flush=True,
        )
    for name, why in failures.items():
        print(f"{name:<32} {why}")


def small(runs: int, folder: Path) -> None:
    """Print what the beginning costs: --help, and a clip of ten seconds."""
    clip = folder / "ten.mp4"
    render(clip, height=360, codec="h264", seconds=10)
    rows = [
        Command("python -c pass", [sys.executable, "-c", "pass"]),
        Command("vidgist --help", [sys.executable, "-m", "vidgist", "--help"]),
        Command(
            "vidgist, 10-second clip",
            [sys.executable, "-m", "vidgist", "summarize", "CLIP", "-q", "-o", "OUT"],
        ),
    ]
    print(f"\n{'':<32} {'seconds':>8} {'cpu s':>7}")
    for command in rows:
        taken = [r for r in (run(command, clip) for _ in range(runs + 1)) if isinstance(r, Run)][1:]
        print(
            f"{command.name:<32} {statistics.median(r.seconds for r in taken):>8.2f}"
            f" {statistics.median(r.cpu for r in taken):>7.2f}"
        )


def clips(options: argparse.Namespace, folder: Path) -> Iterator[Path]:
    """Make the clips that are asked for, each when its turn comes."""
    sources = options.files or options.clips.split(",")
    for source in sources:
        if options.files:
            short = source
        else:
            height, codec = source.split(":")
            fresh = min(options.fresh, options.seconds)
            short = folder / f"{height}p-{codec}-{fresh:g}s.{ENDINGS[codec]}"
            if not short.exists():
                render(short, height=int(height), codec=codec, seconds=fresh)
            if fresh == options.seconds:
                yield short
                continue
        path = folder / f"{short.stem}-{options.seconds:g}s{short.suffix}"
        if not path.exists():
            repeated(short, path, seconds=options.seconds)
        yield path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the clips")
    parser.add_argument("--clips", default="720:h264", help="HEIGHT:CODEC,...")
    parser.add_argument("--fresh", type=float, default=20.0, help="seconds that are rendered")
    parser.add_argument("--files", type=Path, nargs="+", help="videos in place of the clips")
    parser.add_argument("--only", help="words of the commands to run, separated by commas")
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
        for path in clips(options, folder):
            print(f"\n{path.stem}, {path.stat().st_size >> 10} KB")
            compare(path, runs=options.runs, only=options.only)
        small(options.runs, folder)


if __name__ == "__main__":
    main()
