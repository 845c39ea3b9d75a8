"""What skimming loses, on TVSum: key frames at cuts and at least every so often, and gaps filled.

    python research/skim.py                  # scores, and the captured share of the gist's judge
    python research/skim.py --shots          # the penalty on change points of sparse samples

Key frames are put where the official shots begin and at least every 8.5 or 5 seconds, as encoders
do; gaps are filled as `vidgist.features.skim` fills them. Told for each half of the videos (odd, in
which the constants were chosen, and even): Spearman's rho with the annotators (mean over them), the
rank agreement with the scores of all samples (median over videos), and the share of samples.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from vidgist.datasets import open_dataset
from vidgist.datasets.record import VideoRecord
from vidgist.features.skim import frames_between
from vidgist.scoring.scorer import Scorer
from vidgist.shots import segment
from vidgist.types import Features
from vidgist.video.skim import FrameIndex

SHARED = Path(os.environ.get("VIDGIST_SHARED", "../shared"))
DATA = SHARED / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5"
RATE = 2


def index_of(record: VideoRecord, longest: float) -> FrameIndex:
    """Return the index of a video whose frames are its samples."""
    count = len(record.features)
    keys = np.zeros(count, bool)
    cuts = set(np.searchsorted(record.picks, record.shots.frames[:, 0]).tolist())
    last = 0
    for sample in range(count):
        if sample in cuts or sample - last >= longest * RATE or sample == 0:
            keys[sample], last = True, sample
    return FrameIndex(
        ticks=np.arange(count),
        decoding=np.arange(count),
        times=np.arange(count) / RATE,
        keys=keys,
        anew=keys,
        places=np.arange(count),
        sizes=np.ones(count, np.int64),
        duration=count / RATE,
        origin=0.0,
    )


def ways(record: VideoRecord) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the name of each way of sampling, and the samples that it keeps."""
    count = len(record.features)
    yield "all", np.arange(count)
    for step in (2, 4, 6):
        yield f"every {step / RATE:g} s", np.arange(0, count, step)
    for longest in (5.0, 8.5):
        index = index_of(record, longest)
        keys = np.flatnonzero(index.keys)
        yield f"key frames, {longest:g} s", keys
        filled = np.union1d(keys, frames_between(index, keys, gap=3.0))
        yield f"skimmed, {longest:g} s", filled


def compare(records: list[VideoRecord]) -> None:
    scorer = Scorer("best").matched(dimension=1280, backbone="efficientnet_lite0")
    rows: dict[str, list[list[tuple[float, ...]]]] = {}
    for number, record in enumerate(records):
        values = np.asarray(record.features, np.float32)
        times = np.arange(len(values)) / RATE
        whole = None
        for name, kept in ways(record):
            features = Features(
                values=values[kept],
                picks=record.picks[kept],
                n_frames=record.n_frames,
                times=times[kept],
            )
            scores = scorer.score(features).importance
            shown = scores[np.searchsorted(kept, np.arange(len(values)), side="right") - 1]
            whole = shown if whole is None else whole
            rho = np.mean([spearmanr(shown, user)[0] for user in record.user_scores])
            row = (rho, spearmanr(shown, whole)[0], len(kept) / len(values))
            rows.setdefault(name, [[], []])[number % 2].append(row)
    heads = ("odd: rho", "agree", "even: rho", "agree", "both: rho", "kept")
    print(
        f"{'':<22}{heads[0]:>9}"
        + "".join(f"{h:>{w}}" for h, w in zip(heads[1:], (7, 11, 7, 11, 6), strict=True))
    )
    for name, halves in rows.items():
        odd, even = (np.array(half) for half in halves)
        both = np.concatenate([odd, even])
        print(
            f"{name:<22}{odd[:, 0].mean():>9.4f}{np.median(odd[:, 1]):>7.3f}"
            f"{even[:, 0].mean():>11.4f}{np.median(even[:, 1]):>7.3f}"
            f"{both[:, 0].mean():>11.4f}{both[:, 2].mean():>6.2f}"
        )


def shots(records: list[VideoRecord]) -> None:
    """Print how many shots sparse samples give by those of all, and how many lie at the same."""
    print(
        f"{'exponent':>8}"
        + "".join(
            f"{half} {s / RATE:g} s: log ratio, F1".rjust(28)
            for half in ("odd", "even")
            for s in (2, 4, 6)
        )
    )
    for extra in (-0.3, -0.15, 0.0, 0.15, 0.3):  # on top of the one that `segment` has
        line = f"{0.3 + extra:>8.2f}"
        for half in (0, 1):
            for step in (2, 4, 6):
                found = []
                for record in records[half::2]:
                    values = np.asarray(record.features, np.float32)
                    if len(values) > 700:
                        continue
                    all_points = segment(values)
                    kept = np.arange(0, len(values), step)
                    weights = np.full(len(kept), float(step))
                    points = kept[segment(values[kept], weights=weights, penalty=step**extra)]
                    found.append(
                        (
                            np.log((len(points) + 1) / (len(all_points) + 1)),
                            _f1(points, all_points, within=step),
                        )
                    )
                ratio, f1 = np.mean(found, axis=0)
                line += f"{ratio:+.2f}, {f1:.3f}".rjust(28)
        print(line, flush=True)


def _f1(one: np.ndarray, other: np.ndarray, *, within: int) -> float:
    if not len(one) or not len(other):
        return float(len(one) == len(other))
    near = np.abs(one[:, None] - other) <= within
    precision, recall = near.any(axis=1).mean(), near.any(axis=0).mean()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shots", action="store_true")
    options = parser.parse_args()
    records = list(open_dataset(DATA))
    shots(records) if options.shots else compare(records)


if __name__ == "__main__":
    main()
