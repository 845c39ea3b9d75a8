"""Figure S3: histogram of uniformity, over the videos of TVSum and of SumMe."""

from __future__ import annotations

import numpy as np

from vidgist.criteria import uniformity
from vidgist.evaluation.protocols import METRICS
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.figures import destination, new_figure, save_figure, videos_with_features

BINS = 40


def run(context: Context) -> BenchmarkResult:
    """Draw the densities of raw uniformity, before it is scaled over a video."""
    destination(context)  # a wrong suffix fails before the work, not after
    figure, axes = new_figure()
    result = BenchmarkResult()
    for metric, name in METRICS.items():
        records = videos_with_features(context, metric, result.missing)
        if not records:
            continue
        count_self = context.settings.count_self
        values = np.concatenate(
            [uniformity(record.need("features"), count_self=count_self) for record in records]
        )
        label = f"{name} ({len(records)} videos, median {np.median(values):.2f})"
        axes.hist(values, bins=BINS, density=True, alpha=0.6, label=label)
    if len(result.missing) < len(METRICS):
        axes.set_xlabel("uniformity before scaling")
        axes.set_ylabel("density")
        axes.legend()
        result.figures.append(save_figure(context, figure))
    return result


TABLE = PaperTable(
    name="fig-s3",
    summary="Histogram of raw uniformity, TVSum against SumMe (Figure S3).",
    run=run,
    order=23,
)
