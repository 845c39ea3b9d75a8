"""``keyframes/``: the best-scoring sample of each selected shot as a JPEG at source size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vidgist.render.output import Output
from vidgist.render.times import format_timestamp

if TYPE_CHECKING:
    from vidgist.render.material import Material

__all__ = ["QUALITY", "file_name", "write"]

QUALITY = 92
"""JPEG quality at which flat areas and text show no artifacts."""


def file_name(number: int, seconds: float) -> str:
    """Return ``NNNN_HH-MM-SS.mmm.jpg``, which sorts in the order of the video."""
    return f"{number:04d}_{format_timestamp(round(seconds * 1000)).replace(':', '-')}.jpg"


def write(material: Material, path: Path) -> None:
    """Fill the folder ``path``.

    Raises:
        VideoError: the video can no longer be read.
    """
    total = len(material.stills.stills)
    for still, image in material.stills.pictures():
        image.save(path / file_name(still.number, still.seconds), quality=QUALITY)
        material.progress("writing keyframes", still.number, total)


OUTPUT = Output(
    name="keyframes",
    target="keyframes",
    summary="a picture of each selected shot",
    write=write,
    is_folder=True,
    is_default=True,
    order=10,  # before the storyboard and the page, which reuse its pictures
)
