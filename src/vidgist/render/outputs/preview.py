"""``summary.gif`` and ``preview.webp``: a few seconds of the summary, small and silent."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.summary import Summary
from vidgist.types import Floats

if TYPE_CHECKING:
    from PIL import Image

SECONDS = 6.0
"""Greatest duration of a preview."""

GLIMPSE = 1.2
"""Seconds shown of a shot."""

GIF_RATE, WEBP_RATE = 8, 12
"""Pictures per second; a GIF takes four times the bytes of the same in WebP."""

SIDES = (400, 320, 240, 160)
"""Longer sides in pixels, tried from the largest until the file is small enough."""

PALETTE_PICTURES = 5
"""Number of pictures of a GIF that share a palette: few, so that most are of one shot."""

GIF_BYTES, WEBP_BYTES = 2_500_000, 1_000_000
"""Greatest size in bytes, small enough for a message or a page."""


def moments(summary: Summary, *, rate: float) -> Floats:
    """Return the times in seconds of the preview's pictures, ``rate`` per second, ascending.

    They are around the best samples of the best pieces.
    """
    best = np.argsort(-summary.selection.scores, kind="stable")
    middles = summary.times_within(summary.piece_samples, summary.pieces)
    left, spans = SECONDS, []
    for piece in best:
        if left < 1 / rate:
            break
        start, end = (float(s) for s in summary.pieces[piece])
        # Few pieces: show more of each.
        length = min(max(GLIMPSE, SECONDS / len(best)), end - start, left)
        begin = min(max(float(middles[piece]) - length / 2, start), end - length)
        spans.append((begin, begin + length))
        left -= length
    parts = [begin + np.arange(max(1, int((end - begin) * rate))) / rate for begin, end in spans]
    return np.concatenate(sorted(parts, key=lambda part: float(part[0])))


def write_gif(material: Material, path: Path) -> None:
    """Write the preview as a GIF."""
    _write(material, path, rate=GIF_RATE, limit=GIF_BYTES, encode=_gif)


def write_webp(material: Material, path: Path) -> None:
    """Write the preview as an animated WebP."""
    _write(material, path, rate=WEBP_RATE, limit=WEBP_BYTES, encode=_webp)


def _write(
    material: Material,
    path: Path,
    *,
    rate: int,
    limit: int,
    encode: Callable[[list[Image.Image], int], bytes],
) -> None:
    from PIL import Image

    pictures = []
    for image in material.frames(moments(material.summary, rate=rate).tolist()):
        image.thumbnail((SIDES[0], SIDES[0]), Image.Resampling.LANCZOS)
        pictures.append(image)
    data = b""
    for side in SIDES:
        for image in pictures:
            image.thumbnail((side, side), Image.Resampling.LANCZOS)
        data = encode(pictures, rate)
        if len(data) <= limit:
            break
    path.write_bytes(data)


def _gif(pictures: list[Image.Image], rate: int) -> bytes:
    from PIL import Image

    from vidgist.video.encode import MADE_BY

    file = io.BytesIO()
    frames = []
    for first in range(0, len(pictures), PALETTE_PICTURES):
        group = pictures[first : first + PALETTE_PICTURES]
        # Half the size has the same colors; quantization takes most of the time.
        palette = group[len(group) // 2].reduce(2).quantize(256)
        frames += [p.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for p in group]
    frames[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=round(1000 / rate),
        loop=0,
        optimize=False,
        comment=MADE_BY.encode(),
    )
    return file.getvalue()


def _webp(pictures: list[Image.Image], rate: int) -> bytes:
    file = io.BytesIO()
    pictures[0].save(
        file,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 / rate),
        loop=0,
        quality=55,
        method=3,
    )
    return file.getvalue()


OUTPUT = (
    Output("gif", "summary.gif", "a few seconds of the summary, silent", write_gif, order=41),
    Output("webp", "preview.webp", "the same, smaller and smoother", write_webp, order=42),
)
