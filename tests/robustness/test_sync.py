"""Picture and sound stay together through damage and at joints: flashes and beeps, made by ffmpeg.

Every second of the sources, a corner turns white and a beep begins.  Bytes of the files are
changed at random; wherever both can still be seen and heard, they come together up to the end.
`VIDGIST_SYNC=510 pytest tests/robustness/test_sync.py` tries as many damages as wanted.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from decoded import decode
from summaries import summary_of
from vidgist.errors import VidgistError
from vidgist.render.outputs.clip import write_clip
from vidgist.types import Timeline
from vidgist.video.decode import SampleStream
from vidgist.video.examine import examine
from vidgist.video.probe import probe
from vidgist.video.seek import FrameReader
from vidgist.video.sound import SoundReader
from vidgist.video.sources import joined_name

FFMPEG = shutil.which("ffmpeg")
pytestmark = pytest.mark.skipif(FFMPEG is None, reason="the command ffmpeg is missing")

SECONDS = 10
DAMAGES = int(os.environ.get("VIDGIST_SYNC", "50"))
TOGETHER = 0.040

H264 = "-c:v libx264 -preset veryfast -crf 34 -g 50 -bf 3 -threads 1"
FILES = {
    "a.mp4": f"{H264} -c:a aac -b:a 24k -movflags +faststart",
    "a.mkv": f"{H264} -c:a libopus -b:a 24k",
    "a.ts": f"{H264} -c:a aac -b:a 24k",
    "a.avi": "-c:v mpeg4 -q:v 12 -g 50 -c:a libmp3lame -b:a 32k",
    "a.mpg": "-c:v mpeg2video -q:v 12 -g 25 -bf 2 -c:a mp2 -b:a 48k",
    "a.webm": "-c:v libvpx -b:v 80k -deadline good -cpu-used 5 -threads 1 -g 50 -c:a libvorbis",
    "a.mov": "-c:v libx265 -preset ultrafast -x265-params log-level=none -crf 34 -g 50"
    " -c:a aac -b:a 24k -movflags +faststart",
}


def make(
    path: Path,
    codecs: str,
    *,
    size: str = "64x48",
    rate: int = 25,
    more: str = "",
    hole: tuple[float, float] = (0.0, 0.0),
    seconds: int = SECONDS,
) -> Path:
    """Render flashes and beeps; after hole[0] seconds, both stop for hole[1] seconds."""
    lit = "lt(mod(t,1),0.1)"
    box = "drawbox=x=0:y=0:w=16:h=16:t=fill:color"
    beep = f"aevalsrc='0.6*sin(2*PI*1000*t)*{lit}':s=32000:d={seconds}"
    graph = f"[0]{box}=white:enable='{lit}',{box}=black:enable='not({lit})',format=yuv420p"
    stop = f"PTS+if(gte(T\\,{hole[0]})\\,{hole[1]}/TB)"
    graph += f",setpts={stop}[v];[1]asetpts={stop}[a]"
    command = [
        *(str(FFMPEG), "-v", "error", "-y", "-fflags", "+bitexact"),
        *("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}"),
        *("-f", "lavfi", "-i", beep, "-filter_complex", graph, "-map", "[v]", "-map", "[a]"),
        *("-vsync", "vfr"),
        *(*codecs.split(), *more.split(), str(path)),
    ]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sync")
    return {name: make(folder / name, codecs) for name, codecs in FILES.items()}


@dataclass(frozen=True)
class Reading:
    """Seconds at which flashes and beeps begin."""

    timeline: Timeline
    flashes: npt.NDArray[np.float64]
    beeps: npt.NDArray[np.float64]

    @property
    def apart(self) -> npt.NDArray[np.float64]:
        """Seconds from each flash to the beep next to it, where there is one."""
        distances = self.beeps[None, :] - self.flashes[:, None]
        if not distances.size:
            return np.empty(0)
        nearest = distances[np.arange(len(distances)), np.abs(distances).argmin(axis=1)]
        return np.asarray(nearest[np.abs(nearest) < 0.45])


def begins(times: Any, on: Any) -> npt.NDArray[np.float64]:
    on = np.asarray(on, bool)
    return np.asarray(times)[on & ~np.concatenate([[False], on[:-1]])]


def loud(track: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.float64]:
    """Return where 1 kHz is heard after half a second without."""
    size = rate // 100  # whole periods
    blocks = track[: len(track) // size * size].reshape(-1, size)
    wave = np.exp(2j * np.pi * 1000 * np.arange(size) / rate)
    heard = np.flatnonzero(np.abs(blocks @ wave) * 2 / size > 0.2)
    first = heard[np.diff(heard, prepend=-(10**6)) > 50]
    return first / 100


def read(path: Path) -> Reading:
    """Read a whole file as the clip's output does."""
    samples = SampleStream(path, size=(8, 8))
    for _ in samples:
        pass
    timeline = samples.timeline
    shown = []
    with FrameReader(path, timeline=timeline) as reader:
        for seconds, frame in reader.between(0, timeline.duration):
            corner: Any = frame.to_ndarray(format="gray")[4:12, 4:12]
            shown.append((seconds, corner.mean() > 128))
    with SoundReader(path, origin=timeline.origin, steady=timeline.steady) as sound:
        assert sound.rate is not None
        blocks = list(sound.read(0, round(timeline.duration * sound.rate)))
        beeps = loud(np.concatenate(blocks, axis=1)[0], sound.rate)
    return Reading(timeline, begins(*zip(*shown, strict=True)), beeps)


