"""Properties of files by containers: clip, stills, data and timelines are right in every cell.

Each file shows four scenes of a second, red, green, blue and white, each with a tone of its own, so
that what is seen and heard at any moment is known.  Two pieces, of the second and the fourth scene,
are cut out.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from decoded import decode
from summaries import summary_of, with_pieces
from vidgist.render import render
from vidgist.summary import Summary
from vidgist.video.seek import frames_at

COLORS = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
TONES = (400, 800, 1600, 3200)
PIECES = [(1.2, 1.8), (3.2, 3.8)]

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")


@dataclass(frozen=True)
class Kind:
    """A property of a file.

    Attributes:
        video: options of FFmpeg for its pictures.
        filters: applied to the scenes, 96 x 64 at 25 frames a second.
        audio: options for its sound; None for none.
        before: options before the inputs.
        rate: frames a second that are found; 0 where they vary.
        size: (width, height) that is shown.
        tolerance: of the colors.
    """

    video: tuple[str, ...] = ()
    filters: str = ""
    audio: tuple[str, ...] | None = ()
    output: tuple[str, ...] = ()
    rate: float = 25.0
    size: tuple[int, int] = (96, 64)
    tolerance: int = 40
    channels: str = "mono"


KINDS = {
    "plain": Kind(),
    "30": Kind(filters="fps=30", rate=30.0),
    "29.97": Kind(filters="fps=30000/1001", rate=30000 / 1001),
    "50": Kind(filters="fps=50", rate=50.0),
    "varying": Kind(filters="select='not(eq(mod(n,5),3))'", output=("-vsync", "vfr"), rate=0.0),
    "anamorphic": Kind(filters="setsar=2", size=(192, 64)),
    "odd": Kind(filters="format=yuv444p,crop=95:63", video=("-pix_fmt", "yuv444p"), size=(95, 63)),
    "ten bits": Kind(video=("-pix_fmt", "yuv420p10le")),
    "interlaced": Kind(
        filters="fps=50,tinterlace=interleave_top,fieldorder=tff", video=("-flags", "+ilme+ildct")
    ),
    "full range": Kind(
        filters="scale=out_range=full:out_color_matrix=bt709,format=yuv420p",
        video=("-color_range", "pc", "-colorspace", "bt709"),
    ),
    "b-frames": Kind(video=("-bf", "3", "-g", "12")),
    "one key frame": Kind(video=("-g", "999", "-sc_threshold", "0")),
    "silent": Kind(audio=None),
    "stereo": Kind(channels="stereo"),
    "5.1": Kind(channels="5.1"),
    "44.1 kHz": Kind(audio=("-ar", "44100")),
    "starts late": Kind(output=("-output_ts_offset", "7.5")),
}
"""Name -> property."""


@dataclass(frozen=True)
class Box:
    """A container with usual codecs, and the properties that it or they cannot have."""

    ending: str
    video: tuple[str, ...]
    audio: tuple[str, ...]
    without: frozenset[str] = field(default_factory=frozenset)


X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12")
BOXES = {
    "mp4": Box("mp4", X264, ("-c:a", "aac")),
    "mov": Box("mov", X264, ("-c:a", "aac")),
    "mkv": Box("mkv", X264, ("-c:a", "flac"), frozenset(("starts late",))),
    "ts": Box("ts", X264, ("-c:a", "aac")),
    "webm": Box(
        "webm",
        ("-c:v", "libvpx", "-b:v", "2M", "-deadline", "realtime"),
        ("-c:a", "libopus"),
        frozenset(
            ("odd", "ten bits", "interlaced", "full range", "b-frames", "44.1 kHz", "starts late")
        ),
    ),
    "avi": Box(
        "avi",
        ("-c:v", "mpeg4", "-q:v", "2"),
        ("-c:a", "mp2"),
        frozenset(
            ("varying", "odd", "ten bits", "full range", "b-frames", "5.1", "starts late", "50")
        ),
    ),
    "mpg": Box(
        "mpg",
        ("-c:v", "mpeg2video", "-q:v", "2"),
        ("-c:a", "mp2"),
        frozenset(("varying", "anamorphic", "odd", "ten bits", "full range", "5.1", "starts late")),
    ),
    "flv": Box(
        "flv",
        ("-c:v", "flv1", "-q:v", "2"),
        ("-c:a", "aac"),
        frozenset(
            (
                *("anamorphic", "odd", "ten bits", "interlaced", "full range", "b-frames", "5.1"),
                *("starts late", "varying", "29.97"),
            )
        ),
    ),
}
"""Name -> container."""

CELLS = [(box, kind) for box in BOXES for kind in KINDS if kind not in BOXES[box].without]


@functools.cache
def folder() -> Path:
    """Return the folder of the files, which are made once."""
    path = Path(tempfile.mkdtemp(prefix="vidgist-conformance-"))
    return path


@pytest.fixture(scope="module", autouse=True)
def _cleaned():
    yield
    shutil.rmtree(folder(), ignore_errors=True)
    folder.cache_clear()


def made(box: str, kind: str) -> Path:
    """Render the file of a cell."""
    container, what = BOXES[box], KINDS[kind]
    path = folder() / f"{box}-{kind.replace(' ', '-')}.{container.ending}"
    command = ["ffmpeg", "-v", "error", "-y"]
    for color in COLORS:
        command += ["-f", "lavfi", "-i", f"color={color}:s=96x64:r=25:d=1"]
    for tone in TONES:
        command += ["-f", "lavfi", "-i", f"sine={tone}:r=48000:d=1"]
    filters = f",{what.filters}" if what.filters else ""
    graph = f"[0][1][2][3]concat=n=4{filters}[v]"
    if what.audio is not None:
        graph += f";[4][5][6][7]concat=n=4:v=0:a=1,aformat=channel_layouts={what.channels}[a]"
    command += ["-filter_complex", graph, "-map", "[v]"]
    command += [*container.video, *what.video]
    if "-pix_fmt" not in what.video:
        command += ["-pix_fmt", "yuv420p"]
    if what.audio is not None:
        command += ["-map", "[a]", *container.audio, *what.audio]
    subprocess.run([*command, *what.output, str(path)], check=True)
    return path


def summarized(path: Path) -> Summary:
    summary = summary_of(path, cuts=(1.0, 2.0, 3.0))
    return with_pieces(summary, PIECES)


def seen(picture: np.ndarray) -> tuple[int, ...]:
    """Return the color at the middle of a picture."""
    height, width = picture.shape[:2]
    part = picture[height // 3 : -height // 3, width // 3 : -width // 3]
    return tuple(int(value) for value in np.median(part.reshape(-1, 3), axis=0))


def close(color: tuple[int, ...], scene: int, tolerance: int) -> bool:
    expected = list(COLORS.values())[scene]
    return bool(np.abs(np.subtract(color, expected)).max() <= tolerance)


def heard(sound: np.ndarray, rate: int) -> int:
    """Return the tone that is loudest in every channel."""
    level = np.abs(np.fft.rfft(sound * np.hanning(sound.shape[1]), axis=1)).sum(axis=0)
    bins = [round(tone * sound.shape[1] / rate) for tone in TONES]
    return int(np.argmax([level[b - 2 : b + 3].max() for b in bins]))


@pytest.mark.parametrize(("box", "kind"), CELLS, ids=lambda name: name.replace(" ", "-"))
def test_a_cell(box: str, kind: str, tmp_path: Path) -> None:
    what = KINDS[kind]
    path = made(box, kind)
    summary = summarized(path)
    out = tmp_path / "out"
    render(summary, out, make=["mp4", "json", "edl", "pieces"])

    # Data.
    facts = json.loads((out / "summary.json").read_text())["video"]
    step = 1 / (what.rate or 20)
    assert facts["duration"] == pytest.approx(4.0, abs=1.5 * step)
    assert (facts["width"], facts["height"]) == what.size
    assert facts["variable_frame_rate"] == (what.rate == 0)
    if what.rate:
        assert facts["frame_rate"] == pytest.approx(what.rate, rel=1e-3)
    assert facts["has_audio"] == (what.audio is not None)

    # Stills.
    moments = [0.5, 1.5, 2.5, 3.5]
    stills = frames_at(path, moments, timeline=summary.timeline)
    for scene, still in enumerate(stills):
        assert still.size == what.size
        assert close(seen(np.asarray(still)), scene, what.tolerance), (scene, seen(np.array(still)))
    borders = [1.0 - 0.7 * step, 1.0 + 0.7 * step]
    if kind != "interlaced":  # a frame there has fields of two scenes
        for scene, still in enumerate(frames_at(path, borders, timeline=summary.timeline)):
            assert close(seen(np.asarray(still)), scene, what.tolerance), (scene, "border")

    # The clip: colors and tones of the pieces, together to the end.
    clip = decode(out / "summary.mp4")
    assert clip.video_end == pytest.approx(1.2, abs=0.002)
    even = tuple(side + side % 2 for side in what.size)
    assert clip.pictures[0].shape[1::-1] == even
    for time, picture in zip(clip.times, clip.pictures, strict=True):
        scene = 1 if time < 0.6 - 1e-3 else 3
        assert close(seen(picture), scene, what.tolerance), (time, seen(picture))
    if what.audio is not None:
        assert clip.sound is not None
        rate = clip.rate
        assert clip.sound.shape[1] / rate == pytest.approx(1.2, abs=0.06)
        for at, scene in ((0.1, 1), (0.4, 1), (0.7, 3), (1.0, 3)):
            part = clip.sound[:, round(at * rate) : round((at + 0.1) * rate)]
            assert np.abs(part).max() > 0.02
            assert heard(part, rate) == scene, (at, scene)
    else:
        assert clip.sound is None

    # Timelines: frames of the edit list are those of the pieces.
    rows = (out / "pieces.csv").read_text().splitlines()[1:]
    assert [tuple(map(float, row.split(",")[1:3])) for row in rows] == [
        pytest.approx(tuple(piece)) for piece in summary.pieces.tolist()
    ]
    codes = re.findall(r" (\d\d):(\d\d):(\d\d)[:;](\d\d)", (out / "summary.edl").read_text())
    counted = {30000 / 1001: 30, 0: 24}.get(what.rate, round(what.rate or 24))
    starts = [int(s) + int(f) / counted for _, _, s, f in (codes[0], codes[4])]
    assert starts == pytest.approx([1.2, 3.2], abs=1.1 / counted)
