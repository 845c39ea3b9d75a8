"""Tables 1 and 2, and the trained rows of S2 and S3: canonical, augmented and transfer.

Canonical learns from the splits' training parts; augmented adds the three other data sets to them;
transfer learns from the three others alone and tests on all videos. Models are kept in a folder, so
that a table that was interrupted continues, and tables share them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from vidgist.datasets import Dataset
from vidgist.datasets.splits import Split
from vidgist.evaluation.evaluate import with_splits
from vidgist.evaluation.protocols import METRICS
from vidgist.evaluation.results import Table
from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.published import beside, beside_published
from vidgist.paper.trainings.folds import Fold, canonical_folds, find_others, transfer_folds
from vidgist.paper.trainings.groups import contrastive_groups, dsn_groups
from vidgist.paper.trainings.plans import group_of, plans_for, printed_rows, training_for
from vidgist.paper.trainings.table import trained_table, training_note


def train_and_measure(
    context: Context,
    metrics: Sequence[str] = tuple(METRICS),
    *,
    settings: Sequence[str] = ("canonical", "augmented", "transfer"),
) -> BenchmarkResult:
    """Train what is not trained yet, and measure it in every setting whose data is there."""
    result = BenchmarkResult()
    missing = result.missing
    for metric in metrics:
        for dataset in context.with_features(metric, missing):
            title = f"Table {context.name.upper()}, {METRICS[metric]}"
            entries = context.untrained(metric)
            everything = context.table(dataset, entries, metric=metric, title=title)
            files = list(context.splits(metric, missing))
            others, absent = find_others(context.library, metric)
            for setting in settings:
                if setting != "canonical" and absent:
                    listed = ", ".join(absent)
                    missing.append(f"{metric}, {setting}: no features of all videos of {listed}")
                elif setting == "transfer":
                    folds = transfer_folds(dataset, others)
                    told = partial(transfer_folds, dataset, others, labels=True)
                    table = _trained(context, everything, dataset, folds, setting, told)
                    result.tables.append(table)
                else:
                    added = others if setting == "augmented" else ()
                    for file, split, folds in split_tables(
                        dataset, everything, files, missing, others=added, setting=setting
                    ):
                        base = dataclasses.replace(split, title=f"{title} ({file})")
                        splits = dict(files)[file]
                        told = partial(canonical_folds, dataset, splits, others=added, labels=True)
                        table = _trained(context, base, dataset, folds, setting, told)
                        result.tables.append(table)
    return result


def split_tables(
    dataset: Dataset,
    everything: Table,
    files: Iterable[tuple[str, tuple[Split, ...]]],
    missing: list[str],
    *,
    others: Sequence[Dataset] = (),
    setting: str = "canonical",
) -> Iterator[tuple[str, Table, list[Fold]]]:
    """Yield name, table and folds of each split file; say so where no split can be trained on.

    The table keeps the splits that could be trained on, so that all rows are means over the same.
    """
    for file, splits in files:
        folds = canonical_folds(dataset, splits, others=others)
        if not folds:
            missing.append(f"{dataset.path.name}, {setting}: no split has features on both sides")
            continue
        base = with_splits(everything, splits, all_videos=dataset.keys)
        if len(folds) < len(splits):
            tests = {fold.test for fold in folds}
            chosen = tuple(split for split in base.splits if split in tests)
            note = (
                f"{len(folds)} of {len(splits)} splits have features to learn from and to test on"
            )
            base = base.only(
                {key for split in chosen for key in split}, splits=chosen, notes=(*base.notes, note)
            )
        yield file, base, folds


def _trained(
    context: Context,
    base: Table,
    dataset: Dataset,
    folds: Sequence[Fold],
    setting: str,
    told: Callable[[], Sequence[Fold]],
) -> Table:
    """Return the table with the network before and after training, and rivals where asked.

    Args:
        context: names the rivals.
        base: rows that need no training.
        dataset: the tested videos.
        folds: the divisions.
        setting: ``canonical``, ``augmented`` or ``transfer``.
        told: returns the divisions with annotations.
    """
    training = training_for(context, base.metric)
    groups = contrastive_groups(training, context.settings_for(base.metric))
    groups += dsn_groups(context.dsn_epochs)
    table = trained_table(context, dataset, base, folds, groups)
    plans = plans_for(
        context, context.methods or (), folds, metric=base.metric, hours=context.budget
    )
    for chosen in plans:
        group = group_of(context, chosen, metric=base.metric)
        of = told() if chosen.method.labels else folds
        table = trained_table(context, dataset, table, of, [group])
    table = dataclasses.replace(
        table, title=f"{base.title}: {setting}", notes=(*base.notes, training_note(training))
    )
    table = beside_published(table, context.name.upper(), setting=setting, with_unmeasured=True)
    return beside(table, printed_rows(plans, metric=base.metric, setting=setting))


def _canonical(context: Context) -> BenchmarkResult:
    return train_and_measure(context, settings=("canonical",))


TABLE = (
    PaperTable(
        name="1",
        summary="tau and rho after training, canonical (Table 1).",
        run=_canonical,
        order=1,
    ),
    PaperTable(
        name="2",
        summary="F1 after training: canonical, augmented, transfer (Table 2).",
        run=train_and_measure,
        order=2,
    ),
)
