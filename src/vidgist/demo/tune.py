"""Sound of the demo video: a melody for each scene, a voice for the presenter."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vidgist.demo.scenes import SCENES, ScenePart

Samples: TypeAlias = npt.NDArray[np.float32]

SAMPLE_RATE = 48_000

SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
"""Semitones of a pentatonic scale, whose notes sound well in any order."""

BEAT = 0.24
"""Seconds from note to note."""


def tune(part: ScenePart) -> Samples:
    """Return the sound of a part, (2, n) in [-1, 1] at `SAMPLE_RATE`."""
    first, last = round(part.start * SAMPLE_RATE), round(part.end * SAMPLE_RATE)
    time = np.arange(last - first) / SAMPLE_RATE
    voice = _speech(time) if part.scene == "presenter" else _melody(time, part)
    ends = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.02)
    return (voice * ends).astype(np.float32)


def _melody(time: npt.NDArray[np.float64], part: ScenePart) -> npt.NDArray[np.float64]:
    """Return plucked notes in an order and a key that depend on the scene."""
    number = list(SCENES).index(part.scene)
    rng = np.random.default_rng(100 + number)
    notes = rng.choice(SCALE, size=64)
    root = 130.8 * 2 ** (number / 12)
    step = (time / BEAT).astype(int)
    since = time - step * BEAT
    pitch = root * 2 ** (notes[step % 64] / 12)
    strike = np.exp(-9 * since) * np.minimum(1.0, since / 0.004)
    left = sum(np.sin(2 * np.pi * k * pitch * since) / k**2 for k in (1, 2, 3))
    bass = np.sin(2 * np.pi * root / 2 * time) * (0.6 + 0.4 * np.cos(np.pi * time / BEAT))
    pan = 0.5 + 0.35 * np.sin(2 * np.pi * step / 5)
    pluck = 0.42 * strike * left
    return np.stack([pluck * (1 - pan) * 1.4, pluck * pan * 1.4]) + 0.12 * bass


def _speech(time: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a hum with the rhythm of speech."""
    syllable = np.abs(np.sin(9 * time)) * np.abs(np.sin(2.1 * time + 0.4))
    phase = (
        2 * np.pi * np.cumsum(128 + 16 * np.sin(2.9 * time) + 8 * np.sin(7 * time)) / SAMPLE_RATE
    )
    hum = sum(np.sin(k * phase) / k for k in range(1, 7))
    voice = 0.2 * syllable * hum
    return np.stack([voice, voice])
