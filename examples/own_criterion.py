"""Put a criterion of your own in the place of vidgist's: every stage is a plain function.

Here the frames that are bright and colorful win. Run it anywhere:
``python examples/own_criterion.py [VIDEO]``; without a video it draws one.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import vidgist
from vidgist.demo import render_demo
from vidgist.selection import Footage, choose

with tempfile.TemporaryDirectory() as folder:
    video = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "demo.mp4")
    if len(sys.argv) == 1:
        render_demo(video, seconds=20)

    # Frames as small pictures (T, H, W, 3), and features (T, D) of the same samples.
    frames = vidgist.read_frames(video, fps=2, size=(72, 128))
    features = vidgist.extract_features(video, fps=2).features

    # Your criterion: one number a sample. Mixed with one of ours.
    color = frames.pixels.astype(float).std(axis=3).mean(axis=(1, 2))
    scaled = {
        "alignment": vidgist.minmax(vidgist.alignment(features.values)),
        "uniformity": vidgist.minmax(color),  # in the place of uniformity
    }
    scores = vidgist.importance(scaled)

    shots = vidgist.refine_shots(vidgist.segment(features.values), features.picks, frames.timeline)
    footage = Footage(
        importance=scores,
        features=features.values,
        times=features.times,
        picks=features.picks,
        shots=shots,
        timeline=frames.timeline,
        budget=4.0,
        junk=np.full(len(scores), ""),  # every sample is fit to show
    )
    selection = choose(footage, select="knapsack")
    for (start, end), value in zip(selection.pieces, selection.scores, strict=True):
        print(f"{start:6.2f} - {end:6.2f} s   {value:.3f}")
