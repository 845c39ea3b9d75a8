"""Use a criterion of your own, under its own name, beside vidgist's.

Here the samples are important that look like few others of their video. Run it anywhere:
``python examples/own_criterion.py [VIDEO]``; without a video it draws one. From the command line:
``vidgist summarize VIDEO --criteria alignment,examples/own_criterion.py:rarity``.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import vidgist
from vidgist.criteria import CRITERIA, Criterion, Samples, Words
from vidgist.demo import render_demo


def rarity(samples: Samples) -> np.ndarray:
    """Return one number a sample (T,), higher for more important."""
    values = samples.features.astype(float)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    alike = (values @ values.T > 0.9).mean(axis=1)  # the share of samples that look like it
    return -alike


RARITY = Criterion(
    name="rarity",
    words=Words(
        title="Rarity",
        about="How few samples of the video look alike.",
        high="is rare",
        middle="is seen at times",
        low="is seen often",
    ),
    measure=rarity,
)


def main() -> None:
    CRITERIA.add(RARITY)  # a function alone would do as well: criteria=["alignment", rarity]
    with tempfile.TemporaryDirectory() as folder:
        video = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "demo.mp4")
        if len(sys.argv) == 1:
            render_demo(video, seconds=20)
        settings = vidgist.preset("paper", criteria=["alignment", "rarity"])
        gist = vidgist.summarize(video, settings=settings, length="20%")
        print(gist)
        for (start, end), score in zip(gist.pieces, gist.selection.scores, strict=True):
            print(f"{start:7.2f} - {end:7.2f} s   {score:.3f}")
        rare = gist.scores.criteria["rarity"]  # in [0, 1]; in summary.json and on the page, too
        print(f"rarest at {gist.times[rare.argmax()]:.1f} s")
        gist.save(Path(folder, "gist"), make=["json", "report"])


if __name__ == "__main__":
    main()
