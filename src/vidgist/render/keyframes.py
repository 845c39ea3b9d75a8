"""``keyframes/``: the best-scoring sample of each selected shot as a JPEG at source size."""

from __future__ import annotations

from pathlib import Path

from vidgist.render.job import Job

__all__ = ["QUALITY", "file_name", "write"]

QUALITY = 92
"""JPEG quality at which flat areas and text show no artifacts."""


def file_name(number: int, seconds: float) -> str:
    """Return ``NNNN_HH-MM-SS.mmm.jpg``, which sorts in the order of the video."""
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, thousandths = divmod(milliseconds, 1000)
    return f"{number:04d}_{hours:02d}-{minutes:02d}-{whole:02d}.{thousandths:03d}.jpg"


def write(job: Job, path: Path) -> None:
    """Fill the folder ``path``.

    Raises:
        VideoError: the video can no longer be read.
    """
    total = len(job.stills.stills)
    for still, image in job.stills.pictures():
        image.save(path / file_name(still.number, still.seconds), quality=QUALITY)
        job.progress("writing keyframes", still.number, total)
