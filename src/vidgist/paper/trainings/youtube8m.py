"""YouTube-8M as training data of a table, and the data sets whose features are of its kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vidgist.datasets import Dataset
from vidgist.paper.library import Library
from vidgist.progress import Progress, silent
from vidgist.training.sources import Extractor, read_training_data
from vidgist.training.store import INDEX
from vidgist.training.videos import TrainingVideos, gather_videos

__all__ = ["is_youtube8m_set", "synthetic_youtube8m", "youtube8m_videos"]

DIMENSION = 1024


def youtube8m_videos(
    library: Library, *, work: Path, progress: Progress = silent
) -> tuple[TrainingVideos | None, str]:
    """Return YouTube-8M's videos, or None and what is missing.

    Args:
        library: in whose folders a store, or ``.tfrecord`` files, are looked for.
        work: folder in which records are converted into a store, once.
        progress: told how far the conversion is.
    """
    for root in library.searched:
        stores = [path.parent for path in root.rglob(INDEX)] if root.is_dir() else []
        found = sorted(root.rglob("*.tfrecord")) if root.is_dir() else []
        records = [path for path in found if not path.name.startswith(".")]
        if stores or records:
            # The files and not the folder: that of the models, and so the store, may lie in it.
            paths = stores[:1] or records
            videos, _ = read_training_data(
                paths, work=work / "youtube8m", extractor=Extractor(), progress=progress
            )
            return videos, ""
    return (
        None,
        f"youtube8m: no frame-level .tfrecord files {library.places}; pass their folder (--data)",
    )


def is_youtube8m_set(dataset: Dataset) -> bool:
    """Tell whether a data set's features are YouTube-8M's: said in the file, and of their width."""
    name = str(dataset.attributes.get("backbone", "")).lower()
    if not name.startswith("youtube8m"):
        return False
    widths = {
        r.features.shape[1] for r in dataset.records(fields=("features",)) if r.features is not None
    }
    return widths == {DIMENSION}


def synthetic_youtube8m(count: int, *, rng: np.random.Generator) -> TrainingVideos:
    """Return videos like YouTube-8M's in length and width, of scenes of noise.

    Good for measuring time, and for nothing else.
    """
    videos = []
    for number in range(count):
        length = int(rng.integers(120, 301))
        scenes = rng.normal(size=(max(1, length // 12), DIMENSION)).astype(np.float32)
        samples = scenes[np.sort(rng.integers(0, len(scenes), size=length))]
        noise = rng.normal(scale=0.5, size=samples.shape).astype(np.float32)
        videos.append((f"video_{number}", samples + noise))
    return gather_videos(videos, backbone="synthetic")
