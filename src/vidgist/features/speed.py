"""How fast an extractor is on this machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidgist.features.extract import BATCH
from vidgist.features.registry import load_backbone, records
from vidgist.features.session import usable_cores

__all__ = ["Speed", "measure"]


@dataclass(frozen=True, kw_only=True)
class Speed:
    """One line of the table.

    Attributes:
        name: of the extractor.
        dimension: D.
        bytes: of its ONNX model, None where that is not one file.
        threads: that it ran on.
        frames_per_second: in batches as in `extract_features`, the best of several runs.
    """

    name: str
    dimension: int
    bytes: int | None
    threads: int
    frames_per_second: float


def measure(spec: str, *, threads: int | None = None, seconds: float = 3.0) -> Speed:
    """Run an extractor on noise for about so many seconds, at least twice.

    Raises:
        SettingError: the name is unknown.
        MissingExtraError: it is not installed.
        ModelError: its model is damaged.
    """
    backbone = load_backbone(spec, threads=threads)
    shape = (BATCH, *backbone.size, 3)
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
    record = records().get(spec)
    size = Path(spec).stat().st_size if Path(spec).is_file() else None
    return Speed(
        name=backbone.name,
        dimension=backbone.dimension,
        bytes=len(record.export()) if record else size,
        threads=threads or usable_cores(),
        frames_per_second=BATCH / best,
    )
