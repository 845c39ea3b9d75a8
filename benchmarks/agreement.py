"""How far a skimmed video agrees with the whole one, on real clips.

    python benchmarks/agreement.py                     # those of VIDGIST_SHARED, longer than 10 s
    python benchmarks/agreement.py --files *.mp4

Scores of both ways are compared at the samples of the whole video, Spearman's rho; between samples
they are interpolated. Overlap is the share of the summary's time that both show. Coverage and
repeats are the measures of `vidgist.evaluation.gist` that need no annotations, of the summary
without and with ``--skim``; worth is the mean importance, by the scores of the whole video, of what
the skimmed summary shows, by that of the other summary.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

import vidgist
from vidgist.evaluation.gist import gist_measures
from vidgist.summary import Summary
from vidgist.types import Floats

SHARED = Path(os.environ.get("VIDGIST_SHARED", "../shared"), "videos")
ENDINGS = (".mp4", ".mov", ".webm", ".mkv")
LEAST = 10.0
"""Seconds: shorter videos have hardly anything to leave out."""

STEP = 0.02
"""Seconds between the moments at which summaries are compared."""


def shown_at(summary: Summary, moments: Floats) -> np.ndarray:
    """Return (T,) bool: whether the summary shows each moment of the video."""
    starts, ends = summary.pieces[:, 0], summary.pieces[:, 1]
    return ((moments[:, None] >= starts) & (moments[:, None] < ends)).any(axis=1)


def agreement(whole: Summary, skimmed: Summary) -> tuple[float, ...]:
    """Return rho, overlap, worth, and coverage and repeats of both summaries."""
    scores = np.interp(whole.times, skimmed.times, skimmed.scores.importance)
    rho = float(spearmanr(scores, whole.scores.importance)[0])
    moments = np.arange(0, whole.timeline.duration, STEP)
    one, other = shown_at(whole, moments), shown_at(skimmed, moments)
    overlap = (one & other).sum() / max(one.sum(), other.sum())
    importance = np.interp(moments, whole.times, whole.scores.importance)
    worth = importance[other].mean() / importance[one].mean()
    one_gist, other_gist = (
        gist_measures(
            summary.pieces, times=whole.times, annotation=None, features=whole.features.values
        )
        for summary in (whole, skimmed)
    )
    judged = (one_gist.coverage, other_gist.coverage, one_gist.repeats, other_gist.repeats)
    return (rho, float(overlap), float(worth), *judged)


def cells(numbers: Sequence[float]) -> str:
    """Return the cells of a table for what `agreement` returns."""
    rho, overlap, worth, *judged = numbers
    coverage, repeats = judged[:2], judged[2:]
    return (
        f"{rho:.3f} | {overlap:.2f} | {worth:.3f}"
        f" | {coverage[0]:.3f}, {coverage[1]:.3f} | {repeats[0]:.2f}, {repeats[1]:.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", nargs="+", type=Path, help="videos, default the shared ones")
    options = parser.parse_args()
    files = options.files or sorted(p for p in SHARED.iterdir() if p.suffix in ENDINGS)
    print("| clip | samples | rho | overlap | worth | coverage | repeats |")
    print("|---|---|---|---|---|---|---|")
    rows = []
    warnings.simplefilter("ignore", vidgist.VidgistWarning)
    for file in files:
        try:
            if (vidgist.probe(file).duration or LEAST + 1) <= LEAST:
                continue
            skimmed = vidgist.summarize(file, skim=True, with_thumbnails=False)
            if skimmed.sampling.mode != "skim":
                print(f"| {file.name} | not skimmed: {skimmed.sampling.note} | | | | | |")
                continue
            whole = vidgist.summarize(file, with_thumbnails=False)
        except vidgist.VidgistError as error:
            print(f"| {file.name} | {error} | | | | | |")
            continue
        rows.append(agreement(whole, skimmed))
        counts = f"{len(skimmed.times)} of {len(whole.times)}"
        duration = f"{whole.timeline.duration:.0f} s"
        print(f"| {file.name}, {duration} | {counts} | {cells(rows[-1])}", flush=True)
    if rows:
        print(f"| median of {len(rows)} | | {cells(np.median(rows, axis=0))}")


if __name__ == "__main__":
    main()
