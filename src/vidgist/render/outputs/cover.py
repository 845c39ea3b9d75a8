"""``cover.jpg``: the best frame of the video, at source size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vidgist.render.output import Material, Output
from vidgist.render.outputs.keyframes import QUALITY
from vidgist.summary import Summary

__all__ = ["best_sample", "write"]


def best_sample(summary: Summary) -> int:
    """Return the first sample of the greatest importance, not a black one unless all are."""
    importance = summary.scores.importance
    if summary.black is not None and not summary.black.all():
        importance = np.where(summary.black, -np.inf, importance)
    return int(np.argmax(importance))


def write(material: Material, path: Path) -> None:
    """Write the frame as a JPEG."""
    summary = material.summary
    (image,) = material.frames([float(summary.times[best_sample(summary)])])
    image.save(path, quality=QUALITY, optimize=True)


OUTPUT = Output("cover", "cover.jpg", "the best frame of the video", write, order=40)
