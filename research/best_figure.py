"""Draw the curves of one video under the presets `paper` and `best`: docs/best.svg.

    python research/best_figure.py VIDEO [-o docs/best.svg]

The figure in docs is of `intel__one-by-one-person-detection.mp4`: a camera that stands still while
people come to a table one after the other. Needs matplotlib (extra `figures`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from vidgist.features import extract_features
from vidgist.scoring.bank import shipped_bank
from vidgist.scoring.presets import PRESETS
from vidgist.scoring.scorer import Scorer

CURVES = (
    ("paper", "importance", "paper: alignment x uniformity, smoothed"),
    ("best", "distinctiveness", "best, 1: distinctiveness"),
    ("best", "belonging", "best, 2: belonging"),
    ("best", "projection", "best, 3: their product, projected"),
    ("best", "importance", "best: smoothed"),
)


def run() -> None:
    parser = argparse.ArgumentParser(description="Draw a video's curves under paper and best.")
    parser.add_argument("video", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/best.svg"))
    given = parser.parse_args()
    mpl.rcParams["svg.hashsalt"] = "vidgist"  # the same file each time
    mpl.rcParams["svg.fonttype"] = "none"
    features = extract_features(given.video, with_thumbnails=False).features
    bank = shipped_bank(features.backbone)
    scores = {
        name: Scorer(PRESETS[name]).with_bank(bank).score(features) for name in ("paper", "best")
    }
    figure = Figure(figsize=(7.2, 5.4), layout="constrained")
    axes = figure.subplots(len(CURVES), 1, sharex=True)
    for axis, (name, curve, title) in zip(axes, CURVES, strict=True):
        values = {**scores[name].criteria, "importance": scores[name].importance}[curve]
        final = curve == "importance"
        low = values.min() if final else 0.0
        color = "#3451b2" if name == "best" else "#868e96"
        axis.fill_between(features.times, low, values, color=color, alpha=0.15, linewidth=0)
        axis.plot(features.times, values, color=color, linewidth=1.3 if final else 0.9)
        axis.set_title(title, fontsize=8, loc="left", pad=2)
        axis.set_yticks([])
        axis.margins(x=0)
        for side in ("top", "right", "left"):
            axis.spines[side].set_visible(False)
    axes[-1].set_xlabel("seconds", fontsize=8)
    figure.savefig(given.output, metadata={"Date": None})


if __name__ == "__main__":
    run()
