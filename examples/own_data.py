"""Make a data set of your own from videos and annotations, and measure on it.

Two clips are drawn, and three people who like colorful moments; put your own videos and annotations
in their place.
"""

import tempfile
from pathlib import Path

import numpy as np

import vidgist
from vidgist.datasets import VideoRecord, open_dataset, write_dataset
from vidgist.demo import render_demo
from vidgist.evaluation import evaluate, keyshot_summaries


def colors(video: Path) -> np.ndarray:
    """Return how colorful each sample is (T,)."""
    frames = vidgist.read_frames(video, fps=2, size=(36, 64))
    return frames.pixels.astype(float).std(axis=3).mean(axis=(1, 2))


def annotate(video: Path, seed: int) -> np.ndarray:
    """Return what three people gave each sample (3, T), from 1 to 5: yours go here."""
    liking = vidgist.minmax(colors(video)) * 4 + 1
    noise = np.random.default_rng(seed).normal(size=(3, len(liking)))
    return np.clip(np.rint(liking + noise), 1, 5)


with tempfile.TemporaryDirectory() as folder:
    records, color = [], {}
    for number, seconds in enumerate((24, 30), start=1):
        video = Path(folder, f"clip {number}.mp4")
        render_demo(video, seconds=seconds)

        extraction = vidgist.extract_features(video)  # two samples a second
        features, timeline = extraction.features, extraction.timeline
        shots = vidgist.refine_shots(vidgist.segment(features.values), features.picks, timeline)

        at_samples = annotate(video, number)
        summaries = keyshot_summaries(  # each person's best shots that fit into 15%
            at_samples,
            picks=features.picks,
            n_frames=timeline.n_frames,
            frames=shots.frames,
        )
        color[f"video_{number}"] = colors(video)
        records.append(
            VideoRecord(
                key=f"video_{number}",
                name=video.stem,
                features=features.values,
                picks=features.picks,
                times=features.times,
                n_frames=timeline.n_frames,
                frame_rate=timeline.n_frames / timeline.duration,
                shots=shots,
                user_scores=at_samples,
                gtscore=at_samples.mean(axis=0) / 5,
                user_summary=summaries,
            )
        )

    path = Path(folder, "mine.h5")
    write_dataset(path, records, attributes={"backbone": features.backbone})
    data = open_dataset(path)
    entries = {"vidgist": vidgist.Scorer(), "color": color}
    table = evaluate(data, entries, metric="tvsum", seeds=20)
    print(table)
    # The same by command: vidgist evaluate mine.h5 --metric tvsum
