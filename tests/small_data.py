"""Small data sets that tests make: known scores, shots and summaries, no real data."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from vidgist.datasets import VideoRecord, write_dataset
from vidgist.types import Shots

STEP = 15


def record(
    rng: np.random.Generator,
    *,
    key: str = "video_1",
    name: str = "",
    n_samples: int = 24,
    users: int = 5,
    kind: str = "tvsum",
    features: bool = True,
) -> VideoRecord:
    """A video of scenes of four samples in shots of two, with annotators who somewhat agree."""
    n_frames = n_samples * STEP - 4
    picks = np.arange(0, n_frames, STEP)
    scene = np.arange(n_samples) // 4
    looks = rng.normal(size=(int(scene.max()) + 1, 8))
    values = looks[scene] + 0.3 * rng.normal(size=(n_samples, 8))
    edges = np.append(np.arange(0, n_frames, 2 * STEP), n_frames)
    shots = Shots(frames=np.stack([edges[:-1], edges[1:]], axis=1))
    liking = rng.normal(size=n_samples)
    opinions = liking + 0.8 * rng.normal(size=(users, n_samples))
    scores = np.clip(np.rint(opinions + 3), 1, 5)
    chosen = rng.random((users, len(shots))) < 0.3
    chosen[:, 0] = True
    summary = np.repeat(chosen, shots.lengths, axis=1)
    return VideoRecord(
        key=key,
        name=name or f"clip {key}",
        features=values.astype(np.float32) if features else None,
        picks=picks,
        n_frames=n_frames,
        shots=shots,
        gtscore=scores.mean(axis=0) / 5,
        user_summary=summary,
        user_scores=scores if kind == "tvsum" else None,
        frame_rate=30.0,
    )


def dataset(
    path: Path, *, count: int = 6, kind: str = "tvsum", without: tuple[int, ...] = (), seed: int = 0
) -> list[VideoRecord]:
    """Write a data set; the videos whose numbers are in ``without`` have no features."""
    rng = np.random.default_rng(seed)
    records = [
        record(
            rng,
            key=f"video_{i}",
            n_samples=18 + 3 * i,
            kind=kind,
            features=i not in without,
        )
        for i in range(1, count + 1)
    ]
    write_dataset(path, records, attributes={"backbone": "noise"})
    return records


def tvsum_annotations(path: Path, videos: dict[str, np.ndarray], *, category: str = "VT") -> None:
    """Write annotations as TVSum's MATLAB 7.3 file holds them: name -> (U, N) scores."""
    with h5py.File(path, "w", userblock_size=512) as file:
        hidden = file.create_group("#refs#")
        root = file.create_group("tvsum50")

        def column(name: str, arrays: list[np.ndarray]) -> None:
            references = np.empty((len(arrays), 1), dtype=h5py.ref_dtype)
            for i, array in enumerate(arrays):
                references[i, 0] = hidden.create_dataset(f"{name}{i}", data=array).ref
            root.create_dataset(name, data=references, dtype=h5py.ref_dtype)

        def text(value: str) -> np.ndarray:
            return np.array([[ord(c)] for c in value], dtype=np.uint16)

        column("video", [text(name) for name in videos])
        column("category", [text(category) for _ in videos])
        column("nframes", [np.array([[float(s.shape[1])]]) for s in videos.values()])
        column("length", [np.array([[s.shape[1] / 30]]) for s in videos.values()])
        column("user_anno", [s.astype(np.float64) for s in videos.values()])
    with path.open("rb+") as raw:
        raw.write(b"MATLAB 7.3 MAT-file")
