"""Does preset `best` hold where nothing was chosen? Other banks, constants and sampling rates.

    python research/best_holds.py TVSUM.h5 [--clips FOLDER] [--draws 20]

TVSUM.h5 is the field's HDF5 file with features of efficientnet_lite0, FOLDER holds the clips of
`shipped_bank.py`. Printed are tau, rho and F1 (protocol `reference`), ± over the draws.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from dropped import finish
from shipped_bank import CLIPS

from vidgist.backbones import load_backbone
from vidgist.criteria import belonging, distinctiveness, minmax, projection
from vidgist.criteria.belonging import TYPICALITY
from vidgist.criteria.distinctiveness import SHARES
from vidgist.datasets import open_dataset
from vidgist.evaluation.entries import Entry, statistics_of
from vidgist.evaluation.evaluate import evaluate
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.protocols import protocol
from vidgist.evaluation.tables import render
from vidgist.features import extract_features
from vidgist.paper.beyond import number
from vidgist.sampling import SAMPLE_SECONDS
from vidgist.scoring.bank import Bank, VideoStatistics, bank_of, shipped_bank, video_statistics
from vidgist.scoring.presets import PRESETS

BEST = PRESETS["best"]
BACKBONE = "efficientnet_lite0"
RANDOM_CONSTANTS = "random constants"

Score = Callable[..., np.ndarray]


def score(
    features,
    bank: Bank,
    *,
    shares=SHARES,
    typicality=TYPICALITY,
    smoothing=BEST.smoothing / SAMPLE_SECONDS,
):
    """Return the importance (T,) under preset `best`, with what may vary as arguments."""
    distinct = distinctiveness(features, mean=bank.mean, deviation=bank.deviation, shares=shares)
    belongs = belonging(features, common=bank.common, typicality=typicality)
    product = minmax(distinct) * minmax(belongs)
    return finish(minmax(projection(features, product)), smoothing=smoothing)


def values_of(judge: Judge):
    return np.asarray(judge.record.features, dtype=np.float32)


def row(name: str, scores: Callable[[Judge, np.random.Generator], np.ndarray]) -> Entry:
    """Return a row from a function that gives (R, T) scores of a video."""

    def measure(judge: Judge):
        rng = np.random.default_rng(zlib.crc32(judge.record.key.encode()))
        return judge.measure(scores(judge, rng))

    return Entry(name=name, measure=measure, needs_features=True, against="shipped bank")


def random_banks(
    score: Score, size: int, draws: int, statistics: dict[str, VideoStatistics], name: str
) -> Entry:
    def scores(judge: Judge, rng: np.random.Generator) -> np.ndarray:
        others = [part for key, part in statistics.items() if key != judge.record.key]
        chosen = (rng.permutation(len(others))[:size] for _ in range(draws))
        banks = [bank_of(others[i] for i in places) for places in chosen]
        return np.stack([score(values_of(judge), bank) for bank in banks])

    return row(f"{size} {name}", scores)


def random_constants(score: Score, draws: int, bank: Bank) -> Entry:
    def scores(judge: Judge, rng: np.random.Generator) -> np.ndarray:
        rng = np.random.default_rng(0)  # the same constants for every video
        found = []
        for _ in range(draws):
            shares = 0.6 ** rng.uniform(1, 8, size=rng.integers(1, 7))
            constants = {"typicality": rng.uniform(0.25, 1.0), "smoothing": rng.uniform(1, 5)}
            found.append(score(values_of(judge), bank, shares=tuple(shares), **constants))
        return np.stack(found)

    return row(RANDOM_CONSTANTS, scores)


def every(score: Score, step: int, bank: Bank) -> Entry:
    def scores(judge: Judge, rng: np.random.Generator) -> np.ndarray:
        # Fewer samples for the same seconds: the smoothing keeps its length in samples here.
        found = score(values_of(judge)[::step], bank)
        return np.repeat(found, step)[None, : judge.n_samples]

    return row(f"every {step}nd sample", scores)


def clip_features(folder: Path, fps: float) -> list[np.ndarray]:
    backbone = load_backbone(BACKBONE)
    return [
        extract_features(
            folder / name, backbone=backbone, fps=fps, with_thumbnails=False
        ).features.values
        for name in CLIPS
    ]


def rates(score: Score, folder: Path, bank: Bank) -> None:
    """Print how alike the scores at 1, 2 and 4 samples a second are, on the clips."""
    from scipy.stats import spearmanr

    at = {fps: clip_features(folder, fps) for fps in (1.0, 2.0, 4.0)}
    print("\nSpearman's rho of the scores at two sampling rates, at common times, by clip")
    for place, name in enumerate(CLIPS):
        one, two, four = (score(at[fps][place], bank) for fps in (1.0, 2.0, 4.0))
        n1, n2 = min(len(one), len(two[::2])), min(len(two), len(four[::2]))
        print(
            f"{name:45s} 1 and 2: {spearmanr(one[:n1], two[::2][:n1])[0]:.3f}   "
            f"2 and 4: {spearmanr(two[:n2], four[::2][:n2])[0]:.3f}"
        )


def run() -> None:
    parser = argparse.ArgumentParser(description="Does preset best hold elsewhere?")
    parser.add_argument("data", type=Path)
    parser.add_argument("--clips", type=Path)
    parser.add_argument("--draws", type=int, default=20)
    given = parser.parse_args()
    chosen = score
    shipped = shipped_bank(BACKBONE)
    assert shipped is not None
    dataset = open_dataset(given.data)
    videos = statistics_of(dataset.records(fields=("features",)))
    entries = [row("shipped bank", lambda judge, rng: chosen(values_of(judge), shipped)[None])]
    entries += [
        random_banks(chosen, n, given.draws, videos, "other TVSum videos") for n in (5, 10, 20)
    ]
    if given.clips is not None:
        at_two = clip_features(given.clips, 2.0)
        clips = dict(zip(CLIPS, map(video_statistics, at_two), strict=True))
        entries += [random_banks(chosen, n, given.draws, clips, "of the clips") for n in (3, 5, 10)]
    entries += [random_constants(chosen, 2 * given.draws, shipped), every(chosen, 2, shipped)]
    table = evaluate(
        dataset,
        entries,
        metric="tvsum",
        protocol=protocol("reference", metric="tvsum"),
        title="Preset best where nothing was chosen",
        dataset=given.data.name,
    )
    print(render([table], style="markdown"))
    constants = table.row(RANDOM_CONSTANTS).values[:, :, 1]
    even = [number(key) % 2 == 0 for key in table.videos]
    print(
        f"\n{RANDOM_CONSTANTS}, rho: median {np.median(constants.mean(axis=0)):.3f}, on the "
        f"even-numbered videos {np.median(constants[even].mean(axis=0)):.3f}"
    )
    if given.clips is not None:
        rates(chosen, given.clips, shipped)


if __name__ == "__main__":
    run()
