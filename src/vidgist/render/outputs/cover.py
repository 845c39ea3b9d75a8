"""``cover.jpg``: the best frame of the video, at source size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vidgist.render.output import Material, Output
from vidgist.render.outputs.keyframes import QUALITY
from vidgist.summary import Summary

__all__ = ["best_sample", "write"]


def best_sample(summary: Summary) -> int:
    """Return the first sample of the greatest importance, one fit to show unless none is."""
    fit = summary.junk == ""
    importance = summary.scores.importance
    return int(np.argmax(np.where(fit, importance, -np.inf) if fit.any() else importance))


def write(material: Material, path: Path) -> None:
    """Write the frame as a JPEG."""
    summary = material.summary
    (image,) = material.frames([float(summary.times[best_sample(summary)])])
    image.save(path, quality=QUALITY, optimize=True)


OUTPUT = Output("cover", "cover.jpg", "the best frame of the video", write, order=40)
