"""No-reference quality measures of a sampled picture: brightness, contrast, sharpness, flatness.

Sharpness is a ratio of energies of luma differences: of neighbors, by those of points 8 apart, in
blocks of the picture.  An ideal edge has 1/8, whatever its contrast; a ramp of 8 points or more has
1/64; noise has 1.  So a dim or foggy picture is not taken for a blurred one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

_BLOCKS = 7
"""Blocks of a picture, across and down: a logo or a subtitle line fills few of them."""

_FAR = 8
"""Points between what a coarse difference compares."""

_CONTRAST = 5.0
"""Root mean square coarse difference of a block, in levels, below which it shows nothing: noise and
compression have 2 to 4."""

_NOISY = 10.0
"""Root mean square coarse difference from which `noise` is told: film grain has less."""

_BAR = 24
"""Luma under which a row or column can be a black bar beside the picture."""

_DARK = 26
"""A tenth of full luma, as FFmpeg's filter `blackdetect` has it by default."""

_SIDE = 256
"""Larger pictures are reduced by a whole factor, so that a measure costs the same for all."""


class Measures(NamedTuple):
    """Quality measures of T samples; each a (T,) float32 array.

    Attributes:
        dark: share of all points, black bars included, with less than a tenth of full luma.
        mean: mean luma of the picture inside black bars, in [0, 255].
        low: luma that 1% of the points are below.
        high: luma that 99% of the points are below.
        busy: share of the blocks with contrast, in [0, 1].
        sharp: sharpness of the sharpest tenth of the blocks that have contrast: 0 without any
            edge of less than 8 points' width, 1 where there are ideal edges, more in fine texture.
        detail: root mean square difference of neighboring points, in levels.
        across: sharpness as in ``sharp``, of differences along rows only.
        down: sharpness of differences along columns only.
        noise: energy of neighbors' differences by that of distant ones, in [0, 1] or so.
        flat: share of the points within 3 levels of the most frequent luma, in [0, 1].
        few: share of the other points whose luma is one of the two most frequent, 32 levels wide.
        blue: 1 where most of the picture is saturated blue, else 0.
        bars: 1 where the picture has color bars, else 0.
    """

    dark: npt.NDArray[np.float32]
    mean: npt.NDArray[np.float32]
    low: npt.NDArray[np.float32]
    high: npt.NDArray[np.float32]
    busy: npt.NDArray[np.float32]
    sharp: npt.NDArray[np.float32]
    detail: npt.NDArray[np.float32]
    across: npt.NDArray[np.float32]
    down: npt.NDArray[np.float32]
    noise: npt.NDArray[np.float32]
    flat: npt.NDArray[np.float32]
    few: npt.NDArray[np.float32]
    blue: npt.NDArray[np.float32]
    bars: npt.NDArray[np.float32]


