"""``cover.jpg``: the single best frame of the video, at source size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidgist.render.output import Output
from vidgist.render.outputs.keyframes import QUALITY
from vidgist.summary import Summary

if TYPE_CHECKING:
    from vidgist.render.material import Material

__all__ = ["best_sample", "write"]


def best_sample(summary: Summary) -> int:
    """Return the index of the sample of the greatest importance, the earliest of equals.

    Black ones stand back where there are others.
    """
    importance = summary.scores.importance
    if summary.black is not None and not summary.black.all():
        importance = np.where(summary.black, -np.inf, importance)
    return int(np.argmax(importance))


def write(material: Material, path: Path) -> None:
    """Write the frame as a JPEG.

    Raises:
        VideoError: the video can no longer be read.
    """
    summary = material.summary
    moment = float(summary.times[best_sample(summary)])
    (image,) = material.frames([moment])
    image.save(path, quality=QUALITY, optimize=True)


OUTPUT = Output(
    name="cover",
    target="cover.jpg",
    summary="the best frame of the video",
    write=write,
    order=40,
)
