"""Table S7: the scores without training for every backbone whose features are there."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from vidgist.datasets import Dataset, VideoRecord, open_dataset
from vidgist.evaluation.entries import method_entry, training_free
from vidgist.evaluation.published import Published, published_rows
from vidgist.evaluation.results import Table
from vidgist.paper.context import TRAINING_FREE, Context, Report, filled, row_name

__all__ = ["run"]

NAMES = {"tvsum": "TVSum", "summe": "SumMe"}
BACKBONES = (
    *("vgg19", "googlenet", "inception_v3", "resnet50", "resnet101", "vit_s16", "vit_b16"),
    *("swin_s", "r3d50", "r3d101", "moco", "dino_s16", "dino_b16", "beit_b16", "mae_b16"),
)


def run(context: Context) -> Report:
    """Measure every file of features of every data set, all videos (transfer)."""
    tables: list[Table] = []
    missing: list[str] = []
    for metric in NAMES:
        measured = [_measure(context, metric, *pair) for pair in _sources(context, metric)]
        if not measured:
            missing.append(context.library.missing(metric))
        tables += _merge(measured, metric)
    return Report(name=context.name, tables=tuple(tables), missing=tuple(missing))


def _sources(context: Context, metric: str) -> Iterator[tuple[Dataset, Dataset | None]]:
    """Give annotated data sets with features of their own, and files of features beside them."""
    annotated = context.with_features(metric)
    for dataset in annotated:
        yield dataset, None
    if annotated:
        for path in context.library.features.get(metric, []):
            yield annotated[0], open_dataset(path)


def backbone_of(dataset: Dataset) -> str:
    """Return the name of the backbone that a file's features come from."""
    named = dataset.attributes.get("backbone")
    if named:
        return str(named)
    # The field's GoogLeNet files do not say so inside; SumMe's file here has it in a sentence.
    if "google" in dataset.path.stem:
        return "googlenet"
    said = re.match(r"[a-z]+_?[a-z0-9_]*\d", str(dataset.attributes.get("features", "")))
    return said[0] if said else dataset.path.stem


def _measure(
    context: Context, metric: str, annotated: Dataset, features: Dataset | None
) -> tuple[Table, set[str]]:
    backbone = backbone_of(features or annotated)
    entries = []
    for criteria in TRAINING_FREE:
        row = row_name(criteria)
        theirs = published_rows("S7", dataset=metric, setting="transfer", parameters=backbone)
        scorer = training_free(context.settings_for(metric, criteria=criteria))
        entries.append(method_entry(f"{backbone}: {row}", scorer, published=theirs.get(row)))

    def records() -> Iterator[VideoRecord]:
        return iter(annotated) if features is None else filled(features, annotated)

    title = f"Table S7, {NAMES[metric]}, transfer (all videos): backbones"
    table = context.table(
        annotated, [*entries, *context.baselines()], metric=metric, title=title, source=records
    )
    return table, {backbone}


def _merge(measured: list[tuple[Table, set[str]]], metric: str) -> list[Table]:
    """Put backbones measured on the same videos into one table."""
    merged: dict[tuple[str, ...], Table] = {}
    backbones = {name for _, names in measured for name in names}
    for table, _ in measured:
        before = merged.get(table.videos)
        if before is None:
            merged[table.videos] = table
            continue
        # Compared with the first backbone under the same criteria.
        first = before.rows[0].name.split(": ")[0]
        methods = tuple(
            dataclasses.replace(row, against=f"{first}: {row.name.split(': ')[1]}")
            for row in table.rows
            if not row.baseline
        )
        place = sum(not row.baseline for row in before.rows)
        rows = (*before.rows[:place], *methods, *before.rows[place:])
        merged[table.videos] = dataclasses.replace(before, rows=rows)
    extra = tuple(_not_measured(metric, backbones))
    return [dataclasses.replace(table, also_published=extra) for table in merged.values()]


def _not_measured(metric: str, backbones: set[str]) -> Iterator[Published]:
    for backbone in BACKBONES:
        if backbone not in backbones:
            yield from published_rows(
                "S7", dataset=metric, setting="transfer", parameters=backbone
            ).values()
