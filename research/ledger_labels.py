"""How far labels would take preset `best`, for research/score.md: what the aim is measured by.

    python research/ledger_labels.py TVSUM.h5

No score of the product sees a label; these rows do, to tell what could still be gained:

- the annotators' mean itself, its projection on the features of its own video (step 5 of `best`
  with q known), and what another linear score, ridge regression, makes of it there;
- ridge regression from features to the annotators' mean, learned on the 25 videos of one half of
  TVSum with their labels and scored on the other half; alone, added to `best`, and in the place of
  promise (`q times 0.3 + it`). The share of the penalty and the weight are not chosen but listed.

The rows are Spearman's rho, protocol `reference`, shipped bank; the difference is that to `best`
over all 50 videos with the paired bootstrap interval.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from ledger import difference
from ledger_ideas import promising
from ledger_video import Video, along, finished, load, units

from vidgist.criteria import minmax
from vidgist.criteria.smoothing import smooth
from vidgist.datasets import open_dataset

SHARES = (0.1, 0.01, 0.001)
Scores = dict[int, np.ndarray]


def labels(path: Path, videos: list[Video]) -> Scores:
    """Return the annotators' mean of every video at its samples."""
    means = {}
    for video, record in zip(videos, open_dataset(path), strict=True):
        mean = np.asarray(record.user_scores, dtype=np.float64).mean(axis=0)
        means[video.number] = mean if len(mean) == len(video.f) else mean[record.sample_picks]
    return means


def within(video: Video, wanted: np.ndarray, share: float = 0.01) -> np.ndarray:
    """Return the ridge regression of a video's own labels on its own features."""
    gram = (video.x - video.x.mean(axis=0)) @ (video.x - video.x.mean(axis=0)).T
    penalty = share * np.linalg.eigvalsh(gram)[-1] * np.eye(len(gram))
    return gram @ np.linalg.solve(gram + penalty, wanted - wanted.mean())


def supervised(videos: list[Video], wanted: Scores, share: float) -> Scores:
    """Return what a ridge regression gives that has learned on the half a video is not in.

    Every video weighs the same; the penalty is a share of the covariance's largest eigenvalue.
    """
    scores: Scores = {}
    for odd in (0, 1):
        learned = [v for v in videos if v.number % 2 != odd]
        roots = [np.sqrt(len(v.f)) for v in learned]
        x = [(v.x - v.x.mean(axis=0)) / root for v, root in zip(learned, roots, strict=True)]
        y = [units(wanted[v.number]) / root for v, root in zip(learned, roots, strict=True)]
        covariance = sum(part.T @ part for part in x)
        penalty = share * np.linalg.eigvalsh(covariance)[-1] * np.eye(len(covariance))
        target = sum(part.T @ values for part, values in zip(x, y, strict=True))
        w = np.linalg.solve(covariance + penalty, target)
        scores |= {v.number: smooth(v.x @ w, sigma=3) for v in videos if v.number % 2 == odd}
    return scores


def rows(path: Path, videos: list[Video]) -> dict[str, Scores]:
    """Return name -> scores of all videos."""
    wanted = labels(path, videos)
    best = {v.number: v.best for v in videos}
    found = {
        "best": best,
        "promise, 1 + P": {v.number: finished(promising(v, 1)) for v in videos},
        "promise, 0.3 + P": {v.number: finished(promising(v, 0.3)) for v in videos},
        "the annotators' mean": wanted,
        "its projection": {v.number: finished(along(v.x, wanted[v.number])) for v in videos},
        "its ridge regression, 0.01": {v.number: within(v, wanted[v.number]) for v in videos},
    }
    for share in SHARES:
        learned = supervised(videos, wanted, share)
        name = f"ridge {share} with labels"
        found[name] = learned
        for weight in (0.3, 1):
            found[f"best + {weight} {name}"] = {
                n: units(best[n]) + weight * units(learned[n]) for n in best
            }
        found[f"q times 0.3 + {name}"] = {
            v.number: finished(along(v.x, v.q * (0.3 + minmax(learned[v.number])))) for v in videos
        }
    return found


def run() -> None:
    parser = argparse.ArgumentParser(description="What labels would add to preset best, on TVSum.")
    parser.add_argument("data", type=Path)
    given = parser.parse_args()
    videos = load(given.data, "shipped")
    base = {v.number: v.rho(v.best) for v in videos}
    print("| score | odd | even | all | less best |\n|---|---|---|---|---|")
    for name, scores in rows(given.data, videos).items():
        rho = {v.number: v.rho(scores[v.number]) for v in videos}
        halves = [[r for n, r in rho.items() if n % 2 == odd] for odd in (1, 0)]
        means = " | ".join(f"{np.mean(part):.4f}" for part in [*halves, list(rho.values())])
        print(f"| {name} | {means} | {difference(rho[n] - base[n] for n in rho)} |", flush=True)


if __name__ == "__main__":
    run()
