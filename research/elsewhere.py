"""Print what ideas are worth on all data sets at once: odd halves choose, even ones judge.

    python research/elsewhere.py [--data ../shared/data] [--even]

TVSum with EfficientNet-Lite0 (shipped bank) and Lite2 (no bank), TVSum's segments of two seconds
and YouTube Highlights with I3D (no bank), SumMe with weak DINO features (no bank): sums of z-scores
of several backbones on TVSum, at the samples of Lite0; then rho of each idea less that of `best`,
with its paired bootstrap interval over videos.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from vidgist.criteria import distinctiveness, minmax, projection
from vidgist.criteria.smoothing import smooth
from vidgist.datasets import VideoRecord, open_dataset
from vidgist.evaluation.bootstrap import paired_bootstrap
from vidgist.evaluation.entries import matched
from vidgist.evaluation.join import with_features_of
from vidgist.evaluation.rank import spearman_rho
from vidgist.paper.beyond import number
from vidgist.paper.gist_data import highlights_file, segments, segments_file, summe, summe_file
from vidgist.paper.library import find_library
from vidgist.sampling import SAMPLE_SECONDS
from vidgist.scoring.scorer import Scorer

BEST = Scorer("best", bank="none")
SIGMA = BEST.settings.smoothing / SAMPLE_SECONDS


@dataclass
class Video:
    """One video of a data set with what ideas start from."""

    odd: bool
    record: VideoRecord
    scorer: Scorer
    labels: np.ndarray

    def __post_init__(self) -> None:
        self.features = self.record.to_features()
        scores = self.scorer.score(self.features)
        self.best = np.asarray(scores.importance)
        self.c = scores.criteria
        self.f = self.features.values.astype(np.float64)
        self.x = self.f / np.maximum(np.linalg.norm(self.f, axis=1, keepdims=True), 1e-12)
        self.weights = self.features.weights

    def finish(self, p: np.ndarray) -> np.ndarray:
        """Return the importance of p in [0, 1]."""
        return np.asarray(smooth(np.exp(minmax(p) - 1), sigma=SIGMA, weights=self.weights))

    def projected(self, q: np.ndarray) -> np.ndarray:
        return np.asarray(minmax(projection(self.f, q, weights=self.weights)))

    def rho(self, scores: np.ndarray) -> float:
        """Return the mean rho with the annotators whose labels are not constant."""
        if np.ptp(scores) == 0:
            return 0.0
        return float(np.nanmean(spearman_rho(scores, self.labels)))


Idea = Callable[[Video], np.ndarray]


def z(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / (values.std() or 1.0)


def length(v: Video) -> np.ndarray:
    return np.linalg.norm(v.f, axis=1)


def plus_length(v: Video, weight: float) -> np.ndarray:
    return v.finish(z(v.c["projection"]) + weight * z(length(v)))


def times_length(v: Video, least: float) -> np.ndarray:
    q = v.c["distinctiveness"] * v.c["belonging"] * (least + minmax(length(v)))
    return v.finish(v.projected(q))


def raw_distances(v: Video) -> np.ndarray:
    q = minmax(distinctiveness(v.f, weights=v.weights)) * v.c["belonging"]
    return v.finish(v.projected(q))


def unit_distances(v: Video) -> np.ndarray:
    q = minmax(distinctiveness(v.x, weights=v.weights)) * v.c["belonging"]
    return v.finish(v.projected(q))


def both_distances(v: Video) -> np.ndarray:
    raw = minmax(distinctiveness(v.f, weights=v.weights))
    q = (raw + v.c["distinctiveness"]) * v.c["belonging"]
    return v.finish(v.projected(q))


def smoothed(v: Video, seconds: float) -> np.ndarray:
    p = np.exp(v.c["projection"] - 1)
    return np.asarray(smooth(p, sigma=seconds / SAMPLE_SECONDS, weights=v.weights))


def seen_anew(v: Video) -> np.ndarray:
    """Projection once more, of what the projection gave together with q."""
    q = v.c["distinctiveness"] * v.c["belonging"]
    return v.finish(z(v.c["projection"]) + z(v.projected(q * v.c["projection"])))


def middle(v: Video, weight: float) -> np.ndarray:
    u = (np.arange(len(v.f)) + 0.5) / len(v.f)
    return v.finish(z(v.c["projection"]) + weight * z(1 - np.abs(2 * u - 1)))


IDEAS: dict[str, Idea] = {
    **{f"+ {w:g} length": partial(plus_length, weight=w) for w in (0.15, 0.3, 0.6)},
    **{f"q ({a:g} + length)": partial(times_length, least=a) for a in (0.3, 1.0)},
    "distances of raw features": raw_distances,
    "distances at length 1": unit_distances,
    "raw and whitened distances": both_distances,
    **{f"smoothing {s:g} s": partial(smoothed, seconds=s) for s in (0.75, 3.0, 5.0)},
    "projected again": seen_anew,
    **{f"+ {w:g} middle": partial(middle, weight=w) for w in (0.15, 0.3)},
}


def videos(records: Iterator[VideoRecord], scorer: Scorer, *, metric: str = "tvsum") -> list[Video]:
    found = []
    for place, record in enumerate(records, start=1):
        labels = record.user_scores
        if metric == "summe" and record.user_summary is not None:
            labels = record.user_summary[:, record.sample_picks].astype(float)
        if record.features is None or labels is None:
            continue
        labels = labels[np.ptp(labels, axis=1) > 0]
        if len(labels):
            digits = number(record.key) if record.key.startswith("video_") else place
            found.append(Video(odd=digits % 2 == 1, record=record, scorer=scorer, labels=labels))
    return found


def data_sets(data: Path) -> dict[str, list[Video]]:
    library = find_library([data])
    tvsum = open_dataset(library.annotated["tvsum"][0])
    two_seconds, clips = segments_file(library), highlights_file(library)
    others = [p for p in library.features["tvsum"] if p != two_seconds]
    found = {"Lite0": videos(tvsum.records(), matched(Scorer("best"), tvsum))}
    if others:
        found["Lite2"] = videos(with_features_of(open_dataset(others[0]), tvsum), BEST)
    if two_seconds is not None:
        found["I3D"] = videos(segments(two_seconds, tvsum), BEST)
    if clips is not None:
        found["highlights"] = videos(open_dataset(clips).records(), BEST)
    weak = summe_file(library)
    if weak is not None:
        records = summe(weak, library.annotated["summe"][0])
        found["SumMe"] = videos(records, BEST, metric="summe")
    return found


def printed(gaps: np.ndarray) -> str:
    found = paired_bootstrap(gaps, rng=np.random.default_rng(0))
    return f"{found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def ideas(found: dict[str, list[Video]], *, even: bool) -> None:
    half = {name: [v for v in group if v.odd != even] for name, group in found.items()}
    print(f"| rho less `best`, {'even' if even else 'odd'} half | {' | '.join(half)} |")
    print("|---" * (len(half) + 1) + "|")
    base = {name: np.array([v.rho(v.best) for v in group]) for name, group in half.items()}
    print("| `best` | " + " | ".join(f"{values.mean():.4f}" for values in base.values()) + " |")
    for name, idea in IDEAS.items():
        gaps = [np.array([v.rho(idea(v)) for v in g]) - base[n] for n, g in half.items()]
        print(f"| {name} | {' | '.join(map(printed, gaps))} |", flush=True)


def fusions(found: dict[str, list[Video]]) -> None:
    """Print what sums of z-scores are worth on TVSum, at the samples of Lite0."""
    by_name: dict[str, dict[str, np.ndarray]] = {}
    first = {v.record.key: v for v in found["Lite0"]}
    for name in ("Lite0", "Lite2", "I3D"):
        by_name[name] = {}
        for v in found.get(name, []):
            at = first[v.record.key].record
            middles = v.record.sample_picks
            if name == "I3D":
                middles = middles + v.record.frame_rate  # a second: half of a segment
            by_name[name][v.record.key] = z(np.interp(at.sample_picks, middles, v.best))
    base = np.array([v.rho(v.best) for v in first.values()])
    odd = np.array([v.odd for v in first.values()])
    print("\n| sum of z-scores | odd | even | all | less Lite0 |\n|---|---|---|---|---|")
    for names in (
        ["Lite0"],
        ["Lite2"],
        ["I3D"],
        ["Lite0", "Lite2"],
        ["Lite0", "I3D"],
        ["Lite2", "I3D"],
        ["Lite0", "Lite2", "I3D"],
    ):
        rho = np.array([v.rho(sum(by_name[n][k] for n in names)) for k, v in first.items()])
        means = (rho[odd].mean(), rho[~odd].mean(), rho.mean())
        cells = " | ".join(f"{m:.4f}" for m in means)
        print(f"| {' + '.join(names)} | {cells} | {printed(rho - base)} |", flush=True)


def run() -> None:
    parser = argparse.ArgumentParser(description="Print what ideas are worth on all data sets.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--even", action="store_true", help="Also the even halves.")
    arguments = parser.parse_args()
    found = data_sets(arguments.data)
    fusions(found)
    print()
    ideas(found, even=False)
    if arguments.even:
        print()
        ideas(found, even=True)


if __name__ == "__main__":
    run()
