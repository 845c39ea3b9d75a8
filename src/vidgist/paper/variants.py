"""Tables that vary one setting of the scores without training."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from vidgist.evaluation.entries import method_entry, training_free
from vidgist.evaluation.published import Published, published
from vidgist.evaluation.results import Table
from vidgist.paper.context import TRAINING_FREE, Context, Report, row_name

__all__ = ["vary"]

NAMES = {"tvsum": "TVSum", "summe": "SumMe"}


def vary(
    context: Context,
    variants: Mapping[str, Mapping[str, Any]],
    *,
    title: str,
    table_name: str,
    setting: str,
    hidden: tuple[str, ...],
    extra_rows: tuple[str, ...] = (),
) -> Report:
    """Measure both rows of the paper under each variant of the settings, on both data sets.

    Args:
        context: what there is.
        variants: the variant's name, also that of the published file -> changed settings.
        title: what the table shows.
        table_name: the paper's table, such as "S8".
        setting: the published setting.
        hidden: the settings that vary, which are then not printed with the table.
        extra_rows: published rows that need training, to be shown beside.
    """
    tables: list[Table] = []
    missing: list[str] = []
    for metric, name in NAMES.items():
        entries = []
        for criteria in TRAINING_FREE:
            row = row_name(criteria)
            for variant, changes in variants.items():
                settings = context.settings_for(metric, criteria=criteria, **changes)
                theirs = published(
                    table_name, row, dataset=metric, setting=setting, parameters=variant
                )
                first = next(iter(variants))
                # A variant is compared with the first one; the first with alignment's first.
                against = f"{row}, {first}" if variant != first else ""
                entry = method_entry(
                    f"{row}, {variant}", training_free(settings), published=theirs, against=against
                )
                entries.append(entry)
        extra = tuple(_extra(table_name, metric, setting, tuple(variants), extra_rows))
        datasets = context.with_features(metric)
        if not datasets:
            missing.append(context.library.missing(metric))
        for dataset in datasets:
            table = context.table(
                dataset,
                [*entries, *context.baselines()],
                metric=metric,
                title=f"{title}, {name} (all videos)",
                hidden=("criteria", *hidden),
            )
            tables.append(dataclasses.replace(table, also_published=extra))
    return Report(name=context.name, tables=tuple(tables), missing=tuple(missing))


def _extra(
    table_name: str,
    metric: str,
    setting: str,
    variants: tuple[str, ...],
    rows: tuple[str, ...],
) -> list[Published]:
    found = [
        published(table_name, row, dataset=metric, setting=setting, parameters=variant)
        for row in rows
        for variant in variants
    ]
    return [p for p in found if p is not None]
