"""``keyframes/``: the keyframes as JPEG files at source size."""

from __future__ import annotations

from pathlib import Path

from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.render.times import format_timestamp

QUALITY = 92
"""JPEG quality without visible artifacts in flat areas and text."""


def file_name(number: int, seconds: float) -> str:
    """Return ``NNNN_HH-MM-SS.mmm.jpg``, which sorts in the order of the video."""
    return f"{number:04d}_{format_timestamp(round(seconds * 1000)).replace(':', '-')}.jpg"


def write(material: Material, path: Path) -> None:
    """Write the pictures into the folder ``path``."""
    total = len(material.stills.stills)
    for still, image in material.stills.pictures():
        image.save(path / file_name(still.number, still.seconds), quality=QUALITY)
        material.progress("writing keyframes", still.number, total)


# First: the storyboard and the page reuse its pictures.
OUTPUT = Output(
    "keyframes",
    "keyframes",
    "pictures that stand for the video",
    write,
    is_folder=True,
    is_default=True,
    order=10,
)
