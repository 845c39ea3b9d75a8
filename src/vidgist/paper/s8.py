"""Table S8: two ways to keep scores from zero, adding 0.05 or taking exp(p - 1)."""

from __future__ import annotations

from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.variants import vary

__all__ = ["TABLE"]


def run(context: Context) -> BenchmarkResult:
    """Measure both ways; the published rows are of trained scores and only stand beside."""
    return vary(
        context,
        {name: {"avoid_zeros": name} for name in ("exp", "eps")},
        title="Table S8, avoiding zeros",
        setting="youtube8m",
        extra_rows=("alignment x filter, trained", "alignment x uniformity x filter, trained"),
    )


TABLE = PaperTable(
    name="s8", summary="Two ways to avoid zeros, eps and exp (Table S8).", run=run, order=18
)
