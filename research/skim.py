"""What skimming loses, on TVSum: key frames at cuts and at least every so often, and gaps filled.

    python research/skim.py                  # scores, and the captured share of the gist's judge
    python research/skim.py --shots          # the penalty on change points of sparse samples

Key frames are put where the official shots begin and at least every 2, 5 or 8.5 seconds, as
encoders do; samples are chosen among them and between them as `vidgist.features.skim` does. Told
for each half of the videos (odd, in which the constants were chosen, and even): Spearman's rho with
the annotators (mean over them), the rank agreement with the scores of all samples (median over
videos; a sample counts until the next one, or scores are interpolated), and seconds a sample.
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
from vidgist.evaluation.bootstrap import paired_bootstrap
from vidgist.features.skim import differences, frames_between
from vidgist.scoring.scorer import Scorer
from vidgist.shots import segment
from vidgist.types import Features
from vidgist.video.skim import FrameIndex, SkimStream

SHARED = Path(os.environ.get("VIDGIST_SHARED", "../shared"))
DATA = SHARED / "data/tvsum/eccv16_dataset_tvsum_efficientnet_lite0.h5"
RATE = 2
NEARLY = 0.9  # of `vidgist.video.skim.stream`


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
    for longest in (2.0, 5.0, 8.5):
        index = index_of(record, longest)
        yield f"key frames, {longest:g} s", np.flatnonzero(index.keys)
        yield f"skimmed, {longest:g} s", skimmed(record, index)


def skimmed(record: VideoRecord, index: FrameIndex) -> np.ndarray:
    """Return the samples of a video that is skimmed."""
    stream = SkimStream("", fps=RATE)
    apart = stream.apart(index.duration)
    taken: list[int] = []
    for key in np.flatnonzero(index.keys).tolist():
        if not taken or index.times[key] - index.times[taken[-1]] >= NEARLY * apart:
            taken.append(key)
    between = frames_between(
        index,
        np.array(taken),
        gap=stream.gap(index.duration),
        room=round(index.duration / apart) - len(taken),
        differences=differences(np.asarray(record.features[taken], np.float32)),
    )
    return np.union1d(taken, between)


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
            line = np.interp(times, times[kept], scores)
            agree = [spearmanr(curve, whole)[0] for curve in (shown, line)]
            row = (rho, *agree, len(kept) / len(values))
            rows.setdefault(name, [[], []])[number % 2].append(row)
    heads = [f"{half}: {head}" for half in ("odd", "even") for head in ("rho", "step", "line")]
    print(
        f"{'':<22}"
        + "".join(f"{head:>12}" for head in [*heads, "both: rho", "seconds"])
        + "   even: rho less all, 95% interval"
    )
    exact = np.array(rows["all"][1])
    for name, halves in rows.items():
        odd, even = (np.array(half) for half in halves)
        both = np.concatenate([odd, even])
        cells = [
            cell
            for half in (odd, even)
            for cell in (
                f"{half[:, 0].mean():.4f}",
                *(f"{np.median(half[:, i]):.3f}" for i in (1, 2)),
            )
        ]
        cells += [f"{both[:, 0].mean():.4f}", f"{1 / RATE / both[:, 3].mean():.2f}"]
        lost = paired_bootstrap(even[:, 0] - exact[:, 0], rng=np.random.default_rng(0))
        print(
            f"{name:<22}"
            + "".join(f"{cell:>12}" for cell in cells)
            + f"   {lost.mean:+.4f} [{lost.low:+.4f}, {lost.high:+.4f}]",
            flush=True,
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
