"""``cover.jpg``: the single best frame of the video, at source size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vidgist.render.job import Job
from vidgist.render.keyframes import QUALITY
from vidgist.summary import Summary
from vidgist.video.seek import frames_at

__all__ = ["best_sample", "write"]


def best_sample(summary: Summary) -> int:
    """Return the index of the sample of the greatest importance, the earliest of equals.

    Black ones stand back where there are others.
    """
    importance = summary.scores.importance
    if summary.black is not None and not summary.black.all():
        importance = np.where(summary.black, -np.inf, importance)
    return int(np.argmax(importance))


def write(job: Job, path: Path) -> None:
    """Write the frame as a JPEG.

    Raises:
        VideoError: the video can no longer be read.
    """
    summary = job.summary
    moment = float(summary.times[best_sample(summary)])
    (image,) = frames_at(summary.video.path, [moment], timeline=summary.timeline)
    image.save(path, quality=QUALITY, optimize=True)
