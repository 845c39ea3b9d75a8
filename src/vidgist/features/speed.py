"""The speed of an extractor on this machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidgist.backbones.registry import BACKBONES, load_backbone
from vidgist.features.inference import batch_shape
from vidgist.system.processors import usable_cores


@dataclass(frozen=True, kw_only=True)
class Speed:
    """The speed of one extractor.

    Attributes:
        name: of the extractor.
        dimension: D.
        bytes: of its ONNX model or its numbers, None if that is not one file.
        threads: number of threads.
        frames_per_second: samples a second in batches of `extract_features`, the best of several
            runs.
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
    record = BACKBONES.get(spec)
    size = Path(spec).stat().st_size if Path(spec).is_file() else None
    # What runs by torch knows its size; to export it only for that would take long.
    weight = getattr(backbone, "bytes", None) or (len(record.export()) if record else size)
    pixels = np.random.default_rng(0).integers(0, 256, batch_shape(backbone), dtype=np.uint8)
    backbone.extract(pixels)  # the first run takes memory and starts threads
    best = np.inf
    until = time.perf_counter() + seconds
    end = -np.inf
    while end < until:
        start = time.perf_counter()
        backbone.extract(pixels)
        end = time.perf_counter()
        best = min(best, end - start)  # other runs were disturbed
    return Speed(
        name=backbone.name,
        dimension=backbone.dimension,
        bytes=weight,
        threads=threads or usable_cores(),
        frames_per_second=len(pixels) / best,
    )
