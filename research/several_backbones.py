"""Print what joined features of several backbones are worth.

    python research/several_backbones.py [--data ../shared]

On TVSum: the files of features that are in the data (EfficientNet-Lite0 and Lite2), and both joined
side by side at length 1. On the clips of the data, which nobody has annotated: Kendall's tau
between the scores that EfficientNet-Lite0, Lite1, Lite2 and their sum give.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau

from vidgist.backbones.registry import load_backbone
from vidgist.datasets import open_dataset
from vidgist.errors import VidgistError
from vidgist.evaluation.entries import Entry
from vidgist.evaluation.evaluate import evaluate
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import protocol
from vidgist.evaluation.tables import render
from vidgist.features import extract_features
from vidgist.scoring.presets import BEST, PAPER, REFERENCE, Preset
from vidgist.scoring.scorer import Scorer

LITE0 = "eccv16_dataset_tvsum_efficientnet_lite0.h5"
LITE2 = "efficientnet_lite2_features.h5"
SUM = "efficientnet_lite0+efficientnet_lite1+efficientnet_lite2"
NO_BANK = {True: "none", False: "shipped"}
"""Bank of a preset that needs one, and of one that takes none."""

FEWEST = 10
"""Samples that a clip must have for its order to say anything."""


def unit(values: np.ndarray) -> np.ndarray:
    values = values.astype(np.float32)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def rows(data: Path) -> tuple[Path, list[Entry]]:
    """Return the annotated file, and a row for each backbone under each preset."""
    folder = data / "data" / "tvsum"
    values = {
        name: {r.key: unit(r.features) for r in open_dataset(folder / file)}
        for name, file in (("lite0", LITE0), ("lite2", LITE2))
    }
    values["lite0+lite2"] = {
        key: np.concatenate([values["lite0"][key], values["lite2"][key]], axis=1)
        for key in values["lite0"]
    }

    def row(name: str, title: str, preset: Preset) -> Entry:
        def measure(judge: Judge) -> np.ndarray:
            features = replace(judge.record.to_features(), values=values[name][judge.record.key])
            return judge.measure(
                Scorer(preset, bank=NO_BANK[preset.needs_bank]).score(features).importance[None]
            )

        against = f"lite0: {title}" if name != "lite0" else ""
        return Entry(name=f"{name}: {title}", measure=measure, needs_features=True, against=against)

    presets = {
        "alignment x uniformity": REFERENCE,
        "best, without a bank": BEST,
    }
    return folder / LITE0, [row(n, t, p) for t, p in presets.items() for n in values]


def tvsum(data: Path) -> None:
    file, entries = rows(data)
    table = evaluate(
        open_dataset(file),
        entries,
        metric="tvsum",
        protocol=protocol("reference", metric="tvsum"),
        title="Several backbones at once, vectors of length 1",
        dataset=file.name,
    )
    print(render([table], style="markdown"), flush=True)


def clips(data: Path) -> None:
    backbone = load_backbone(SUM)
    names = [*SUM.split("+"), "their sum"]
    found: dict[tuple[str, str], list[float]] = {}
    count = samples = 0
    for video in sorted((data / "videos").iterdir()):
        try:
            features = extract_features(video, backbone=backbone, with_thumbnails=False).features
        except VidgistError:
            continue
        if len(features) < FEWEST:
            continue
        parts = np.split(features.values, len(names) - 1, axis=1)
        scores = [
            Scorer(PAPER).score(replace(features, values=values, widths=())).importance
            for values in (*parts, features.looks)
        ]
        count, samples = count + 1, samples + len(features)
        for (a, first), (b, second) in itertools.combinations(zip(names, scores, strict=True), 2):
            tau = float(kendalltau(first, second).statistic)
            if np.isfinite(tau):
                found.setdefault((a, b), []).append(tau)
    print(f"\n{count} clips, {samples} samples: mean Kendall's tau between their scores\n")
    print("| | | tau |\n|---|---|---|")
    for (a, b), taus in found.items():
        print(f"| {a} | {b} | {np.mean(taus):.3f} |")


def run() -> None:
    parser = argparse.ArgumentParser(description="Print what several backbones at once are worth.")
    parser.add_argument("--data", type=Path, default=Path("../shared"))
    data = parser.parse_args().data
    tvsum(data)
    clips(data)


if __name__ == "__main__":
    run()
