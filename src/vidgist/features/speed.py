"""How fast an extractor is on this machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidgist.backbones.backbone import Backbone, clip_of
from vidgist.backbones.registry import load_backbone, records
from vidgist.backbones.session import usable_cores
from vidgist.features.extract import BATCH, CLIP_BATCH

__all__ = ["Speed", "measure", "run"]


@dataclass(frozen=True, kw_only=True)
class Speed:
    """One line of the table.

    Attributes:
        name: of the extractor.
        dimension: D.
        bytes: of its ONNX model or its numbers, None where that is not one file.
        threads: that it ran on.
        frames_per_second: samples a second, in batches as in `extract_features`, the best of
            several runs.
    """

    name: str
    dimension: int
    bytes: int | None
    threads: int
    frames_per_second: float


def measure(spec: str, *, threads: int | None = None, seconds: float = 3.0) -> Speed:
    """Load an extractor and run it on noise for about so many seconds, at least twice.

    Raises:
        SettingError: the name is unknown.
        MissingExtraError: it is not installed.
        ModelError: its model is damaged.
    """
    backbone = load_backbone(spec, threads=threads)
    record = records().get(spec)
    size = Path(spec).stat().st_size if Path(spec).is_file() else None
    # What runs by torch knows how many numbers it has; to export it only to weigh it takes long.
    weight = getattr(backbone, "bytes", None) or (len(record.export()) if record else size)
    return run(backbone, weight=weight, threads=threads, seconds=seconds)


def run(
    backbone: Backbone, *, weight: int | None, threads: int | None = None, seconds: float = 3.0
) -> Speed:
    """Run an extractor that is loaded; the arguments are those of `measure` and `Speed`."""
    clip = clip_of(backbone)
    shape: tuple[int, ...] = (*backbone.size, 3)
    shape = (BATCH, *shape) if clip is None else (CLIP_BATCH, clip.frames, *shape)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    backbone.extract(pixels)  # memory is taken and threads begin with the first
    best = np.inf
    until = time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        backbone.extract(pixels)
        end = time.perf_counter()
        # The least is what the machine can do; the others were disturbed.
        best = min(best, end - start)
        if end >= until:
            break
    return Speed(
        name=backbone.name,
        dimension=backbone.dimension,
        bytes=weight,
        threads=threads or usable_cores(),
        frames_per_second=len(pixels) / best,
    )
