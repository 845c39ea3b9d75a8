"""Damaged pictures, animations and parts end in a result or in one line, never otherwise."""

from __future__ import annotations

import random

import pytest
from PIL import Image

from clips import picture, render_clip
from vidgist.errors import VideoError
from vidgist.video import read_frames, spool
from vidgist.video.protection import protection
from vidgist.video.signatures import is_video_head
from vidgist.video.sources import joined_name

SIZE = (48, 64)


@pytest.fixture(autouse=True)
def _no_leftovers():
    yield
    spool.clear()


def mutated(data: bytes, seed: int) -> bytes:
    """Return bytes with noise in them, cut off, or both."""
    rng = random.Random(seed)
    changed = bytearray(data)
    for _ in range(rng.choice([1, 4, 64])):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.randrange(1, len(changed))] if rng.random() < 0.4 else changed)


def read_or_refuse(path) -> int:
    """Return the frames that are read, 0 where the input is refused in one line."""
    refusal = ""
    try:
        return read_frames(path, fps=5, size=(8, 8), threads=1).timeline.n_frames
    except VideoError as error:
        refusal = str(error)
    assert "\n" not in refusal
    return 0


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tiff"])
def test_damaged_pictures(tmp_path, ending):
    read = 0
    for seed in range(8):
        folder = tmp_path / f"{seed}"
        folder.mkdir()
        for k in range(3):
            file = folder / f"{k}.{ending}"
            Image.fromarray(picture(k, 0, SIZE)).save(file)
        file.write_bytes(mutated(file.read_bytes(), seed))
        read += read_or_refuse(folder) > 0
    assert read or ending in ("webp", "tiff")  # which are refused as a whole


def test_damaged_animations(tmp_path):
    images = [Image.fromarray(picture(k, 0, SIZE)) for k in range(4)]
    path = tmp_path / "a.webp"
    images[0].save(path, save_all=True, append_images=images[1:], duration=100)
    whole = path.read_bytes()
    for seed in range(12):
        damaged = tmp_path / f"{seed}.webp"
        damaged.write_bytes(mutated(whole, seed))
        read_or_refuse(damaged)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi"])
def test_damaged_parts(tmp_path, name):
    whole = render_clip(tmp_path / name, scenes=(0.4,), size=SIZE, ticks=()).path
    for seed in range(8):
        damaged = tmp_path / f"{seed}-{name}"
        damaged.write_bytes(mutated(whole.read_bytes(), seed))
        assert read_or_refuse(joined_name([whole, damaged])) in range(21)


def test_any_bytes_are_looked_at(tmp_path):
    clip = render_clip(tmp_path / "a.mp4", scenes=(0.4,), size=SIZE).path.read_bytes()
    path = tmp_path / "x"
    for seed in range(300):
        data = mutated(clip[:2000] + clip[-2000:], seed)
        is_video_head(data)
        path.write_bytes(data)
        protection(path)
