"""Does preset `best` hold for videos of 10 seconds and of an hour? On TVSum, cut and joined.

    python research/best_lengths.py TVSUM.h5

TVSUM.h5 is the field's HDF5 file with features of efficientnet_lite0, at two samples a second. For
10 seconds, each video is cut into pieces of 20 samples that are scored alone, and Spearman's rho
with each annotator is taken within the piece; annotators who gave a piece one score say nothing of
it. For an hour, videos are joined one after the other up to 7,200 samples and scored as one, and
rho is taken within each video. Beside them stands what the whole videos give, measured alike.
Means are over videos, intervals are paired bootstraps of `best` less alignment x uniformity.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from vidgist.datasets import VideoRecord, open_dataset
from vidgist.evaluation.bootstrap import paired_bootstrap
from vidgist.evaluation.rank import spearman_rho
from vidgist.scoring.bank import shipped_bank
from vidgist.scoring.scorer import Scorer

Score = Callable[[np.ndarray], np.ndarray]
PIECE, HOUR = 20, 7200


def best(features: np.ndarray) -> np.ndarray:
    bank = shipped_bank("efficientnet_lite0")
    return Scorer("best", bank=bank).score(features).importance


def paper(features: np.ndarray) -> np.ndarray:
    return Scorer("reference").score(features).importance


def rho(scores: np.ndarray, annotations: np.ndarray) -> float:
    """Return the mean over annotators who tell samples apart; 0 where the scores do not."""
    telling = annotations[np.ptp(annotations, axis=1) > 0]
    if len(telling) == 0:
        return np.nan
    return float(spearman_rho(scores, telling).mean()) if np.ptp(scores) > 0 else 0.0


def whole(videos: list[VideoRecord], score: Score) -> Iterator[float]:
    for video in videos:
        yield rho(score(video.features), video.user_scores)


def pieces(videos: list[VideoRecord], score: Score) -> Iterator[float]:
    """Give the mean over the pieces of each video; what is left at its end is no piece."""
    for video in videos:
        starts = range(0, len(video.features) - PIECE + 1, PIECE)
        parts = [slice(start, start + PIECE) for start in starts]
        yield float(
            np.nanmean([rho(score(video.features[p]), video.user_scores[:, p]) for p in parts])
        )


def same_pieces(videos: list[VideoRecord], score: Score) -> Iterator[float]:
    """Give, for comparison, what the scores of the whole video say within the same pieces."""
    for video in videos:
        scores = score(video.features)
        starts = range(0, len(scores) - PIECE + 1, PIECE)
        parts = [slice(start, start + PIECE) for start in starts]
        yield float(np.nanmean([rho(scores[p], video.user_scores[:, p]) for p in parts]))


def hours(videos: list[VideoRecord], score: Score) -> Iterator[float]:
    """Give the value within each video of scores that were made over an hour of them."""
    groups: list[list[VideoRecord]] = [[]]
    for video in videos:
        if sum(len(v.features) for v in groups[-1]) + len(video.features) > HOUR:
            groups.append([])
        groups[-1].append(video)
    for group in groups:
        scores = score(np.concatenate([v.features for v in group]))
        ends = np.cumsum([len(v.features) for v in group])
        parts = np.split(scores, ends[:-1])
        yield from (rho(part, v.user_scores) for part, v in zip(parts, group, strict=True))


def run() -> None:
    parser = argparse.ArgumentParser(description="Preset best on short and long videos.")
    parser.add_argument("data", type=Path)
    videos = list(open_dataset(parser.parse_args().data))
    print("| TVSum, shipped bank | alignment x uniformity, rho | best, rho | difference |")
    print("|---|---|---|---|")
    for name, measure in (
        ("whole videos", whole),
        ("within 10 seconds, scored alone", pieces),
        ("within the same 10 seconds, scored in the whole video", same_pieces),
        ("within each video, scored in an hour of videos", hours),
    ):
        old, new = (np.array(list(measure(videos, score))) for score in (paper, best))
        found = paired_bootstrap(new - old, rng=np.random.default_rng(0))
        print(
            f"| {name} | {np.nanmean(old):.4f} | {np.nanmean(new):.4f} | "
            f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}] |",
            flush=True,
        )


if __name__ == "__main__":
    run()
