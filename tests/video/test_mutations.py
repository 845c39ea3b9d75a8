"""Files with random changes give frames or one line: no crash, no hang, no other exception."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clips import render_clip
from vidgist.errors import VideoError
from vidgist.video import FrameReader, frames_at, probe, read_frames

KINDS: dict[str, dict[str, Any]] = {
    "a.mp4": {"ticks": ()},
    "b.mkv": {"ticks": ()},
    "c.webm": {"codec": "libvpx-vp9", "options": {"cpu-used": "8"}},
    "d.ts": {},
    "e.avi": {"codec": "mpeg4"},
    "f.mpg": {"codec": "mpeg2video"},
}
COUNT = 40
SECONDS = 10.0


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """Return the data with bytes or whole numbers changed, often in the header, or cut off."""
    changed = bytearray(data)
    reach = min(len(data), 2000) if rng.random() < 0.5 else len(data)
    for at in rng.integers(0, reach, rng.integers(1, 30)).tolist():
        if rng.random() < 0.5:
            changed[at] = int(rng.integers(256))
        else:
            number = int(rng.choice([0, 1, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]))
            changed[at : at + 4] = number.to_bytes(4, "big")
    return bytes(changed[: rng.integers(len(changed))] if rng.random() < 0.1 else changed)


@pytest.mark.parametrize("name", KINDS)
def test_mutations(tmp_path: Path, name: str) -> None:
    whole = render_clip(tmp_path / name, scenes=(0.4, 0.4), size=(48, 64), **KINDS[name])
    data = whole.path.read_bytes()
    path = tmp_path / f"changed{whole.path.suffix}"
    outcomes, errors = [], []
    for seed in range(COUNT):
        path.write_bytes(mutated(data, np.random.default_rng(seed)))
        begin = time.monotonic()
        try:
            probe(path)
            timeline = read_frames(path, size=(16, 16)).timeline
            assert np.all(np.diff(timeline.times) > 0), seed
            assert timeline.duration > timeline.times[-1], seed
            middle = timeline.duration / 2
            assert len(list(frames_at(path, [0, middle], timeline=timeline))) == 2
            with FrameReader(path, timeline=timeline) as reader:
                for _ in reader.between(middle, middle + 0.1):
                    pass
            outcomes.append("read")
        except VideoError as error:
            outcomes.append("refused")
            errors.append(str(error))
        assert time.monotonic() - begin < SECONDS, f"seed {seed} hangs"
    assert outcomes.count("read") > 3
    for message in errors:
        assert message.startswith(f"{path}: ")
        assert "\n" not in message
