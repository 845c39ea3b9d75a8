"""Choice and compression of the pictures of a page, within its size limit."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image, features

from vidgist.summary import Summary

MOST = 6000
"""Greatest number of pictures: more slow browsers and the search for neighbors down."""

MOST_BARE = 2000
"""Greatest number of samples on a page without pictures."""

STOP_BYTES = 90
"""Bytes of the page for a sample, without its picture."""

QUALITIES = (60, 45, 30)
"""WebP qualities, tried from the best until all samples fit; if none does, the middle one."""

GROUP = 256
"""Number of pictures that are encoded between two checks of the room left."""

TRIED = 48
"""Number of pictures that are encoded to estimate the mean size."""


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """The samples that a user can choose on the page.

    Attributes:
        samples: (P,) their indices, ascending.
        kind: MIME type of the pictures, "" if there are none.
        data: P pictures as base64, or empty.
    """

    samples: tuple[int, ...]
    kind: str = ""
    data: tuple[str, ...] = ()


def choose_pictures(summary: Summary, *, room: int) -> Pictures:
    """Return as many thumbnails as fit, the most important first.

    All as they are if they fit; else all, compressed more; else those of the keyframes and of
    samples evenly spaced between them, compressed more.

    Args:
        summary: its ``thumbnails`` may be missing.
        room: bytes of the page for pictures.
    """
    order = order_of_need(summary)
    thumbnails = summary.thumbnails
    bare = Pictures(samples=tuple(sorted(order[:MOST_BARE])))
    if len(thumbnails) != len(summary.features):
        return bare
    if len(order) <= MOST and sum(_cost(jpeg) for jpeg in thumbnails) <= room:
        data = tuple(as_text(jpeg) for jpeg in thumbnails)
        return Pictures(samples=tuple(range(len(thumbnails))), kind="image/jpeg", data=data)

    shrink = partial(_shrunk, quality=_quality(thumbnails, room))
    taken: dict[int, str] = {}
    # Encoders release Python's lock. In groups, since the room may end long before the pictures.
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for first in range(0, min(len(order), MOST), GROUP):
            group = order[first : min(first + GROUP, MOST)]
            for sample, picture in zip(
                group, pool.map(shrink, [thumbnails[s] for s in group]), strict=True
            ):
                room -= _cost(picture)
                if room >= 0:
                    taken[sample] = as_text(picture)
            if room < 0:
                break
    if not taken:
        return bare
    samples = tuple(sorted(taken))
    return Pictures(
        samples=samples, kind=encoding()[1], data=tuple(taken[sample] for sample in samples)
    )


def order_of_need(summary: Summary) -> list[int]:
    """Return all samples, the most important first.

    Those of the pieces, the keyframes, the best of each shot, then the rest, evenly spaced.
    """
    key = [
        *summary.piece_samples.tolist(),
        *summary.stills.tolist(),
        *summary.shot_samples.tolist(),
    ]
    return list(dict.fromkeys([*key, *evenly_first(len(summary.features))]))


def evenly_first(n: int) -> list[int]:
    """Return 0..n-1 in van der Corput order: every prefix is evenly spaced.

    >>> evenly_first(6)
    [0, 4, 2, 1, 5, 3]
    """
    bits = max(1, (n - 1).bit_length())
    reversed_bits = (int(format(i, f"0{bits}b")[::-1], 2) for i in range(1 << bits))
    return [i for i in reversed_bits if i < n]


def encoding() -> tuple[str, str]:
    """Return the format of small pictures: its name in Pillow and its MIME type."""
    return ("WEBP", "image/webp") if features.check("webp") else ("JPEG", "image/jpeg")


def encode(picture: Image.Image, *, quality: int) -> bytes:
    """Return the picture as a file in the format of `encoding`."""
    file = io.BytesIO()
    picture.save(file, encoding()[0], quality=quality, method=2)
    return file.getvalue()


def as_text(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode("ascii")


def _shrunk(jpeg: bytes, *, quality: int) -> bytes:
    with Image.open(io.BytesIO(jpeg)) as picture:
        return encode(picture, quality=quality)


def _quality(thumbnails: Sequence[bytes], room: int) -> int:
    tried = thumbnails[:: max(1, len(thumbnails) // TRIED)]
    for quality in QUALITIES:
        mean = float(np.mean([_cost(_shrunk(jpeg, quality=quality)) for jpeg in tried]))
        if 1.02 * mean * len(thumbnails) <= room:
            return quality
    return QUALITIES[1]


def _cost(picture: bytes) -> int:
    return 4 * (len(picture) + 2) // 3 + STOP_BYTES
