"""The paper's network and filter, trained on one half of TVSum and tested on the other.

A baseline for the score beyond the paper, which needs no training: half of the videos by number,
odd or even, teach a network that is measured on the other half, so that each video is tested once.
"""

from __future__ import annotations

import dataclasses

from vidgist.datasets import Dataset
from vidgist.evaluation.entries import Entry
from vidgist.evaluation.results import Table
from vidgist.paper.context import Context
from vidgist.paper.trainings.folds import Fold, features_of
from vidgist.paper.trainings.groups import contrastive_groups
from vidgist.paper.trainings.plans import training_for
from vidgist.paper.trainings.table import trained_table, training_note


def other_half(
    context: Context, dataset: Dataset, entries: list[Entry], halves: tuple[list[str], list[str]]
) -> Table:
    """Return the table of the networks, with other rows measured on the same videos of TVSum.

    Args:
        context: says where models are kept, and how often each training is repeated.
        dataset: TVSum with features.
        entries: the other rows.
        halves: keys of the videos of either half.
    """
    base = context.table(
        dataset,
        entries,
        metric="tvsum",
        title="Beyond the paper: its network, trained on the other half of TVSum",
        hidden=("criteria", "smoothing"),
    )
    everything = features_of([dataset])
    folds = [
        Fold(train=everything.subset(set(train)), test=tuple(test))
        for train, test in (halves, halves[::-1])
    ]
    training = training_for(context, "tvsum")
    groups = contrastive_groups(training, context.settings_for("tvsum"))
    table = trained_table(context, dataset, base, folds, groups)
    rows = tuple(
        dataclasses.replace(row, name=row.name.replace(", trained", ", trained on the other half"))
        for row in table.rows
    )
    # Every video is tested once, so that the mean is that over all videos.
    return dataclasses.replace(table, rows=rows, fold_means={}, notes=(training_note(training),))
