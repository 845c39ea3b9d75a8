"""Tables S8 and S9, which vary one setting of the scores without training.

S8 compares two ways to keep scores from zero; its published rows are of trained scores and only
stand beside. S9 sets values of alignment under 1.1 times their mean to zero; the paper does so on
SumMe, and TVSum stands beside.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from vidgist.evaluation.entries import method_entry, row_name
from vidgist.evaluation.protocols import METRICS
from vidgist.paper.context import TRAINING_FREE, BenchmarkResult, Context, PaperTable
from vidgist.paper.published import published_rows
from vidgist.scoring.scorer import Scorer

ALPHA = 1.1


def _vary(
    context: Context,
    variants: Mapping[str, Mapping[str, Any]],
    *,
    title: str,
    setting: str,
    extra_rows: Sequence[str] = (),
) -> BenchmarkResult:
    """Measure both rows of the paper under each variant of the settings, on both data sets.

    Args:
        context: of the table.
        variants: name of the variant, as in the file of published numbers -> changed settings.
        title: of the table.
        setting: the published setting.
        extra_rows: published rows that need training, to be shown beside.
    """
    result = BenchmarkResult()
    first, *_ = variants
    for metric, name in METRICS.items():
        known = {
            variant: published_rows(
                context.name.upper(), dataset=metric, setting=setting, parameters=variant
            )
            for variant in variants
        }
        entries = [
            method_entry(
                f"{row_name(criteria)}, {variant}",
                Scorer(context.settings_for(metric, criteria=criteria, **changes)),
                published=known[variant].get(row_name(criteria)),
                # A variant is compared with the first one; the first with alignment's first.
                against=f"{row_name(criteria)}, {first}" if variant != first else "",
            )
            for criteria in TRAINING_FREE
            for variant, changes in variants.items()
        ]
        extra = [known[v][row] for row in extra_rows for v in variants if row in known[v]]
        for dataset in context.with_features(metric, result.missing):
            table = context.table(
                dataset,
                [*entries, *context.baselines()],
                metric=metric,
                title=f"{title}, {name} (all videos)",
                hidden=("criteria", *variants[first]),
            )
            result.tables.append(dataclasses.replace(table, also_published=tuple(extra)))
    return result


TABLE = (
    PaperTable(
        name="s8",
        summary="Two ways to avoid zeros, eps and exp (Table S8).",
        run=partial(
            _vary,
            variants={name: {"avoid_zeros": name} for name in ("exp", "eps")},
            title="Table S8, avoiding zeros",
            setting="youtube8m",
            extra_rows=("alignment x filter, trained", "alignment x uniformity x filter, trained"),
        ),
        order=18,
    ),
    PaperTable(
        name="s9",
        summary="Thresholding of alignment (Table S9).",
        run=partial(
            _vary,
            variants={"before": {"threshold": None}, "after": {"threshold": ALPHA}},
            title=f"Table S9, thresholding at {ALPHA} of the mean",
            setting="transfer",
        ),
        order=19,
    ),
)
