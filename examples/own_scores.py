"""Measure scores of your own by the field's protocol, beside random and human rows.

The data set here is made up, so that the script runs anywhere; give a real one in the field's
layout instead: ``python examples/own_scores.py tvsum.h5``.
"""

import json
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

from vidgist.cli import main
from vidgist.datasets import open_dataset


def make_up(path: Path) -> None:
    """Write three videos of 40 samples, five shots and four annotators each."""
    rng = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        for number in range(1, 4):
            group = file.create_group(f"video_{number}")
            picks = np.arange(0, 600, 15)
            taste = np.repeat(rng.integers(1, 6, 5), 8)
            edges = np.arange(0, 601, 120)
            group["features"] = rng.normal(size=(40, 16)).astype("float32")
            group["picks"], group["n_frames"], group["n_steps"] = picks, 600, 40
            group["change_points"] = np.stack([edges[:-1], edges[1:] - 1], axis=1)
            group["n_frame_per_seg"] = np.diff(edges)
            group["user_scores"] = np.clip(taste + rng.integers(-1, 2, (4, 40)), 1, 5)
            best = np.repeat(np.eye(5, dtype="uint8")[taste[::8].argmax()], 120)
            group["user_summary"] = np.tile(best, (4, 1))


with tempfile.TemporaryDirectory() as folder:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "tvsum_made_up.h5")
    if len(sys.argv) == 1:
        make_up(data)
    # One list of T numbers a video: here simply the time that has passed.
    scores = {record.key: list(range(record.n_samples)) for record in open_dataset(data)}
    mine = Path(folder, "mine.json")
    mine.write_text(json.dumps(scores))
    sys.exit(main(["evaluate", str(data), "--metric", "tvsum", "--scores", str(mine), "--quiet"]))
