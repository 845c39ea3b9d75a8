"""Train a model of your own by splits, and measure it where it has not learned.

The model is a ridge regression from features to the mean annotation, in NumPy; any network that
gives one number a sample takes its place. The data set is drawn; give a real one instead:
``python examples/own_model.py tvsum.h5 splits.json``.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from drawn_data import draw_dataset

from vidgist.datasets import open_dataset
from vidgist.datasets.splits import Split, read_splits
from vidgist.evaluation import evaluate
from vidgist.scoring.scorer import Scorer


def train(data, keys: tuple[str, ...], *, strength: float = 10.0) -> np.ndarray:
    """Return the weights (D + 1,) that bring features nearest to the mean scores."""
    videos = [data[key] for key in keys]
    rows = np.concatenate([with_one(video.features) for video in videos])
    targets = np.concatenate([video.user_scores.mean(axis=0) for video in videos])
    squares = rows.T @ rows + strength * np.eye(rows.shape[1])
    return np.linalg.solve(squares, rows.T @ targets)


def with_one(features: np.ndarray) -> np.ndarray:
    return np.column_stack([features.astype(float), np.ones(len(features))])


with tempfile.TemporaryDirectory() as folder:
    if len(sys.argv) > 2:
        data, splits = open_dataset(sys.argv[1]), read_splits(sys.argv[2])
    else:
        data = draw_dataset(Path(folder, "tvsum_drawn.h5"))
        tests = [data.keys[number::5] for number in range(5)]
        splits = tuple(
            Split(train=tuple(k for k in data.keys if k not in test), test=test) for test in tests
        )

    scores = []  # of each split, on its own test videos, by the model of its training videos
    for split in splits:
        weights = train(data, split.train)
        scores.append({key: with_one(data[key].features) @ weights for key in split.test})

    table = evaluate(
        data,
        {"ridge": scores, "no training": Scorer("paper")},
        metric="tvsum",
        splits=splits,
        seeds=20,
    )
    print(table)
    for number, values in enumerate(table.per_split(table.row("ridge"))[:, 0], start=1):
        print(f"split {number}: tau {values[0]:.3f}, rho {values[1]:.3f}, F1 {values[2]:.3f}")