def join(parts: list[Measures]) -> Measures:
    """Return the measures of several batches as one."""
    return Measures(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def measure(pixels: npt.NDArray[np.uint8]) -> Measures:
    """Quality measures of (B, H, W, 3) uint8 RGB pictures."""
    rows = np.array([_one(picture) for picture in pixels], np.float32)
    return Measures(*rows.reshape(len(pixels), len(Measures._fields)).T)


def _one(pixels: npt.NDArray[np.uint8]) -> tuple[float, ...]:
    image = Image.fromarray(pixels)
    factor = max(image.size) // _SIDE
    if factor > 1:
        image = image.reduce(factor)
        pixels = np.asarray(image)
    gray = image.convert("L")
    whole = np.asarray(gray)
    top, bottom, left, right = _content(whole)
    luma = whole[top:bottom, left:right]
    shades = np.array(gray.crop((left, top, right, bottom)).histogram())
    below = np.cumsum(shades)
    total = luma.size
    low = int(np.searchsorted(below, 0.01 * total))
    high = int(np.searchsorted(below, 0.99 * total))
    mean = float(shades @ np.arange(256)) / total
    # Of the whole picture, as a title's dark background may look like black bars.
    every = shades if total == whole.size else np.array(gray.histogram())
    dark = float(every[:_DARK].sum()) / whole.size
    flat, few = _flatness(every)

    values = luma.astype(np.float32)
    busy, sharp, detail, across, down, noise = _sharpness(values)
    blue = bars = 0.0
    if flat > 0.6:
        blue = _blue(pixels)
    else:
        bars = _bars(pixels)
    return (
        *(dark, mean, low, high, busy, sharp, detail, across, down, noise, flat, few, blue, bars),
    )


def _flatness(shades: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Return flat and few, see `Measures`, of a histogram of luma."""
    below = np.cumsum(shades)
    near = below[np.minimum(np.arange(256) + 3, 255)]
    near[4:] -= below[:252]
    usual = int(np.argmax(near))
    rest = shades.copy()
    # Smooth edges of letters are mixtures of both colors.
    rest[max(0, usual - 16) : usual + 17] = 0
    eighths = rest.reshape(8, 32).sum(axis=1)
    few = float(np.sort(eighths)[-2:].sum()) / max(1, int(rest.sum()))
    return float(near[usual]) / int(below[-1]), few


def _content(luma: npt.NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of the picture inside black bars."""
    edges = []
    for axis in (1, 0):
        bright = luma[:, ::4].max(axis=1) if axis else luma[::4].max(axis=0)
        lit = np.flatnonzero(bright >= _BAR)
        # What is left must be a picture: a subtitle in the dark is not one.
        if len(lit) and lit[-1] - lit[0] > len(bright) // 3:
            edges += [int(lit[0]), int(lit[-1]) + 1]
        else:
            edges += [0, len(bright)]
    top, bottom, left, right = edges
    return top, bottom, left, right


def _sharpness(luma: npt.NDArray[np.float32]) -> tuple[float, float, float, float, float, float]:
    """Return busy, sharp, detail, across, down and noise, see `Measures`."""
    height, width = luma.shape
    high = (height - _FAR) // _BLOCKS
    wide = (width - _FAR) // _BLOCKS
    if high < 2 or wide < 2:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    bottom, right = high * _BLOCKS, wide * _BLOCKS
    inner = luma[:bottom, :right]
    # Every fourth row: a block still has 200 points, enough for a ratio that falls by half in blur.
    step = 4 if high >= 16 else 1
    sums = []
    for other in (
        luma[:bottom, 1 : right + 1],
        luma[:bottom, _FAR : right + _FAR],
        luma[1 : bottom + 1, :right],
        luma[_FAR : bottom + _FAR, :right],
    ):
        difference = other[::step] - inner[::step]
        difference *= difference
        rows = np.arange(0, difference.shape[0], max(1, high // step))[:_BLOCKS]
        by_rows = np.add.reduceat(difference, rows, axis=0)
        sums.append(by_rows.reshape(len(rows), _BLOCKS, wide).sum(axis=2))
    near_across, far_across, near_down, far_down = sums
    points = bottom * right / step
    block = points / _BLOCKS**2
    far = far_across + far_down
    near = near_across + near_down
    least = block * _CONTRAST**2
    total_near, total_far = float(near.sum()), float(far.sum())
    return (
        float(np.mean(far > 2 * least)),
        _best(near, far, 2 * least),
        (total_near / points) ** 0.5,
        _best(near_across, far_across, least),
        _best(near_down, far_down, least),
        total_near / total_far if total_far > 2 * points * _NOISY**2 else 0.0,
    )


def _best(near: npt.NDArray[np.float32], far: npt.NDArray[np.float32], least: float) -> float:
    """Return the sharpness of the sharpest tenth of the blocks that have contrast."""
    contrast = far > least
    if not contrast.any():
        return 0.0
    ratios = np.sort(near[contrast] / far[contrast])
    best = float(ratios[-1 - len(ratios) // 20])  # the middle one of the tenth
    return max(0.0, (best - 1 / 64) / (1 / 8 - 1 / 64))


def _blue(pixels: npt.NDArray[np.uint8]) -> float:
    """Return 1 for a screen of saturated blue, as receivers show it where there is no signal."""
    points = pixels[::8, ::8].reshape(-1, 3).astype(np.int16)
    red, green, blue = points.T
    share = np.mean((blue > 110) & (red < 0.4 * blue) & (green < 0.45 * blue))
    return float(share > 0.85)


def _bars(pixels: npt.NDArray[np.uint8]) -> float:
    """Return 1 where yellow, cyan, green, magenta, red and blue stand side by side."""
    height = pixels.shape[0]
    found = 0
    for row in (height // 5, height // 3, height // 2):
        line = pixels[row, ::2].astype(np.int16)
        top, bottom = line.max(axis=1), line.min(axis=1)
        strong = (top - bottom > 70) & (top > 90)
        if 2 * np.count_nonzero(strong) < len(strong):
            return 0.0
        bright = line > ((top + bottom) // 2)[:, None]
        code = np.where(strong, bright @ np.array([4, 2, 1]), 0)
        starts = np.flatnonzero(np.diff(np.concatenate([[-1], code])))
        lengths = np.diff(np.append(starts, len(code)))
        # Runs of some width: between two colors lies a third for a point or two.
        wide = lengths >= max(3, len(code) // 40)
        runs = code[starts][wide].tolist()
        text = "".join(str(run) for run in runs if run)
        # Yellow 6, cyan 3, green 2, magenta 5, red 4, blue 1.
        found += "632541" in text
    return float(found >= 2)
