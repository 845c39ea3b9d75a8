"""Drawing functions of the demo scenes: backgrounds and shapes.

Scenes are drawn at twice the size of the video and scaled down, which smooths all edges.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720

Color: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]


@lru_cache(maxsize=32)
def gradient(*stops: Color) -> Image.Image:
    """Return a vertical gradient from the first color to the last; copy it before use."""
    places = np.linspace(0, 1, len(stops))
    rows = np.linspace(0, 1, HEIGHT)
    column = np.stack([np.interp(rows, places, [stop[c] for stop in stops]) for c in range(3)], 1)
    pixels = np.repeat(column[:, None, :], WIDTH, axis=1)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


@lru_cache(maxsize=32)
def scatter(seed: int, count: int) -> npt.NDArray[np.float64]:
    """Return (count, 4) random numbers in [0, 1), which depend on the seed alone."""
    return np.random.default_rng(seed).random((count, 4))


@lru_cache(maxsize=16)
def blob(diameter: int, color: Color, strength: int) -> Image.Image:
    """Return a blurred disc as RGBA, to be pasted with itself as the mask."""
    mask = Image.new("L", (diameter, diameter), 0)
    inner = diameter // 4
    ImageDraw.Draw(mask).ellipse((inner, inner, diameter - inner, diameter - inner), fill=strength)
    mask = mask.filter(ImageFilter.GaussianBlur(diameter / 9))
    light = Image.new("RGBA", (diameter, diameter), color)
    light.putalpha(mask)
    return light


@lru_cache(maxsize=32)
def sprite(kind: str, width: int) -> Image.Image:
    """Return the picture of a ``cloud`` or a ``pine`` as RGBA."""
    height = width // 2 if kind == "cloud" else width * 3 // 2
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    if kind == "cloud":
        for x, y, r in (
            (0.25, 0.68, 0.2),
            (0.45, 0.45, 0.26),
            (0.68, 0.55, 0.22),
            (0.8, 0.72, 0.16),
        ):
            disc(draw, (x * width, y * height), r * width * 0.8, (255, 255, 255, 235))
    else:
        draw.rectangle((0.44 * width, 0.86 * height, 0.56 * width, height), fill=(84, 58, 40, 255))
        for step, shade in enumerate(((24, 74, 52), (32, 92, 62), (42, 112, 74))):
            top, base = (0.5 - 0.25 * step) * height, (0.9 - 0.27 * step) * height
            half = (0.5 - 0.1 * step) * width
            points = [
                (width / 2, max(0.0, top)),
                (width / 2 - half, base),
                (width / 2 + half, base),
            ]
            draw.polygon(points, fill=(*shade, 255))
    return image


def disc(
    draw: ImageDraw.ImageDraw,
    center: Point,
    radius: float,
    fill: Sequence[int] | None = None,
    *,
    outline: Sequence[int] | None = None,
    width: int = 1,
    squash: float = 1.0,
) -> None:
    """Draw a filled circle, or an ellipse ``squash`` times as high as wide."""
    x, y = center
    box = (x - radius, y - radius * squash, x + radius, y + radius * squash)
    draw.ellipse(
        box,
        fill=tuple(fill) if fill is not None else None,
        outline=tuple(outline) if outline is not None else None,
        width=width,
    )


def ridge(level: float, height: float, *, waves: float, shift: float) -> list[Point]:
    """Return the outline of hills, closed along the lower edge of the canvas."""
    x = np.linspace(0, WIDTH, 65)
    phase = x / WIDTH * waves * 2 * math.pi + shift
    y = level - height * (0.6 * np.sin(phase) + 0.4 * np.sin(2.3 * phase + 1))
    return [(0, HEIGHT), *zip(x.tolist(), y.tolist(), strict=True), (WIDTH, HEIGHT)]


def ring_of(center: Point, radius: float, count: int, *, turn: float = 0.0) -> list[Point]:
    """Return ``count`` evenly spaced points on a circle, the first at the angle ``turn``."""
    angles = turn + 2 * math.pi * np.arange(count) / count
    x, y = center[0] + radius * np.cos(angles), center[1] + radius * np.sin(angles)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def mixed(one: Color, other: Color, share: float) -> Color:
    """Return the color that is ``share`` of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
