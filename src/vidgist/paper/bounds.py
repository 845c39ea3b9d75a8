"""What every protocol gives to chance, to no opinion, to people and to the mean annotation."""

from __future__ import annotations

from vidgist.datasets import open_dataset
from vidgist.evaluation.protocols import PROTOCOLS
from vidgist.paper.context import Context, Report

__all__ = ["run"]

NAMES = {"tvsum": "TVSum", "summe": "SumMe"}


def run(context: Context) -> Report:
    """Measure the baselines on all videos, one table a protocol and data set."""
    tables, missing = [], []
    for metric, name in NAMES.items():
        paths = context.library.annotated.get(metric, [])[:1]
        if not paths:
            missing.append(context.library.missing(metric))
        for path in paths:
            for chosen in PROTOCOLS.values():
                if metric in chosen.metrics:
                    table = context.table(
                        open_dataset(path),
                        context.baselines(),
                        metric=metric,
                        title=f"{name}: what the numbers of protocol '{chosen.name}' are worth",
                        chosen=chosen,
                        hidden=(
                            "criteria",
                            "neighbors",
                            "avoid_zeros",
                            "threshold",
                            "smoothing",
                            "count_self",
                            "round_neighbors",
                            "preset",
                        ),
                    )
                    tables.append(table)
    return Report(name=context.name, tables=tuple(tables), missing=tuple(missing))
