"""Figure S3: how consistent the videos of TVSum and SumMe are, as a histogram of uniformity."""

from __future__ import annotations

import numpy as np

from vidgist.criteria import uniformity
from vidgist.paper.context import Context, Report
from vidgist.paper.figures import (
    NAMES,
    destination,
    figure_file,
    new_figure,
    videos_with_features,
)

__all__ = ["run"]

BINS = 40


def run(context: Context) -> Report:
    """Draw the densities of raw uniformity, before it is scaled over a video."""
    destination(context)  # a wrong ending is told before the work, not after
    figure, axes = new_figure()
    missing = []
    for metric, name in NAMES.items():
        records = videos_with_features(context, metric)
        if not records:
            missing.append(context.library.missing(metric))
            continue
        count_self = context.settings.count_self
        values = np.concatenate(
            [uniformity(record.need("features"), count_self=count_self) for record in records]
        )
        label = f"{name} ({len(records)} videos, median {np.median(values):.2f})"
        axes.hist(values, bins=BINS, density=True, alpha=0.6, label=label)
    if len(missing) == len(NAMES):
        return Report(name=context.name, missing=tuple(missing))
    axes.set_xlabel("uniformity before scaling")
    axes.set_ylabel("density")
    axes.legend()
    with figure_file(context) as path:
        figure.savefig(path, dpi=150)
    return Report(name=context.name, missing=tuple(missing), figures=(destination(context),))
