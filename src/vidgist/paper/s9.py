"""Table S9: alignment before and after values under 1.1 times their mean are set to zero."""

from __future__ import annotations

from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.paper.variants import vary

__all__ = ["TABLE"]

ALPHA = 1.1


def run(context: Context) -> BenchmarkResult:
    """Measure both; the paper does so on SumMe, and TVSum stands beside."""
    return vary(
        context,
        {"before": {"threshold": None}, "after": {"threshold": ALPHA}},
        title=f"Table S9, thresholding at {ALPHA} of the mean",
        setting="transfer",
    )


TABLE = PaperTable(name="s9", summary="Thresholding of alignment (Table S9).", run=run, order=19)