@pytest.mark.parametrize("name", FILES)
def test_whole_files(files: dict[str, Path], name: str) -> None:
    found = read(files[name])
    assert found.timeline.duration == pytest.approx(SECONDS, abs=0.05)
    # ffmpeg begins AVI with a picture that is shown twice.
    allowed = 0.041 if name == "a.avi" else 0.002
    assert found.flashes.tolist() == pytest.approx(list(range(SECONDS)), abs=allowed)
    assert len(found.apart) == SECONDS
    assert np.abs(found.apart).max() <= max(allowed, 0.021)
    assert found.timeline.warnings == ()


def damaged(path: Path, target: Path, *, seed: int) -> Path:
    """Write a file with 1, 16 or 512 bytes of its later part replaced at random."""
    data, chance = bytearray(path.read_bytes()), random.Random(seed)
    at = chance.randrange(min(9000, len(data) // 3), len(data) - 2000)
    for k in range(at, at + chance.choice([1, 16, 512])):
        data[k] = chance.randrange(256)
    target.write_bytes(data)
    return target


@pytest.mark.parametrize("name", FILES)
def test_damage_does_not_part_them(files: dict[str, Path], tmp_path: Path, name: str) -> None:
    parted = []
    for seed in range(-(-DAMAGES // len(FILES))):
        path = damaged(files[name], tmp_path / name, seed=seed)
        try:
            found = read(path)
        except VidgistError:
            continue
        # What was damaged may look lit itself; but times return to the stream's own.
        late = np.abs(found.apart) > TOGETHER + 1e-6
        lasts = found.timeline.duration
        # Damage may end a file early, and is then said; it never makes it longer.
        least = 0 if found.timeline.warnings else SECONDS - 1.05
        whole = least < lasts < SECONDS + 0.25
        if (len(late) and late[-2:].all()) or late.sum() > 1 or not whole:
            parted.append((seed, lasts, np.round(found.apart, 3).tolist()))
    assert parted == []


@pytest.mark.parametrize("name", ["a.mp4", "a.ts"])
def test_the_clip_has_them_together(files: dict[str, Path], tmp_path: Path, name: str) -> None:
    for seed in (0, 1):
        path = damaged(files[name], tmp_path / name, seed=seed)
        write_clip(summary_of(path), tmp_path / "clip.mp4")
        clip = decode(tmp_path / "clip.mp4")
        assert clip.sound is not None
        lit = [picture[4:12, 4:12].mean() > 128 for picture in clip.pictures]
        apart = Reading(
            summary_of(path).timeline, begins(clip.times, lit), loud(clip.sound[0], clip.rate)
        ).apart
        assert len(apart) >= 8
        assert np.abs(apart[-2:]).min() <= TOGETHER


@pytest.mark.parametrize("name", ["a.ts", "a.mpg"])
@pytest.mark.parametrize(
    ("begins_at", "size"),
    [(0.0, "64x48"), (9.5, "64x48"), (13.0, "64x48"), (9000.0, "64x48"), (5.0, "96x64")],
)
def test_joints(
    files: dict[str, Path], tmp_path: Path, name: str, begins_at: float, size: str
) -> None:
    first = files[name]
    more = f"-output_ts_offset {begins_at}"
    second = make(tmp_path / f"2{name}", FILES[name], size=size, more=more)
    joined = tmp_path / name
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    found = read(joined)
    # A gap remains; program streams have a lead of half a second, which eats it up in part.
    gap = begins_at - SECONDS if SECONDS < begins_at < 2 * SECONDS else 0
    least = 2 * SECONDS + gap - (0.6 if gap and name == "a.mpg" else 0.1)
    assert least <= found.timeline.duration <= 2 * SECONDS + gap + 0.1
    assert len(found.flashes) == len(found.apart) == 2 * SECONDS
    assert np.abs(found.apart).max() <= 0.02


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webm", "a.mov"])
def test_a_hole_of_both_is_one_in_every_container(tmp_path: Path, name: str) -> None:
    found = read(make(tmp_path / name, FILES[name], hole=(4.0, 600.0)))
    assert found.timeline.holes == pytest.approx(np.array([[4.0, 604.0]]), abs=0.03)
    assert found.timeline.n_frames == 25 * SECONDS
    assert len(found.flashes) == len(found.apart) == SECONDS
    assert np.abs(found.apart).max() <= 0.03


@pytest.mark.parametrize("order", ["-bf 0", "-bf 3", "-bf 8 -g 25"])
@pytest.mark.parametrize("seconds", [5.0, 600.0])
def test_a_hole_in_a_transport_stream(tmp_path: Path, order: str, seconds: float) -> None:
    """Pictures that refer across a hole show that it is one; without, it may be a joint."""
    codecs = f"-c:v libx264 -preset veryfast -crf 34 {order} -threads 1 -c:a mp2 -b:a 48k"
    found = read(make(tmp_path / "a.ts", codecs, hole=(4.5, seconds)))
    joined = order == "-bf 0" and seconds > 10
    assert found.timeline.n_frames == 25 * SECONDS
    assert found.timeline.joints == pytest.approx([4.52] if joined else [], abs=0.001)
    holes = [] if joined else [[4.52, 4.52 + seconds]]
    assert found.timeline.holes == pytest.approx(np.array(holes).reshape(-1, 2), abs=0.03)
    assert len(found.flashes) == len(found.apart) == SECONDS
    assert np.abs(found.apart).max() <= 0.02


@pytest.mark.parametrize("endings", ["ts mp4", "mp4 ts", "ts mkv"])
def test_parts_with_joints_of_their_own(
    files: dict[str, Path], tmp_path: Path, endings: str
) -> None:
    joined = tmp_path / "joined.ts"
    second = make(tmp_path / "2.ts", FILES["a.ts"], more="-output_ts_offset 9.5")
    joined.write_bytes(files["a.ts"].read_bytes() + second.read_bytes())
    parts = [joined if ending == "ts" else files[f"a.{ending}"] for ending in endings.split()]
    found = read(joined_name(parts))
    assert found.timeline.duration == pytest.approx(3 * SECONDS, abs=0.05)
    assert found.timeline.n_frames == 3 * 25 * SECONDS
    assert len(found.flashes) == len(found.apart) == 3 * SECONDS
    assert np.abs(found.apart).max() <= 0.02


def test_what_is_missing_of_avi_that_is_cut_off(files: dict[str, Path], tmp_path: Path) -> None:
    data = files["a.avi"].read_bytes()
    path = tmp_path / "a.avi"
    path.write_bytes(data[: len(data) * 6 // 10])
    found = read(path)
    missing = SECONDS + 0.04 - found.timeline.duration
    assert missing > 2
    assert found.timeline.warnings == (
        f"it ends at {found.timeline.duration:.1f} s, but 10.0 s were announced:"
        f" {missing:.1f} s are missing",
    )
    assert probe(path).duration == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize("name", ["a.mkv", "a.webm"])
def test_a_cluster_whose_timestamp_is_damaged(
    files: dict[str, Path], tmp_path: Path, name: str
) -> None:
    data = files[name].read_bytes()
    begins = [at for at in range(len(data)) if data.startswith(b"\x1f\x43\xb6\x75", at)]
    assert len(begins) >= 4
    for number, at in enumerate(begins[1:]):
        stamp = data.index(b"\xe7\x82", at) + 2  # of two bytes, in milliseconds
        for place, bits in ((stamp, 0x7C), (stamp + 1, 0xC0 >> number % 2)):
            changed = bytearray(data)
            changed[place] ^= bits
            path = tmp_path / name
            path.write_bytes(changed)
            found = read(path)
            assert found.timeline.duration == pytest.approx(SECONDS, abs=0.05)
            assert len(found.apart) == SECONDS
            assert np.abs(found.apart).max() <= TOGETHER + 1e-6
            assert found.timeline.warnings


SMALL = ("64x48", FILES["a.ts"])
LARGE = ("320x240", "-c:v mpeg2video -b:v 14M -minrate 14M -maxrate 14M -bufsize 4M -c:a mp2")
"""Of so many bytes that FFmpeg does not know of later streams when it opens the file."""


@pytest.mark.parametrize(
    ("kind", "order", "begins_at"),
    [
        (SMALL, "12", {}),
        (SMALL, "121", {}),
        (SMALL, "1213", {3: 100.0}),
        (SMALL, "123", {2: 4.0, 3: 8.0}),
        (LARGE, "121", {2: 100.0}),
        (LARGE, "12321", {}),
    ],
)
def test_recordings_under_other_numbers(
    tmp_path: Path, kind: tuple[str, str], order: str, begins_at: dict[int, float]
) -> None:
    """Recordings of four seconds with streams of their own numbers, in any order."""
    size, codecs = kind
    path = tmp_path / "a.ts"
    with path.open("wb") as joined:
        for number in map(int, order):
            part = tmp_path / f"{number}.ts"
            if not part.exists():
                more = f"-streamid 0:{100 * number} -streamid 1:{100 * number + 1}"
                more += f" -output_ts_offset {begins_at.get(number, 0.0)}"
                make(part, codecs, size=size, seconds=4, more=more)
            joined.write(part.read_bytes())
    found = read(path)
    assert found.timeline.n_frames == 4 * 25 * len(order)
    assert found.timeline.duration == pytest.approx(4 * len(order), abs=0.05)
    assert len(found.flashes) == len(found.apart) == 4 * len(order)
    assert np.abs(found.apart).max() <= 0.02
    info = examine(probe(path))
    assert info.duration == pytest.approx(4 * len(order), abs=0.1)
    assert info.damage == ()
