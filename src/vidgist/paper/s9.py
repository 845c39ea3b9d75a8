"""Table S9: alignment before and after values under 1.1 times their mean are set to zero."""

from __future__ import annotations

from vidgist.paper.context import Context, Report
from vidgist.paper.variants import vary

__all__ = ["run"]

ALPHA = 1.1


def run(context: Context) -> Report:
    """Measure both; the paper does so on SumMe, and TVSum stands beside."""
    return vary(
        context,
        {"before": {"threshold": None}, "after": {"threshold": ALPHA}},
        title=f"Table S9, thresholding at {ALPHA} of the mean",
        table_name="S9",
        setting="transfer",
        hidden=("threshold",),
    )
