"""Sound whose channels stand in an order of their own, as QuickTime has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from decoded import decode
from vidgist.video.raw_sound import pcm_samples

RUN = [sys.executable, "-m", "vidgist"]
TONES = (400, 600, 800, 1000, 1200, 1400, 1600, 1800)


def levels(track: npt.NDArray[np.float32], rate: int) -> list[float]:
    """Return the amplitude of each tone in the middle half of a track."""
    middle = track[len(track) // 4 :][: rate // 2]
    waves = np.exp(-2j * np.pi * np.outer(TONES, np.arange(len(middle))) / rate)
    return (2 * np.abs(waves @ middle) / len(middle)).tolist()


@pytest.mark.parametrize(
    ("layout", "codec"), [("6.1", "pcm_s16le"), ("7.1", "pcm_s24be"), ("7.1", "pcm_f32le")]
)
def test_it_is_heard_as_ffmpeg_mixes_it(tmp_path: Path, layout: str, codec: str) -> None:
    path = tmp_path / "a.mov"
    count = sum(map(int, layout.split(".")))
    tones = "|".join(f"0.5*sin(2*PI*{tone}*t)" for tone in TONES[:count])
    sound = ["-f", "lavfi", "-i", f"aevalsrc={tones}:s=48000:c={layout}:d=2"]
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=10:d=2", *sound]
    subprocess.run([*command, "-c:a", codec, str(path)], check=True)
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vn", "-ac", "2", "-f", "f32le"]
    if layout == "6.1":
        # The center back is the last one in the file, before the sides where FFmpeg 5 takes it.
        command += ["-af", "channelmap=map=0|1|2|3|6|4|5:channel_layout=6.1"]
    command += ["-rematrix_maxval", "1", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    wanted = np.frombuffer(data, np.float32).reshape(-1, 2).T
    # In processes of their own: what goes wrong in PyAV cannot be caught.
    told = subprocess.run([*RUN, "info", str(path)], check=True, capture_output=True, text=True)
    assert f"{count} channels" in told.stdout
    out = tmp_path / "out"
    options = ["-o", str(out), "--make", "mp4,json", "--length", "100%"]
    made = subprocess.run(
        [*RUN, "summarize", str(path), *options], check=True, capture_output=True, text=True
    )
    assert "cannot be decoded" not in made.stderr
    clip = decode(out / "summary.mp4")
    assert clip.sound is not None
    for own, theirs in zip(clip.sound, wanted, strict=True):
        assert levels(own, clip.rate) == pytest.approx(levels(theirs, 48_000), abs=0.01)


@pytest.mark.parametrize(
    ("codec", "data", "values"),
    [
        ("pcm_s8", b"\x40\x80", [0.5, -1.0]),
        ("pcm_u8", b"\xc0\x00", [0.5, -1.0]),
        ("pcm_s16be", b"\x40\x00\xc0\x00", [0.5, -0.5]),
        ("pcm_s16le", b"\x00\x40\x00", [0.5]),
        ("pcm_s24be", b"\x40\x00\x00", [0.5]),
        ("pcm_s32le", b"\x00\x00\x00\xe0", [-0.25]),
        ("pcm_f32be", b"\x3f\x00\x00\x00", [0.5]),
        ("pcm_f64le", bytes(6) + b"\xe0\xbf", [-0.5]),
    ],
)
def test_bytes_of_samples(codec: str, data: bytes, values: list[float]) -> None:
    assert pcm_samples(data, codec).tolist() == values
