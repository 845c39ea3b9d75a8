"""Clips with speech whose times are known: sentences of eSpeak NG with silence between them.

track, sentences = spoken_track(pauses=[0.5, 0.4, 0.6])
render_sound_track(tmp_path / "a.mp4", track)
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from clips import picture

RATE = 22_050
"""Samples a second that eSpeak NG makes."""

SENTENCES = (
    "The tire has to be checked before every long trip.",
    "Put the gauge on the valve and read the number.",
    "Now we wash the dog with warm water.",
    "She opened the letter slowly and smiled.",
    "Add two cups of flour to the bowl.",
    "This is the first thing that people ask me.",
    "Nobody had seen the bridge from this side.",
    "We will start again tomorrow morning.",
    "Then turn the screw to the left.",
    "It was raining when we left the house.",
    "He measured the window and wrote it down.",
)

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="needs the command espeak-ng for speech, not here"
)


@lru_cache(maxsize=64)
def say(text: str, *, voice: str = "en-us", speed: int = 160) -> npt.NDArray[np.float32]:
    """Return a spoken text as (n,) samples at `RATE`, without silence around it."""
    made = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text],
        capture_output=True,
        check=True,
    ).stdout
    # The sizes in the header are not set where the sound goes to a pipe.
    data = made[made.index(b"data") + 8 :]
    samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.004)
    return 0.6 * samples[loud[0] : loud[-1] + 1]


def spoken_track(
    pauses: Sequence[float], *, lead: float = 0.6, speed: int = 160
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Return the sound of sentences, each followed by a pause, and their (n, 2) seconds."""
    parts, times = [np.zeros(round(lead * RATE), np.float32)], []
    at = len(parts[0])
    for k, pause in enumerate(pauses):
        voice = ("en-us", "en-gb", "en-us+f3", "en-gb+m5")[k % 4]
        sentence = say(SENTENCES[k % len(SENTENCES)], voice=voice, speed=speed)
        silence = np.zeros(round(pause * RATE), np.float32)
        times.append((at / RATE, (at + len(sentence)) / RATE))
        parts += [sentence, silence]
        at += len(sentence) + len(silence)
    return np.concatenate(parts), np.array(times)


def music_track(seconds: float, rate: int = RATE) -> npt.NDArray[np.float32]:
    """Return chords that swell and fade: five tones with overtones."""
    time = np.arange(round(seconds * rate)) / rate
    tones = [
        np.sin(2 * np.pi * f * m * time)
        / m
        * (0.5 + 0.5 * np.sin(2 * np.pi * (0.5 + 0.3 * k) * time))
        for k, f in enumerate((220, 277, 330, 440, 554))
        for m in (1, 2, 3)
    ]
    return (0.08 * np.sum(tones, axis=0)).astype(np.float32)


def render_sound_track(
    path: Path,
    track: npt.NDArray[np.float32],
    *,
    rate: int = RATE,
    codec: str = "aac",
    layout: str = "mono",
    fps: int = 10,
    start: float = 0.0,
    late: float = 0.0,
) -> Path:
    """Render pictures with a sound track of one channel, copied to all channels of the layout.

    Args:
        path: its ending chooses the container.
        track: (n,) samples.
        rate: samples a second.
        codec: FFmpeg's encoder of the sound.
        layout: of the channels.
        fps: pictures a second.
        start: seconds of the first picture on the container's clock.
        late: seconds from the first picture at which the sound begins.
    """
    with av.open(str(path), "w") as output:
        video: Any = output.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        video.height, video.width, video.pix_fmt = 96, 128, "yuv420p"
        sound: Any = output.add_stream(codec, rate=rate)
        sound.layout = layout
        packets = []
        for n in range(int((len(track) / rate + late) * fps)):
            shown = picture(n % 50, 0, (96, 128))
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = n + round(start * fps), Fraction(1, fps)
            packets += video.encode(frame)
        packets += video.encode(None)
        size = sound.codec_context.frame_size or 1024
        form = sound.codec_context.format.name
        to_form = av.AudioResampler(format=form, layout=layout, rate=rate)
        channels = sound.codec_context.channels
        for first in range(0, len(track), size):
            part = np.tile(track[first : first + size], (channels, 1))
            block = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
            block.sample_rate = rate
            block.pts = first + round((start + late) * rate)
            block.time_base = Fraction(1, rate)
            for piece in to_form.resample(block):
                packets += sound.encode(piece)
        packets += sound.encode(None)
        packets.sort(key=lambda p: float(p.dts * p.time_base) if p.dts is not None else 1e9)
        for packet in packets:
            if packet.dts is not None:
                output.mux(packet)
    return path
