"""The selection at other lengths, solved ahead, so that a page can show them at a touch."""

from __future__ import annotations

from dataclasses import dataclass

from vidgist.defaults import DEFAULT_SELECT
from vidgist.selection import Selection, choose
from vidgist.summary import Summary

__all__ = ["SHARES", "AtLength", "rule_of", "selections"]

SHARES = tuple(share / 100 for share in range(5, 55, 5))
"""Lengths offered, as shares of the video."""


@dataclass(frozen=True, kw_only=True)
class AtLength:
    """The pieces that make the summary of one length.

    Attributes:
        budget: seconds that it may last.
        share: the budget as a share of the video.
        selection: what is shown, and why the rest is not.
        made: whether this is the summary as it was made.
    """

    budget: float
    share: float
    selection: Selection
    made: bool = False


def rule_of(summary: Summary) -> str:
    """Return the name of the rule that chose the pieces of a summary."""
    return str(summary.settings.get("select", DEFAULT_SELECT))


def selections(summary: Summary) -> list[AtLength]:
    """Return the pieces for each of `SHARES` and for the length that was asked for.

    Each is what `summarize` would choose at that length, by the same rule.

    Returns:
        In the order of their budgets; exactly one is ``made``.
    """
    duration, made = float(summary.timeline.duration), float(summary.budget)
    rule = rule_of(summary)
    found = [AtLength(budget=made, share=made / duration, selection=summary.selection, made=True)]
    for share in SHARES:
        budget = share * duration
        # The same length is the summary itself, not a second solution of equal value.
        if abs(budget - made) > 1e-6 * duration:
            selection = choose(summary.footage(budget), select=rule)
            found.append(AtLength(budget=budget, share=share, selection=selection))
    return sorted(found, key=lambda one: one.budget)
