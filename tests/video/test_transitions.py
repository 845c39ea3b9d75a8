"""Transitions are found in grids, to the frame, and the same piece by piece."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from junk_clips import between
from vidgist.demo.scenes import SCENES
from vidgist.video.transitions import TransitionFinder, find_transitions


def scene(name: str, count: int, start: int = 0) -> list[np.ndarray]:
    return [
        np.asarray(SCENES[name]((start + n) / 25).resize((320, 180)), np.uint8)
        for n in range(count)
    ]


def grids(pictures: list[np.ndarray]) -> np.ndarray:
    gray = np.stack([np.asarray(Image.fromarray(p).convert("L")) for p in pictures])
    return gray[:, 5::10, 5::10]


def times_of(pictures: list[np.ndarray]) -> np.ndarray:
    return np.arange(len(pictures)) / 25


def test_a_cut_has_no_length() -> None:
    pictures = scene("presenter", 40) + scene("rocket", 40)
    (cut,) = find_transitions(times_of(pictures), grids(pictures))
    assert (cut.kind, cut.start, cut.end) == ("cut", 1.6, 1.6)


def test_a_blended_frame_belongs_to_its_cut() -> None:
    one, other = scene("presenter", 40), scene("rocket", 40)
    pictures = [*one, between("dissolve", one[-1], other[0], 0.5), *other]
    (cut,) = find_transitions(times_of(pictures), grids(pictures))
    assert (cut.kind, cut.start, cut.end) == ("cut", 1.6, pytest.approx(1.64))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("dissolve", {"dissolve"}), ("fadeblack", {"fade"}), ("fadewhite", {"fade"})],
)
@pytest.mark.parametrize("frames", [20, 40])
def test_ends_to_the_frame(kind: str, expected: set[str], frames: int) -> None:
    one, other = scene("presenter", 50 + frames), scene("balloons", 50 + frames)
    mixed = [between(kind, one[50 + n], other[n], (n + 1) / (frames + 1)) for n in range(frames)]
    pictures = [*one[:50], *mixed, *other[frames:]]
    found = find_transitions(times_of(pictures), grids(pictures))
    assert {t.kind for t in found} == expected
    assert found[0].start == pytest.approx(2.0, abs=0.081)
    assert found[-1].end == pytest.approx(2.0 + frames / 25, abs=0.081)


def test_motion_is_no_transition() -> None:
    pictures = scene("road", 60)
    # A pan over a wide picture.
    wide = np.concatenate([scene("city", 1)[0], scene("aquarium", 1)[0]], axis=1)
    pan = [wide[:, 4 * n : 4 * n + 320] for n in range(80)]
    for shown in (pictures, pan):
        assert [t for t in find_transitions(times_of(shown), grids(shown)) if t.kind != "cut"] == []


def test_a_stretch_at_a_time_finds_the_same() -> None:
    names = ["presenter", "rocket", "balloons", "aquarium"] * 3
    pictures: list[np.ndarray] = []
    for number, name in enumerate(names):
        following = scene(name, 90)
        if pictures and number % 2:
            last = pictures[-1]
            pictures += [between("dissolve", last, following[n], (n + 1) / 26) for n in range(25)]
            following = following[25:]
        pictures += following
    times, small = times_of(pictures), grids(pictures)
    finder = TransitionFinder()
    for at, grid in zip(times, small, strict=True):
        finder.add(float(at), grid.repeat(2, 0).repeat(2, 1).astype(np.float32), 255.0)
    whole = find_transitions(times, small)
    found = finder.finish()
    assert [t.kind for t in found] == [t.kind for t in whole]
    assert len(whole) == len(names) - 1
    for one, other in zip(found, whole, strict=True):
        assert (one.start, one.end) == pytest.approx((other.start, other.end), abs=0.09)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_few_frames(count: int) -> None:
    assert find_transitions(np.arange(count) / 25, np.zeros((count, 18, 32), np.uint8)) == []


def test_uneven_times_and_tiny_pictures() -> None:
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.uniform(0.01, 0.3, 100))
    find_transitions(times, rng.integers(0, 256, (100, 1, 1), dtype=np.uint8))
    finder = TransitionFinder()
    for number, at in enumerate(times.tolist()):
        size = (36, 64) if number < 50 else (3, 2)
        finder.add(at, np.full(size, number % 3, np.float32), 1023.0)
    finder.finish()
