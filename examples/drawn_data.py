"""A data set that is drawn: features with scenes, and annotators who mostly agree.

The other examples use it, so that they run anywhere and their numbers mean something: what people
like is what is unusual, and a direction of the features, so that a score can find it; shots follow
the scenes, so that summaries can agree. Run alone, it writes the file:
``python examples/drawn_data.py tvsum.h5``.
"""

import sys
from pathlib import Path

import numpy as np

from vidgist.datasets import Dataset, VideoRecord, open_dataset, write_dataset
from vidgist.evaluation import keyshot_summaries
from vidgist.types import Shots

STEP = 15
"""Frames from sample to sample, as the field has them."""


def draw_video(key: str, rng: np.random.Generator, *, liked: np.ndarray) -> VideoRecord:
    """Return a video of scenes of different length, and five annotators' scores from 1 to 5."""
    lengths = rng.integers(4, 13, size=16)
    looks = rng.normal(size=(len(lengths), len(liked)))
    values = np.repeat(looks, lengths, axis=0)
    values = values + 0.4 * rng.normal(size=values.shape)
    n_samples = len(values)
    n_frames = STEP * n_samples
    edges = STEP * np.concatenate([[0], np.cumsum(lengths)])
    shots = Shots(frames=np.stack([edges[:-1], edges[1:]], axis=1))

    unusual = np.linalg.norm(looks - looks.mean(axis=0), axis=1)
    worth = np.repeat(looks @ liked + unusual - unusual.mean(), lengths)
    opinions = worth + 0.8 * rng.normal(size=(5, n_samples))
    scores = np.clip(np.rint(3 + opinions), 1, 5)
    summaries = keyshot_summaries(
        scores, picks=np.arange(n_samples) * STEP, n_frames=n_frames, frames=shots.frames
    )
    return VideoRecord(
        key=key,
        name=f"drawn {key}",
        features=values.astype(np.float32),
        picks=np.arange(n_samples) * STEP,
        n_frames=n_frames,
        shots=shots,
        gtscore=scores.mean(axis=0) / 5,
        user_scores=scores,
        user_summary=summaries,
        frame_rate=30.0,
    )


def draw_dataset(path: Path, *, videos: int = 20, dimension: int = 16, seed: int = 0) -> Dataset:
    """Write the videos in the field's layout, and open the file."""
    rng = np.random.default_rng(seed)
    liked = rng.normal(size=dimension)
    liked /= np.linalg.norm(liked)
    records = [draw_video(f"video_{i}", rng, liked=liked) for i in range(1, videos + 1)]
    write_dataset(path, records, attributes={"backbone": "drawn"}, overwrite=True)
    return open_dataset(path)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "tvsum_drawn.h5")
    print(f"{target}: {len(draw_dataset(target))} videos")
