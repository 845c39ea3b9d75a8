"""Pictures of a figure: marked moments and their neighbors, from the source video.

A summary.json holds no features, so the neighbors are found by extracting them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from vidgist.backbones import DEFAULT_BACKBONE
from vidgist.criteria.gram import unit_rows
from vidgist.errors import DataError
from vidgist.features import extract_features
from vidgist.progress import Progress, silent
from vidgist.render.document import Document
from vidgist.render.figure import Mark
from vidgist.render.figure_grid import NEIGHBORS
from vidgist.types import Floats
from vidgist.video.container import Limits
from vidgist.video.seek import frames_at

AMONG = 10
"""Number of nearest samples from which the shown ones are taken, as in the paper."""

SIDE = 480
"""Longer side of a picture in pixels: 300 dots per inch at a width of 7 inches."""


def neighbors_of(features: Floats, sample: int) -> list[int]:
    """Return six of the ten samples nearest to ``sample`` (fewer where there are fewer).

    Args:
        features: (T, D).
        sample: index in [0, T).
    """
    unit = unit_rows(features)
    near = np.argsort(-(unit @ unit[sample]), kind="stable")
    near = near[near != sample][:AMONG]
    places = np.linspace(0, len(near) - 1, min(NEIGHBORS, len(near))).round().astype(int)
    return [int(i) for i in near[places]]


def with_pictures(
    document: Document,
    marks: Sequence[Mark],
    *,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> list[Mark]:
    """Return the marks with their pictures and those of their neighbors.

    Args:
        document: its settings name the sampling rate and the backbone.
        marks: without pictures.
        limits: limits on the video.
        progress: called while the video is read.

    Raises:
        VideoError: the video cannot be read.
        DataError: the video is gone, or it is not the one that the document was made from.
        VidgistError: the backbone cannot be loaded.
    """
    source, settings = document.source, document.settings
    if source is None:
        raise DataError(f"the video {document.video} is not there any more")
    fps = settings.get("fps") or 2.0
    if not isinstance(fps, (int, float)):
        raise DataError(f"{document.path}: settings.fps: expected a number, got {fps!r}")
    extraction = extract_features(
        source,
        backbone=str(settings.get("backbone") or DEFAULT_BACKBONE),
        fps=float(fps),
        skim=bool(settings.get("skim")),
        limits=limits,
        progress=progress,
    )
    if len(extraction.features) != len(document.times):
        raise DataError(
            f"{source}: has {len(extraction.features)} samples where {document.path} has"
            f" {len(document.times)}; it is another video now"
        )
    groups = [
        [mark.sample, *neighbors_of(extraction.features.looks, mark.sample)] for mark in marks
    ]
    samples = sorted({sample for group in groups for sample in group})
    pictures: dict[int, Image.Image] = {}
    times = document.times[samples].tolist()
    images = frames_at(source, times, timeline=extraction.timeline)
    for sample, image in zip(samples, images, strict=True):
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        pictures[sample] = image
    return [
        replace(
            mark,
            pictures=[pictures[sample] for sample in group],
            times=document.times[group].tolist(),
        )
        for mark, group in zip(marks, groups, strict=True)
    ]
