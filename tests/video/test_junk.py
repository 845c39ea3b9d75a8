"""Junk rendered at known times is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from junk_clips import SIZE, TRANSITIONS, Part, render_junk
from vidgist.video import Junk, SampleStream, find_junk, measure
from vidgist.video.junk import REASONS
from vidgist.video.measures import Measures, join
from vidgist.video.transitions import Transition

Picture = np.ndarray


def junk_of(path: Path, *, fps: float = 5.0) -> tuple[Junk, np.ndarray]:
    stream = SampleStream(path, fps=fps)
    measures = join([measure(picture[None]) for picture in stream])
    junk = find_junk(
        measures,
        times=stream.times,
        frame_times=stream.timeline.times,
        jumps=stream.timeline.jumps,
        transitions=stream.transitions,
    )
    return junk, stream.times


def within(times: np.ndarray, part: Part) -> np.ndarray:
    return (times >= part.start - 1e-6) & (times < part.end - 1e-6)


def check(
    path: Path,
    parts: Sequence[tuple[str, str, float]],
    *,
    treat: Callable[[Picture], Picture] | None = None,
    fps: int = 25,
) -> tuple[Junk, np.ndarray, list[Part]]:
    truth = render_junk(path, parts, treat=treat, fps=fps)
    junk, times = junk_of(path)
    good = np.ones(len(times), bool)
    for part in truth:
        if not part.reason:
            continue
        inside = within(times, part)
        # The first and last tenth of a transition hardly show it, and one sample beside it is free.
        margin = 0.1 * (part.end - part.start) if part.kind in TRANSITIONS else 0.0
        if part.kind == "freeze":
            inside &= times > part.start + 0.2
        core = inside & (times >= part.start + margin) & (times < part.end - margin)
        assert junk.refused[core].all(), (part, junk.reasons)
        good &= (times < part.start - 0.2) | (times > part.end + 0.2)
    assert junk.refused[good].mean() < 0.02, list(zip(times[good], junk.reasons, strict=False))
    return junk, times, truth


@pytest.mark.parametrize("kind", TRANSITIONS)
def test_transitions(tmp_path: Path, kind: str) -> None:
    parts = [
        *[("scene", "presenter", 2.0), (kind, "balloons", 1.0), ("scene", "balloons", 2.0)],
        *[(kind, "rocket", 0.6), ("scene", "rocket", 2.0)],
    ]
    check(tmp_path / "a.mp4", parts)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        *[("black", "black"), ("white", "blank"), ("gray", "blank"), ("bars", "bars")],
        *[("bluescreen", "no signal"), ("snow", "no signal"), ("title", "card")],
        *[("credits", "card"), ("leader", "countdown"), ("digits", "countdown")],
    ],
)
def test_stills(tmp_path: Path, kind: str, reason: str) -> None:
    seconds = 5.0 if reason == "countdown" else 1.6
    parts = [(kind, "", seconds), *[("scene", n, 2.0) for n in ("presenter", "aquarium", "rocket")]]
    junk, times, truth = check(tmp_path / "a.mp4", parts)
    found = [r for r, inside in zip(junk.reasons, within(times, truth[0]), strict=True) if inside]
    assert found.count(reason) >= 0.9 * len(found)


@pytest.mark.parametrize("kind", [("blur", "5"), ("blur", "10"), ("shake", ""), ("freeze", "")])
def test_stretches(tmp_path: Path, kind: tuple[str, str]) -> None:
    seconds = 3.0 if kind[0] == "freeze" else 1.4
    parts = [
        *[("scene", "presenter", 2.5), ("scene", "aquarium", 2.5), (*kind, seconds)],
        *[("scene", "aquarium", 2.0), ("scene", "balloons", 3.0)],
    ]
    check(tmp_path / "a.mp4", parts)


def test_flash_and_whip_pan(tmp_path: Path) -> None:
    parts = [
        *[("scene", "presenter", 2.0), ("flash", "", 0.12), ("scene", "presenter", 2.0)],
        *[("whip", "road", 0.4), ("scene", "road", 2.0)],
    ]
    junk, _, truth = check(tmp_path / "a.mp4", parts)
    flash = next(t for t in junk.transitions if t.kind == "flash")
    assert (flash.start, flash.end) == pytest.approx((truth[1].start, truth[1].end))


SCENES = [("scene", name, 2.0) for name in ("presenter", "aquarium", "rocket", "balloons")]


def letterboxed(picture: Picture) -> Picture:
    return np.pad(picture[24:-24], ((24, 24), (0, 0), (0, 0)))


def vertical(picture: Picture) -> Picture:
    return picture[:, 110:210]


def gray(picture: Picture) -> Picture:
    return np.asarray(Image.fromarray(picture).convert("L").convert("RGB"))


def night(picture: Picture) -> Picture:
    return (picture * 0.22).astype(np.uint8)


def fog(picture: Picture) -> Picture:
    return (200 + (picture.astype(np.float32) - 128) * 0.2).clip(0, 255).astype(np.uint8)


def soft(picture: Picture) -> Picture:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(6)))


@pytest.mark.parametrize("treat", [None, letterboxed, vertical, gray, night, fog, soft])
@pytest.mark.parametrize("fps", [25, 10])
def test_good_pictures_stay(
    tmp_path: Path, treat: Callable[[Picture], Picture] | None, fps: int
) -> None:
    render_junk(tmp_path / "a.mp4", SCENES, treat=treat, fps=fps)
    junk, _ = junk_of(tmp_path / "a.mp4")
    assert junk.refused.mean() < 0.02, junk.reasons


def slide(number: int) -> Picture:
    image = Image.new("RGB", SIZE, (250, 250, 250))
    canvas = ImageDraw.Draw(image)
    canvas.text((20, 15), f"Slide {number}", fill=(20, 20, 90), font_size=26)
    for line in range(1 + number % 4):
        canvas.text((30, 60 + 26 * line), f"point {number}.{line}", fill=(30,) * 3, font_size=16)
    return np.asarray(image)


def test_slides_are_neither_cards_nor_frozen() -> None:
    # 30 s of slides, 5 s each.
    pictures = [slide(int(k // 10)) for k in range(60)]
    resized = [np.asarray(Image.fromarray(p).resize((224, 224))) for p in pictures]
    frame_times = np.arange(750) / 25
    jumps = np.zeros(750, np.float32)
    jumps[125::125] = 0.04
    cuts = [Transition(5.0 * k, 5.0 * k, "cut") for k in range(1, 6)]
    junk = find_junk(
        measure(np.stack(resized)),
        times=np.arange(60) / 2,
        frame_times=frame_times,
        jumps=jumps,
        transitions=cuts,
    )
    assert not junk.refused.any()


def flat_measures(count: int, **changed: float) -> Measures:
    values = dict.fromkeys(Measures._fields, 0.0) | {
        **{"mean": 120, "low": 20, "high": 230, "busy": 0.9, "sharp": 1, "detail": 14},
        **{"across": 1, "down": 1, "noise": 0.2, "flat": 0.2, "few": 0.5},
    }
    columns = {name: np.full(count, value, np.float32) for name, value in values.items()}
    for name, value in changed.items():
        columns[name][0] = value
    return Measures(**columns)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, ""),
        ({"mean": 5, "low": 0, "high": 8, "busy": 0}, "black"),
        ({"low": 120, "high": 126, "busy": 0}, "blank"),
        ({"bars": 1}, "bars"),
        ({"blue": 1}, "no signal"),
        ({"noise": 0.9}, "no signal"),
        ({"sharp": 0.2, "detail": 3}, "blurred"),
        ({"sharp": 0.2}, ""),  # fog
        ({"detail": 3}, ""),  # a plain wall
        ({"flat": 0.9, "busy": 0.3}, "card"),
    ],
)
def test_each_reason(changed: dict[str, float], reason: str) -> None:
    frame_times = np.arange(100) / 10
    junk = find_junk(
        flat_measures(20, **changed),
        times=np.arange(20) / 2,
        frame_times=frame_times,
        jumps=np.full(100, 0.002, np.float32),
    )
    assert junk.reasons == (reason, *[""] * 19)
    assert set(junk.reasons) <= {"", *REASONS}


def test_all_junk_has_reasons() -> None:
    measures = Measures(*(np.repeat(column[:1], 5) for column in flat_measures(1, mean=3, high=5)))
    measures = measures._replace(low=measures.low * 0, busy=measures.busy * 0)
    junk = find_junk(
        measures, times=np.arange(5) / 2, frame_times=np.arange(5) / 2, jumps=np.zeros(5)
    )
    assert junk.reasons == ("black",) * 5


def test_a_camera_that_comes_to_rest_is_not_frozen() -> None:
    jumps = np.full(250, 0.01, np.float32)
    jumps[100:110] = np.linspace(0.01, 0.0005, 10)
    jumps[98:110] *= np.linspace(1, 0.02, 12)
    jumps[110:160] = 0
    times = np.arange(20) / 2
    common = {"times": times, "frame_times": np.arange(250) / 25}
    assert not find_junk(flat_measures(20), jumps=jumps, **common).refused.any()
    jumps[98:110] = 0.01
    assert set(find_junk(flat_measures(20), jumps=jumps, **common).reasons) == {"", "frozen"}
