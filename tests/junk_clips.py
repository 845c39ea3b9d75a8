"""Clips of drawn scenes with junk at known times.

    truth = render_junk(path, [("scene", "city", 3.0), ("dissolve", "snow", 1.0), ("black", "", 2)])

Each part is (kind, argument, seconds).  A transition leads from the picture before to the scene
that its argument names; "blur", "whip" and "freeze" treat the scene that is on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from vidgist.demo.scenes import SCENES

SIZE = (320, 180)
Picture = npt.NDArray[np.uint8]

WIPES = ("wipeleft", "wipedown", "diagonal", "circle", "clockwise", "blinds", "soft")
TRANSITIONS = ("dissolve", "fadeblack", "fadewhite", "push", *WIPES)
REASON = {
    **dict.fromkeys(TRANSITIONS, "transition"),
    **dict.fromkeys(("flash", "whip"), "transition"),
    **dict.fromkeys(("white", "gray"), "blank"),
    "black": "black",
    "bars": "bars",
    "leader": "countdown",
    "digits": "countdown",
    "bluescreen": "no signal",
    "snow": "no signal",
    "blur": "blurred",
    "shake": "blurred",
    "freeze": "frozen",
    "title": "card",
    "credits": "card",
}
"""Kind of a part -> the reason that its samples must have; any other reason will do as well."""


@dataclass(frozen=True)
class Part:
    """A stretch of a rendered clip: seconds, what it is, and the reason that is expected."""

    start: float
    end: float
    kind: str
    reason: str


@lru_cache(maxsize=4096)
def _scene(name: str, frame: int, fps: int) -> Picture:
    image = SCENES[name](frame / fps)
    pixels = np.asarray(image.resize(SIZE, Image.Resampling.BILINEAR, reducing_gap=2.0))
    pixels.flags.writeable = False
    return pixels


def _still(draw_on: Callable[[ImageDraw.ImageDraw], None], color: tuple[int, int, int]) -> Picture:
    image = Image.new("RGB", SIZE, color)
    draw_on(ImageDraw.Draw(image))
    return np.asarray(image)


def bars() -> Picture:
    """SMPTE bars at 75%."""
    levels = (191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191)
    colors = [*levels, (191, 0, 0), (0, 0, 191)]

    def draw(canvas: ImageDraw.ImageDraw) -> None:
        wide = SIZE[0] / 7
        for number, color in enumerate(colors):
            canvas.rectangle((number * wide, 0, (number + 1) * wide, 0.67 * SIZE[1]), fill=color)
            back = colors[6 - number] if number % 2 == 0 else (19, 19, 19)
            canvas.rectangle(
                (number * wide, 0.67 * SIZE[1], (number + 1) * wide, 0.75 * SIZE[1]), fill=back
            )
        canvas.rectangle((SIZE[0] / 6, 0.75 * SIZE[1], SIZE[0] / 3, SIZE[1]), fill=(255,) * 3)

    return _still(draw, (19, 19, 19))


def title(text: str, *, dark: bool) -> Picture:
    """Large and small text on a flat background."""
    ink, paper = ((240, 240, 240), (12, 12, 40)) if dark else ((30, 30, 30), (245, 240, 230))

    def draw(canvas: ImageDraw.ImageDraw) -> None:
        canvas.text((SIZE[0] / 2, 75), text, fill=ink, font_size=36, anchor="mm")
        canvas.text((SIZE[0] / 2, 120), "a film by nobody", fill=ink, font_size=14, anchor="mm")

    return _still(draw, paper)


def leader(seconds: float, *, first: int = 6, sweep: bool = True) -> Picture:
    """A film leader: digits that change each second, with or without rings and a sweeping hand."""

    def draw(canvas: ImageDraw.ImageDraw) -> None:
        x, y = SIZE[0] / 2, SIZE[1] / 2
        if sweep:
            angle = 360 * (seconds % 1) - 90
            canvas.pieslice((x - 300, y - 300, x + 300, y + 300), -90, angle, fill=(120, 120, 120))
            canvas.line((0, y, SIZE[0], y), fill=(20, 20, 20), width=2)
            canvas.line((x, 0, x, SIZE[1]), fill=(20, 20, 20), width=2)
            for radius in (62, 76):
                box = (x - radius, y - radius, x + radius, y + radius)
                canvas.ellipse(box, outline=(240, 240, 240), width=3)
        digit = str(max(0, first - int(seconds)))
        canvas.text((x, y), digit, fill=(15, 15, 15), font_size=110, anchor="mm", stroke_width=3)

    return _still(draw, (175, 175, 175))


def _mask(kind: str, a: float) -> npt.NDArray[np.float32]:
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    y, x = y / SIZE[1], x / SIZE[0]
    place = {
        "wipeleft": 1 - x,
        "wipedown": y,
        "diagonal": (x + y) / 2,
        "circle": np.hypot(x - 0.5, y - 0.5) / 0.7072,
        "clockwise": np.arctan2(x - 0.5, y - 0.5) / (2 * np.pi) + 0.5,
        "blinds": (6 * x) % 1,
        "soft": 1 - x,
    }[kind]
    soft = 0.3 if kind == "soft" else 0.02
    return np.clip((a * (1 + soft) - place) / soft, 0, 1)[..., None]


def between(kind: str, one: Picture, other: Picture, a: float) -> Picture:
    """Return the picture of a transition that is ``a`` of the way, in (0, 1)."""
    if kind == "push":
        shift = round(a * SIZE[0])
        return np.concatenate([one[:, shift:], other[:, :shift]], axis=1)
    first, second = one.astype(np.float32), other.astype(np.float32)
    if kind == "dissolve":
        mixed = first * (1 - a) + second * a
    elif kind in ("fadeblack", "fadewhite"):
        share = abs(2 * a - 1)
        mixed = (first if a < 0.5 else second) * share + 255 * (kind == "fadewhite") * (1 - share)
    else:
        mask = _mask(kind, a)
        mixed = first * (1 - mask) + second * mask
    return mixed.astype(np.uint8)


def _smeared(pixels: Picture, length: int) -> Picture:
    sums = np.cumsum(pixels.astype(np.float32), axis=1)
    sums = np.concatenate([sums, np.repeat(sums[:, -1:], length, axis=1)], axis=1)
    smeared = (sums[:, length:] - sums[:, :-length]) / length
    smeared[:, -length:] = smeared[:, -length - 1 : -length]
    return smeared.astype(np.uint8)


def _blurred(pixels: Picture, radius: float) -> Picture:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


class _Show:
    """Where each scene is, and which is on."""

    def __init__(self, fps: int) -> None:
        self.fps = fps
        self.at: dict[str, int] = {}
        self.name = ""
        self.last: Picture = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)

    def next(self, name: str | None = None) -> Picture:
        self.name = name or self.name
        frame = self.at.get(self.name, 0)
        self.at[self.name] = frame + 1
        return _scene(self.name, frame, self.fps)


def _part(show: _Show, kind: str, argument: str, count: int, rng: Any) -> list[Picture]:
    fps, blank = show.fps, (SIZE[1], SIZE[0], 3)
    if kind == "scene":
        return [show.next(argument) for _ in range(count)]
    if kind in TRANSITIONS:
        before = show.name
        fresh = before and before in show.at
        pictures = []
        for number in range(count):
            one = show.next(before) if fresh else show.last
            other = show.next(argument)
            pictures.append(between(kind, one, other, (number + 1) / (count + 1)))
        return pictures
    if kind in ("black", "white", "gray"):
        value = {"black": 0, "white": 250, "gray": 128}[kind]
        return [np.full(blank, value, np.uint8)] * count
    if kind == "blur":
        return [_blurred(show.next(), float(argument or 8)) for _ in range(count)]
    if kind == "shake":
        pictures = []
        for number in range(count):
            moved = np.roll(show.next(), round(37 * number * (1 + 0.3 * np.sin(number))), axis=1)
            pictures.append(_smeared(moved, 36))
        return pictures
    if kind == "whip":
        before = show.name
        pictures = []
        for number in range(count):
            one, other = show.next(before), show.next(argument)
            picture = between("push", one, other, (number + 1) / (count + 1))
            pictures.append(_smeared(picture, SIZE[0] // count))
        return pictures
    if kind == "flash":
        return [
            np.clip(show.next().astype(np.int16) + 150, 0, 255).astype(np.uint8)
            for _ in range(count)
        ]
    if kind == "freeze":
        return [show.next()] * count
    if kind == "bluescreen":
        draw = lambda canvas: canvas.text((20, 15), "NO SIGNAL", fill=(255,) * 3, font_size=14)  # noqa: E731
        return [_still(draw, (0, 0, 200))] * count
    if kind == "snow":
        shape = (SIZE[1], SIZE[0], 1)
        return [
            np.repeat(rng.integers(0, 256, shape, dtype=np.uint8), 3, axis=2) for _ in range(count)
        ]
    if kind in ("leader", "digits"):
        return [leader(n / fps, sweep=kind == "leader") for n in range(count)]
    still = {
        "bars": bars,
        "title": lambda: title(argument or "THE TITLE", dark=True),
        "credits": lambda: title(argument or "THE END", dark=False),
    }[kind]()
    return [still] * count


def render_junk(
    path: Path,
    parts: Sequence[tuple[str, str, float]],
    *,
    fps: int = 25,
    treat: Callable[[Picture], Picture] | None = None,
    crf: int = 23,
) -> list[Part]:
    """Render the parts one after the other as H.264; return what is where.

    Args:
        path: the file.
        parts: (kind, argument, seconds) each.
        fps: frames a second.
        treat: changes each picture before it is encoded, such as bars above and below.
        crf: of the encoder: more is worse.
    """
    rng = np.random.default_rng(0)
    show, truth, number = _Show(fps), [], 0
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=fps, options={"crf": str(crf)})
        stream.options |= {"preset": "veryfast"}
        stream.pix_fmt = "yuv420p"
        for kind, argument, seconds in parts:
            count = round(seconds * fps)
            truth.append(Part(number / fps, (number + count) / fps, kind, REASON.get(kind, "")))
            for picture in _part(show, kind, argument, count, rng):
                show.last = picture
                shown = picture if treat is None else treat(picture)
                if not number:
                    stream.height, stream.width = shown.shape[:2]
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24")
                frame.pts = number
                output.mux(stream.encode(frame.reformat(format="yuv420p")))
                number += 1
        output.mux(stream.encode())
    return truth
