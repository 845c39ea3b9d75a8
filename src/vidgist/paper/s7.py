"""Table S7: the scores without training for every backbone whose features are there."""

from __future__ import annotations

import dataclasses
import re
from functools import partial

from vidgist.datasets import Dataset, open_dataset
from vidgist.errors import DataError
from vidgist.evaluation.entries import method_entry, row_name
from vidgist.evaluation.join import with_features_of
from vidgist.evaluation.protocols import METRICS
from vidgist.evaluation.results import Published, Table
from vidgist.paper.context import TRAINING_FREE, BenchmarkResult, Context, PaperTable
from vidgist.paper.published import published_rows
from vidgist.scoring.scorer import Scorer

BACKBONES = (
    *("vgg19", "googlenet", "inception_v3", "resnet50", "resnet101", "vit_s16", "vit_b16"),
    *("swin_s", "r3d50", "r3d101", "moco", "dino_s16", "dino_b16", "beit_b16", "mae_b16"),
)


def run(context: Context) -> BenchmarkResult:
    """Measure every file of features of every data set, all videos (transfer)."""
    result = BenchmarkResult()
    for metric in METRICS:
        annotated = context.with_features(metric, result.missing)
        pairs = [(dataset, dataset) for dataset in annotated]
        paths = context.library.features.get(metric, []) if annotated else []
        pairs += [(annotated[0], open_dataset(path)) for path in paths]
        measured: list[tuple[str, Table]] = []
        for dataset, features in pairs:
            try:
                table = _measure(context, metric, dataset, features)
                measured.append((backbone_of(features), table))
            except DataError as error:  # such as features of other videos
                result.missing.append(f"{metric}, {features.path.name}: {error}")
        extra = tuple(
            row
            for backbone in BACKBONES
            if backbone not in dict(measured)
            for row in _published(metric, backbone).values()
        )
        tables = _merge([table for _, table in measured])
        result.tables += [dataclasses.replace(table, also_published=extra) for table in tables]
    return result


def backbone_of(dataset: Dataset) -> str:
    """Return the name of the backbone that a file's features come from."""
    name = dataset.attributes.get("backbone")
    if name:
        return str(name)
    # The field's GoogLeNet files do not say so inside; SumMe's file here has it in a sentence.
    if "google" in dataset.path.stem:
        return "googlenet"
    match = re.match(r"[a-z]+_?[a-z0-9_]*\d", str(dataset.attributes.get("features", "")))
    return match[0] if match else dataset.path.stem


def _published(metric: str, backbone: str) -> dict[str, Published]:
    return published_rows("S7", dataset=metric, setting="transfer", parameters=backbone)


def _measure(context: Context, metric: str, annotated: Dataset, features: Dataset) -> Table:
    backbone = backbone_of(features)
    entries = [
        method_entry(
            f"{backbone}: {row_name(criteria)}",
            Scorer(context.settings_for(metric, criteria=criteria)),
            published=_published(metric, backbone).get(row_name(criteria)),
        )
        for criteria in TRAINING_FREE
    ]
    return context.table(
        annotated,
        [*entries, *context.baselines()],
        metric=metric,
        title=f"Table S7, {METRICS[metric]}, transfer (all videos): backbones",
        source=None if features is annotated else partial(with_features_of, features, annotated),
    )


def _merge(tables: list[Table]) -> list[Table]:
    """Put the rows of backbones that were measured on the same videos into one table."""
    merged: dict[tuple[str, ...], Table] = {}
    for table in tables:
        before = merged.setdefault(table.videos, table)
        if before is table:
            continue
        # Compared with the first backbone under the same criteria.
        first = before.rows[0].name.split(": ")[0]
        methods = (
            dataclasses.replace(row, against=f"{first}: {row.name.split(': ')[1]}")
            for row in table.methods
        )
        baselines = [row for row in before.rows if row.baseline]
        rows = (*before.methods, *methods, *baselines)
        merged[table.videos] = dataclasses.replace(before, rows=rows)
    return list(merged.values())


TABLE = PaperTable(
    name="s7", summary="Backbones, for each whose features are there (Table S7).", run=run, order=17
)
