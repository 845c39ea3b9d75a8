"""Reference rows under the main protocols: random, constant, human and ceiling."""

from __future__ import annotations

from vidgist.datasets import open_dataset
from vidgist.evaluation.protocols import METRICS, PROTOCOLS
from vidgist.paper.context import SCORE_SETTINGS, BenchmarkResult, Context, PaperTable

MAIN = ("reference", "paper", "otani", "binary", "runs")
"""Protocols shown; ``benchmark protocols`` has random, constant and human under all of them."""


def run(context: Context) -> BenchmarkResult:
    """Measure the baselines on all videos, one table for each protocol and data set."""
    result = BenchmarkResult()
    for metric, name in METRICS.items():
        paths = context.library.annotated.get(metric, [])[:1]
        if not paths:
            result.missing.append(context.library.missing(metric))
        result.tables += [
            context.table(
                open_dataset(path),
                context.baselines(),
                metric=metric,
                title=f"{name}: what the numbers of protocol '{protocol.name}' are worth",
                protocol=protocol,
                hidden=SCORE_SETTINGS,
            )
            for path in paths
            for protocol in map(PROTOCOLS.find, MAIN)
            if metric in protocol.metrics
        ]
    return result


TABLE = PaperTable(
    name="bounds",
    summary="Random, constant, human and ceiling under the main protocols.",
    run=run,
    order=51,
)
