"""The selection at other lengths, solved ahead, so that a page can show them at a touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidgist.selection import fit, offered_shots
from vidgist.types import Summary

__all__ = ["SHARES", "Selection", "selections"]

SHARES = tuple(share / 100 for share in range(5, 55, 5))
"""Lengths offered, as shares of the video."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The shots that make the summary of one length.

    Attributes:
        budget: seconds that it may last.
        share: the budget as a share of the video.
        shots: indices of the shots, ascending.
        segments: (start, end) in seconds of what is shown of each.
        made: whether this is the summary as it was made.
    """

    budget: float
    share: float
    shots: tuple[int, ...]
    segments: tuple[tuple[float, float], ...]
    made: bool = False


def selections(summary: Summary) -> list[Selection]:
    """Return the best shots for each of `SHARES` and for the length that was asked for.

    Each is exact: the knapsack over the summary's shots.  Where not even the shortest shot fits,
    the best one is cut to the budget.

    Returns:
        In the order of their budgets; exactly one is ``made``.
    """
    duration = float(summary.timeline.duration)
    found = []
    for share in SHARES:
        # The same length is the summary itself, not a second solution of equal value.
        if abs(share * duration - summary.budget) > 1e-6 * duration:
            found.append(_solve(summary, budget=share * duration, share=share))
    chosen = np.flatnonzero(summary.selected)
    found.append(
        Selection(
            budget=float(summary.budget),
            share=float(summary.budget) / duration,
            shots=tuple(chosen.tolist()),
            segments=_pairs(summary.segments.tolist()),
            made=True,
        )
    )
    return sorted(found, key=lambda selection: selection.budget)


def _solve(summary: Summary, *, budget: float, share: float) -> Selection:
    picks = summary.features.picks
    shots, selected = fit(
        summary.shots,
        np.asarray(summary.shot_scores, dtype=np.float64),
        summary.timeline,
        budget=budget,
        moments=summary.timeline.times[picks[summary.keyframes]],
        integer_values=bool(summary.settings.get("integer_values")),
        offered=offered_shots(summary.black, picks, summary.shots),
    )
    assert shots.seconds is not None
    # A piece of a shot is shown as that shot.
    chosen = np.searchsorted(summary.shots.frames[:, 0], shots.frames[selected, 0], side="right")
    return Selection(
        budget=budget,
        share=share,
        shots=tuple((chosen - 1).tolist()),
        segments=_pairs(shots.seconds[selected].tolist()),
    )


def _pairs(rows: list[list[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((start, end) for start, end in rows)
