"""Tables 1 and 2, and the trained rows of S2 and S3: canonical, augmented and transfer.

Canonical learns from the splits' training parts; augmented adds the three other data sets to them;
transfer learns from the three others alone and tests on all videos. Models are kept in the folder
of ``--runs``, so that a table goes on where it was, and tables share them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from vidgist.datasets import Dataset
from vidgist.datasets.splits import Split, read_splits
from vidgist.evaluation.evaluate import with_splits
from vidgist.evaluation.judge import Judge
from vidgist.evaluation.published import Published, published, published_rows
from vidgist.evaluation.results import Table
from vidgist.models.settings import ContrastiveSettings, contrastive_settings, replace_settings
from vidgist.paper.context import Context, Report
from vidgist.paper.trainings import (
    Fold,
    Group,
    Runs,
    canonical_folds,
    contrastive_groups,
    dsn_group,
    trained_table,
    transfer_folds,
)
from vidgist.paper.trainings.folds import find_others

__all__ = ["NAMES", "of_folds", "run", "runs_of", "training_for"]

NAMES = {"tvsum": "TVSum", "summe": "SumMe"}
METRICS = {"1": ("tvsum", "summe"), "2": ("tvsum", "summe"), "s2": ("tvsum",), "s3": ("summe",)}
SETTINGS = ("canonical", "augmented", "transfer")
SUMME_BATCH = 8  # Table S1
RUNS = Path("vidgist-runs")


def run(context: Context) -> Report:
    """Train what is not yet trained, and measure it in every setting whose data is there."""
    tables: list[Table] = []
    missing: list[str] = []
    for metric in METRICS[context.name]:
        found = context.with_features(metric)
        if not found:
            missing.append(context.library.missing(metric))
        for dataset in found:
            tables += _settings_of(context, dataset, metric, missing)
    return Report(name=context.name, tables=tuple(tables), missing=tuple(missing))


def runs_of(context: Context) -> Runs:
    """Return the folder of models."""
    return Runs(folder=context.runs or RUNS, progress=context.progress)


def training_for(context: Context, metric: str) -> ContrastiveSettings:
    """Return the settings of the training: of the score's preset, for this data set."""
    name = context.settings.name if context.settings.name in ("paper", "reference") else "paper"
    settings = contrastive_settings(name)
    batch = SUMME_BATCH if metric == "summe" else None
    return replace_settings(settings, batch=batch, epochs=context.epochs)


def groups_for(context: Context, metric: str) -> list[Group]:
    """Return the trainings of a table: the network, before and after, and DR-DSN where asked."""
    groups = contrastive_groups(training_for(context, metric), context.settings_for(metric))
    return [*groups, *(dsn_group(epochs) for epochs in context.dsn_epochs)]


def _settings_of(
    context: Context, dataset: Dataset, metric: str, missing: list[str]
) -> list[Table]:
    name = context.name.upper()
    entries = [*context.methods(metric), *context.baselines()]
    everything = context.table(
        dataset, entries, metric=metric, title=f"Table {name}, {NAMES[metric]}"
    )
    files = context.library.splits.get(metric, [])
    if not files:
        missing.append(
            f"canonical: no split file for {metric} (a .json with '{metric}' in its name)"
        )
    others, absent = find_others(context.library, metric)
    settings = SETTINGS if name != "1" else SETTINGS[:1]
    tables = []
    for setting in settings:
        if setting != "canonical" and absent:
            listed = ", ".join(absent)
            missing.append(f"{metric}, {setting}: no features of all videos of {listed}")
            continue
        if setting == "transfer":
            folds = transfer_folds(dataset, others)
            tables.append(_table(context, everything, dataset, folds, setting, missing))
            continue
        for file in files:
            splits = read_splits(file)
            base = with_splits(everything, splits, all_videos=dataset.keys)
            base = dataclasses.replace(base, title=f"{base.title} ({file.name})")
            added = others if setting == "augmented" else ()
            folds = canonical_folds(dataset, splits, others=added)
            base = of_folds(base, folds, splits)
            tables.append(_table(context, base, dataset, folds, setting, missing))
    return [table for table in tables if table is not None]


def of_folds(base: Table, folds: Sequence[Fold], splits: Sequence[Split]) -> Table:
    """Keep the splits that could be trained on, so that all rows are means over the same."""
    if len(folds) == len(splits):
        return base
    kept = {fold.test for fold in folds}
    note = f"{len(folds)} of {len(splits)} splits have features to learn from and to test on"
    chosen = tuple(split for split in base.splits if split in kept)
    tested = [key for key in base.videos if any(key in split for split in chosen)]
    places = [base.videos.index(key) for key in tested]
    rows = tuple(dataclasses.replace(row, values=row.values[places]) for row in base.rows)
    return dataclasses.replace(
        base, splits=chosen, videos=tuple(tested), rows=rows, notes=(*base.notes, note)
    )


def _table(
    context: Context,
    base: Table,
    dataset: Dataset,
    folds: Sequence[Fold],
    setting: str,
    missing: list[str],
) -> Table | None:
    if not folds:
        missing.append(f"{dataset.path.name}, {setting}: no split has features on both sides")
        return None
    metric, name = base.metric, context.name.upper()

    def theirs(row: str) -> Published | None:
        return published(name, row, dataset=metric, setting=setting)

    judges = {
        key: Judge(dataset.read(key), metric=metric, protocol=base.protocol)
        for key in sorted({key for fold in folds for key in fold.test})
    }
    table = trained_table(
        dataclasses.replace(base, title=f"{base.title}: {setting}"),
        folds,
        groups_for(context, metric),
        judges=judges,
        runs=runs_of(context),
        repeats=context.repeats,
        published=theirs,
    )
    rows = tuple(
        dataclasses.replace(row, published=row.published or theirs(row.name)) for row in table.rows
    )
    shown = {row.name for row in rows}
    known = published_rows(name, dataset=metric, setting=setting)
    training = training_for(context, metric)
    said = f"training: {training.name}, {training.epochs} epochs, batches of {training.batch}"
    return dataclasses.replace(
        table,
        rows=rows,
        also_published=tuple(p for row, p in known.items() if row not in shown),
        notes=(*table.notes, said),
    )
