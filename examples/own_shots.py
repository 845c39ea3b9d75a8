"""Use shots of your own: a function of the features, a file, or times in seconds.

``python examples/own_shots.py [VIDEO]``; without a video it draws one. From the command line:
``vidgist summarize VIDEO --shots examples/own_shots.py:jumps`` or ``--shots scenes.csv``.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import vidgist
from vidgist.demo import render_demo
from vidgist.types import Features


def jumps(features: Features) -> np.ndarray:
    """Return the samples (m,) that begin a shot: those unlike the sample before."""
    values = features.values.astype(float)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    alike = (values[1:] * values[:-1]).sum(axis=1)
    return np.flatnonzero(alike < alike.mean()) + 1


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        video = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "demo.mp4")
        if len(sys.argv) == 1:
            render_demo(video, seconds=20)

        # What PySceneDetect and TransNetV2 write is read as well.
        scenes = Path(folder, "scenes.csv")
        scenes.write_text("start,end\n0,5\n5,10\n10,15\n15,20\n")

        for name, shots in {
            "vidgist's own": "kts",
            "a function": jumps,
            "a file": scenes,
            "seconds": [(0, 8), (8, 20)],
        }.items():
            gist = vidgist.summarize(video, shots=shots, length="20%", with_thumbnails=False)
            kept = int(gist.selected.sum())
            print(f"{name:14} {len(gist.shots):3} shots, {kept} of them shown: {gist!r}")


if __name__ == "__main__":
    main()
