"""The selection at other lengths, solved ahead, so that a page can show them at a touch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vidgist.selection import best_samples, fit, offered_shots, shot_values, spread
from vidgist.summary import Summary
from vidgist.types import Floats

__all__ = ["SHARES", "Selection", "pieces", "selections"]

SHARES = tuple(share / 100 for share in range(5, 55, 5))
"""Lengths offered, as shares of the video."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The shots that make the summary of one length.

    Attributes:
        budget: seconds that it may last.
        share: the budget as a share of the video.
        shots: indices of the summary's shots, ascending.
        segments: (start, end) in seconds of what is shown of each.
        cut: whether no shot fitted, so that this is a piece of the best one.
        made: whether this is the summary as it was made.
    """

    budget: float
    share: float
    shots: tuple[int, ...]
    segments: tuple[tuple[float, float], ...]
    cut: bool = False
    made: bool = False


def selections(summary: Summary) -> list[Selection]:
    """Return the best shots for each of `SHARES` and for the length that was asked for.

    Each is exact, and what `summarize` would choose at that length: the knapsack over the video's
    shots, before one of them was cut for this summary.  Where not even the shortest shot fits,
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
            cut=summary.uncut is not None,
            made=True,
        )
    )
    return sorted(found, key=lambda selection: selection.budget)


def pieces(summary: Summary) -> tuple[int, int] | None:
    """Return [first, stop) of the shots that were one before it was cut, None where none was."""
    if summary.uncut is None:
        return None
    assert summary.uncut.seconds is not None
    (piece,) = np.flatnonzero(summary.selected).tolist()
    borders = summary.uncut.seconds[:, 0]
    place = int(np.searchsorted(borders, summary.shot_seconds[piece, 0] + 1e-9, side="right"))
    start, end = summary.uncut.seconds[place - 1].tolist()
    inside = summary.shot_seconds
    chosen = np.flatnonzero((inside[:, 0] >= start - 1e-9) & (inside[:, 1] <= end + 1e-9))
    return int(chosen[0]), int(chosen[-1]) + 1


def _solve(summary: Summary, *, budget: float, share: float) -> Selection:
    timeline, picks = summary.timeline, summary.features.picks
    whole, values, keys = summary.shots, summary.shot_scores, summary.keyframes
    if summary.uncut is not None:
        importance = summary.scores.importance
        whole = summary.uncut
        values = shot_values(spread(importance, picks, timeline.n_frames), whole.frames)
        keys = best_samples(importance, picks, whole)
    shots, selected = fit(
        whole,
        np.asarray(values, dtype=np.float64),
        timeline,
        budget=budget,
        moments=timeline.times[picks[keys]],
        integer_values=bool(summary.settings.get("integer_values")),
        offered=offered_shots(summary.black, picks, whole),
    )
    assert shots.seconds is not None
    # Where a shot was cut within its last picture, what is left of it belongs to no shot.
    borders = np.append(summary.shot_seconds[1:, 0], timeline.duration)
    covering = np.column_stack([summary.shot_seconds[:, 0], borders])
    found = list(_among(covering, shots.seconds[selected]))
    return Selection(
        budget=budget,
        share=share,
        shots=tuple(shot for shot, _ in found),
        segments=tuple(piece for _, piece in found),
        cut=shots is not whole,
    )


def _among(shots: Floats, segments: Floats) -> Iterator[tuple[int, tuple[float, float]]]:
    """Yield (shot, (start, end)): which part of which of the shots (S, 2) each segment shows."""
    for start, end in segments.tolist():
        first = int(np.searchsorted(shots[:, 0], start, side="right")) - 1
        for shot in range(max(first, 0), len(shots)):
            since, until = max(start, float(shots[shot, 0])), min(end, float(shots[shot, 1]))
            if until > since:
                yield shot, (since, until)
            elif shots[shot, 0] >= end:
                break


def _pairs(rows: list[list[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((start, end) for start, end in rows)
