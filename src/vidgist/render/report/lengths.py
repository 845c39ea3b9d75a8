"""Selections at other lengths, computed in advance for the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidgist.defaults import DEFAULT_SELECT
from vidgist.selection import Selection, choose
from vidgist.summary import Summary

SHARES = tuple(share / 100 for share in range(5, 55, 5))
"""Lengths on the page, as shares of the video."""


@dataclass(frozen=True, kw_only=True)
class AtLength:
    """The selection at one length.

    Attributes:
        budget: greatest duration in seconds.
        share: the budget as a share of the video.
        selection: the pieces, and why other shots are left out.
        made: True for the selection of the summary itself.
        proposal: True for what the rule chose, where the summary was changed by hand.
    """

    budget: float
    share: float
    selection: Selection
    made: bool = False
    proposal: bool = False


def rule_of(summary: Summary) -> str:
    """Return the name of the rule that chose the pieces of a summary."""
    return str(summary.settings.get("select", DEFAULT_SELECT))


def selections(summary: Summary) -> list[AtLength]:
    """Return the selection for each of `SHARES` and for the length that was asked for.

    Each is what `summarize` would choose at that length.  Budgets ascend; exactly one is ``made``.
    A summary that was changed by hand has no others than itself and the proposal: what they are
    chosen by is not kept.
    """
    duration, made = float(summary.timeline.duration), float(summary.budget)
    rule = rule_of(summary)
    results = [AtLength(budget=made, share=made / duration, selection=summary.selection, made=True)]
    if summary.proposal is not None:
        chosen = summary.proposal
        lasts = float(np.diff(chosen.pieces).sum())
        results.append(
            AtLength(budget=lasts, share=lasts / duration, selection=chosen, proposal=True)
        )
    for share in SHARES if summary.made_from is None else ():
        budget = share * duration
        # The length of the summary itself is not solved again: several choices can be optimal.
        if abs(budget - made) > 1e-6 * duration:
            selection = choose(summary.footage(budget), select=rule)
            results.append(AtLength(budget=budget, share=share, selection=selection))
    return sorted(results, key=lambda result: result.budget)
