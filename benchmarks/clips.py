"""Clips to be timed: real footage or rendered scenes, encoded as people encode them, and repeated.

Real footage is that of the folder that ``VIDGIST_SHARED`` names, scaled, at 30 frames a second,
with a little grain and the sound of one video; where it is missing, scenes are rendered.  Encoders
have their ordinary settings, so that key frames also begin scenes.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RATE = 30
"""Frames a second."""

SHARED = Path(os.environ.get("VIDGIST_SHARED", "../shared"), "videos")

FOOTAGE = (
    "pyscenedetect__testvideo.mp4",
    "videollama__birthday.mp4",
    "chthomos__bbb_480p_30s.mp4",
    "simpl__av1_550.webm",
)
SOUND = "videollama__skateboarding_dog.mp4"

ENCODERS = {
    "h264": "-c:v libx264 -preset medium -crf 23",
    "hevc": "-c:v libx265 -preset fast -crf 26 -x265-params log-level=none",
    "vp9": "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -row-mt 1 -crf 34 -b:v 0",
    "av1": "-c:v libsvtav1 -preset 8 -crf 38",
}
NEARLY_LOSSLESS = "-c:v libx264 -preset ultrafast -crf 10"
ENDINGS = {"h264": "mp4", "hevc": "mp4", "vp9": "webm", "av1": "mp4"}
NAMES = {"h264": "H.264", "hevc": "HEVC", "vp9": "VP9", "av1": "AV1"}


@dataclass(frozen=True)
class ClipFormat:
    """A kind of clip: ``HEIGHT:CODEC:GOP``, the last in seconds.

    Attributes:
        height: pixels.
        codec: a name of `ENCODERS`.
        gop: greatest distance of key frames in seconds.
    """

    height: int
    codec: str
    gop: float = 5.0

    @classmethod
    def parse(cls, text: str) -> ClipFormat:
        height, codec, *gop = text.split(":")
        if codec not in ENCODERS:
            raise SystemExit(f"clips: expected a codec out of {', '.join(ENCODERS)}, got '{codec}'")
        return cls(int(height), codec, *(float(seconds) for seconds in gop))

    def __str__(self) -> str:
        return f"{self.height}p {NAMES[self.codec]}, key frames {self.gop:g} s"


def make_clip(form: ClipFormat, folder: Path, *, fresh: float, seconds: float) -> Path:
    """Return a clip, made where it is missing: ``fresh`` seconds, again and again."""
    name = f"{form.height}p-{form.codec}-gop{form.gop:g}"
    short = folder / f"{name}-{fresh:g}s.{ENDINGS[form.codec]}"
    if not short.exists():
        source = folder / f"source-{form.height}p-{fresh:g}s.mkv"
        if not source.exists():
            make_source(source, height=form.height, seconds=fresh)
        coding = [*ENCODERS[form.codec].split(), "-g", str(round(form.gop * RATE))]
        sound = "libopus" if short.suffix == ".webm" else "aac"
        run_ffmpeg(["-i", str(source), *coding, "-pix_fmt", "yuv420p", "-c:a", sound], short)
    return repeated(short, folder, seconds=seconds)


def make_source(path: Path, *, height: int, seconds: float) -> None:
    """Write footage, nearly without loss: the beginnings of real videos, or rendered scenes."""
    width = height * 16 // 9 // 2 * 2
    coding = [*NEARLY_LOSSLESS.split(), "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le"]
    if not all((SHARED / name).exists() for name in FOOTAGE):
        print(f"{SHARED}: not there, so scenes are rendered", flush=True)
        render(path, width=width, height=height, seconds=seconds, coding=coding)
        return
    inputs: list[str] = []
    graph = ""
    for number, name in enumerate(FOOTAGE):
        inputs += ["-i", str(SHARED / name)]
        graph += f"[{number}:v]trim=end={seconds / len(FOOTAGE):g},"
        graph += f"scale={width}:{height}:force_original_aspect_ratio=decrease,"
        graph += f"pad={width}:{height}:-1:-1,setsar=1,fps={RATE},format=yuv420p[v{number}];"
    parts = "".join(f"[v{number}]" for number in range(len(FOOTAGE)))
    graph += f"{parts}concat=n={len(FOOTAGE)}:v=1:a=0,noise=alls=6:allf=t[v]"
    inputs += ["-stream_loop", "-1", "-i", str(SHARED / SOUND)]
    maps = ["-map", "[v]", "-map", f"{len(FOOTAGE)}:a", "-t", str(seconds)]
    run_ffmpeg([*inputs, "-filter_complex", graph, *maps, *coding], path)


def render(path: Path, *, width: int, height: int, seconds: float, coding: Sequence[str]) -> None:
    """Render scenes of a few seconds that move, with grain."""
    rng = np.random.default_rng(0)
    pad = 256
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p"]
    command += ["-s", f"{width}x{height}", "-r", str(RATE), "-i", "-"]
    command += ["-f", "lavfi", "-i", "sine", "-shortest", *coding, str(path)]
    encoder = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert encoder.stdin is not None
    grain = rng.integers(-6, 7, (height * 2, width), dtype=np.int16)
    left = 0
    for _ in range(round(seconds * RATE)):
        if left == 0:
            left = int(rng.integers(2 * RATE, 8 * RATE))
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


def repeated(source: Path, folder: Path, *, seconds: float) -> Path:
    """Return the file over and over until it lasts so long, its packets as they are."""
    path = folder / f"{source.stem}-repeated-{seconds:g}s{source.suffix}"
    if not path.exists():
        maps = ["-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-t", str(seconds)]
        run_ffmpeg(["-stream_loop", "-1", "-i", str(source), *maps], path)
    return path


def run_ffmpeg(arguments: Sequence[str], target: Path) -> None:
    """Let ffmpeg write a file, whole or not at all."""
    partial = target.with_name(f"partial-{target.name}")
    command = ["ffmpeg", "-v", "error", "-y", *arguments, str(partial)]
    quiet = {**os.environ, "SVT_LOG": "1"}  # SVT-AV1 heeds no level of ffmpeg
    if subprocess.run(command, check=False, env=quiet).returncode:
        partial.unlink(missing_ok=True)
        raise SystemExit(f"ffmpeg cannot make {target.name}")
    partial.rename(target)
