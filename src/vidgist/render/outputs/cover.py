"""``cover.jpg``: the best frame of the video, at source size."""

from __future__ import annotations

from pathlib import Path

from vidgist.render.material import Material
from vidgist.render.output import Output
from vidgist.render.outputs.keyframes import QUALITY


def write(material: Material, path: Path) -> None:
    """Write the frame as a JPEG."""
    summary = material.summary
    (image,) = material.frames([float(summary.times[summary.cover])])
    image.save(path, quality=QUALITY, optimize=True)


OUTPUT = Output("cover", "cover.jpg", "the best frame of the video", write, order=40)
