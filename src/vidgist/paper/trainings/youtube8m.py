"""YouTube-8M as training data, and the data sets whose features are like its own."""

from __future__ import annotations

import numpy as np

from vidgist.datasets import Dataset
from vidgist.paper.context import Context
from vidgist.training.sources import Extractor, read_training_data
from vidgist.training.store import INDEX
from vidgist.training.videos import TrainingVideos, gather_videos

__all__ = ["is_youtube8m_set", "synthetic_youtube8m", "youtube8m_videos"]

DIMENSION = 1024


def youtube8m_videos(context: Context, missing: list[str]) -> TrainingVideos | None:
    """Return YouTube-8M's videos: a store, or ``.tfrecord`` files among the data.

    Records are converted, once, into a store in the folder of the models.

    Args:
        context: of the table.
        missing: gets a sentence where there are no videos.
    """
    for root in context.library.searched:
        stores = [path.parent for path in root.rglob(INDEX)] if root.is_dir() else []
        files = sorted(root.rglob("*.tfrecord")) if root.is_dir() else []
        records = [path for path in files if not path.name.startswith(".")]
        if stores or records:
            # The files and not the folder: that of the models, and so the store, may lie in it.
            paths = stores[:1] or records
            videos, _ = read_training_data(
                paths,
                work=context.models / "youtube8m",
                extractor=Extractor(),
                progress=context.progress,
            )
            return videos
    missing.append(
        f"youtube8m: no frame-level .tfrecord files {context.library.places}; give their folder "
        "as data"
    )
    return None


def is_youtube8m_set(dataset: Dataset) -> bool:
    """Tell whether a data set's features are YouTube-8M's, by attribute and width."""
    name = str(dataset.attributes.get("backbone", "")).lower()
    if not name.startswith("youtube8m"):
        return False
    widths = {
        r.features.shape[1] for r in dataset.records(fields=("features",)) if r.features is not None
    }
    return widths == {DIMENSION}


def synthetic_youtube8m(count: int, *, rng: np.random.Generator) -> TrainingVideos:
    """Return videos of noise, as long and as wide as YouTube-8M's, to measure times on."""
    videos = []
    for number in range(count):
        length = int(rng.integers(120, 301))
        scenes = rng.normal(size=(max(1, length // 12), DIMENSION)).astype(np.float32)
        samples = scenes[np.sort(rng.integers(0, len(scenes), size=length))]
        noise = rng.normal(scale=0.5, size=samples.shape).astype(np.float32)
        videos.append((f"video_{number}", samples + noise))
    return gather_videos(videos, backbone="synthetic")
