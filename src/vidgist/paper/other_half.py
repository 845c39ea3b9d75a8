"""The paper's network and filter, trained on one half of TVSum and tested on the other.

What the score beyond the paper needs no training for: half of the videos by number, odd or even,
teach a network which is measured on the other half, so that each video is tested once.
"""

from __future__ import annotations

import dataclasses

from vidgist.datasets import Dataset
from vidgist.evaluation.entries import Entry
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.results import Row, Table
from vidgist.paper.context import Context
from vidgist.paper.tables_1_2 import runs_of, training_for
from vidgist.paper.trainings import Fold, contrastive_groups, trained_table
from vidgist.paper.trainings.folds import features_of

__all__ = ["other_half"]


def other_half(
    context: Context, dataset: Dataset, entries: list[Entry], halves: tuple[list[str], list[str]]
) -> Table:
    """Return the table of the networks, with other rows beside.

    Args:
        context: says where models are kept, and how often each training is repeated.
        dataset: TVSum with features.
        entries: the rows beside, which are measured on the same videos.
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
        Fold(train=everything.subset(set(learned)), test=tuple(tested))
        for learned, tested in (halves, halves[::-1])
    ]
    training = training_for(context, "tvsum")
    found = trained_table(
        base,
        folds,
        contrastive_groups(training, context.settings_for("tvsum")),
        judges={
            key: Judge(dataset.read(key), metric="tvsum", protocol=base.protocol)
            for key in everything.keys
        },
        runs=runs_of(context),
        repeats=context.repeats,
    )
    said = f"training: {training.name}, {training.epochs} epochs, batches of {training.batch}"
    # Every video is tested once, so that the mean is that over all videos.
    plain = Table(**{f.name: getattr(found, f.name) for f in dataclasses.fields(Table)})
    return dataclasses.replace(plain, rows=tuple(map(_named, plain.rows)), notes=(said,))


def _named(row: Row) -> Row:
    return dataclasses.replace(
        row, name=row.name.replace(", trained", ", trained on the other half")
    )
