"""Selections at other lengths, computed in advance for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vidgist.selection import best_samples, fit, offered_shots, shot_values, spread
from vidgist.summary import Summary
from vidgist.types import Floats

__all__ = ["SHARES", "Selection", "pieces", "selections"]

SHARES = tuple(share / 100 for share in range(5, 55, 5))
"""Lengths on the page, as shares of the video."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The selected shots at one length.

    Attributes:
        budget: greatest duration in seconds.
        share: the budget as a share of the video.
        shots: indices of shots of the summary, ascending.
        segments: (start, end) in seconds of the shown part of each.
        cut: True if no whole shot fitted, so that the best one is cut.
        made: True for the selection of the summary itself.
    """

    budget: float
    share: float
    shots: tuple[int, ...]
    segments: tuple[tuple[float, float], ...]
    cut: bool = False
    made: bool = False


def selections(summary: Summary) -> list[Selection]:
    """Return the best shots for each of `SHARES` and for the length that was asked for.

    Each is what `summarize` would choose at that length.  Budgets ascend; exactly one is ``made``.
    """
    duration = float(summary.timeline.duration)
    results = []
    for share in SHARES:
        # The length of the summary itself is not solved again: several choices can be optimal.
        if abs(share * duration - summary.budget) > 1e-6 * duration:
            results.append(_solve(summary, budget=share * duration, share=share))
    results.append(
        Selection(
            budget=float(summary.budget),
            share=float(summary.budget) / duration,
            shots=tuple(np.flatnonzero(summary.selected).tolist()),
            segments=tuple((start, end) for start, end in summary.segments.tolist()),
            cut=summary.uncut is not None,
            made=True,
        )
    )
    return sorted(results, key=lambda selection: selection.budget)


def pieces(summary: Summary) -> tuple[int, int] | None:
    """Return [first, stop) of the shots that are pieces of a cut shot, None if none was cut."""
    if summary.uncut is None:
        return None
    assert summary.uncut.seconds is not None
    (piece,) = np.flatnonzero(summary.selected).tolist()
    borders = summary.uncut.seconds[:, 0]
    after = int(np.searchsorted(borders, summary.shot_seconds[piece, 0] + 1e-9, side="right"))
    start, end = summary.uncut.seconds[after - 1].tolist()
    inside = summary.shot_seconds
    chosen = np.flatnonzero((inside[:, 0] >= start - 1e-9) & (inside[:, 1] <= end + 1e-9))
    return int(chosen[0]), int(chosen[-1]) + 1


def _solve(summary: Summary, *, budget: float, share: float) -> Selection:
    timeline, picks = summary.timeline, summary.features.picks
    uncut, values, keys = summary.shots, summary.shot_scores, summary.keyframes
    if summary.uncut is not None:
        importance = summary.scores.importance
        uncut = summary.uncut
        values = shot_values(spread(importance, picks, timeline.n_frames), uncut.frames)
        keys = best_samples(importance, picks, uncut)
    shots, selected = fit(
        uncut,
        np.asarray(values, dtype=np.float64),
        timeline,
        budget=budget,
        moments=timeline.times[picks[keys]],
        integer_values=bool(summary.settings.get("integer_values")),
        offered=offered_shots(summary.black, picks, uncut),
    )
    assert shots.seconds is not None
    # A shot that was cut within its last frame leaves a rest that belongs to no shot.
    borders = np.append(summary.shot_seconds[1:, 0], timeline.duration)
    covering = np.column_stack([summary.shot_seconds[:, 0], borders])
    parts = list(_among(covering, shots.seconds[selected]))
    return Selection(
        budget=budget,
        share=share,
        shots=tuple(shot for shot, _ in parts),
        segments=tuple(piece for _, piece in parts),
        cut=shots is not uncut,
    )


def _among(shots: Floats, segments: Floats) -> Iterator[tuple[int, tuple[float, float]]]:
    """Yield (shot, (start, end)), the parts of shots (S, 2) that the segments show."""
    for start, end in segments.tolist():
        first = int(np.searchsorted(shots[:, 0], start, side="right")) - 1
        for shot in range(max(first, 0), len(shots)):
            since, until = max(start, float(shots[shot, 0])), min(end, float(shots[shot, 1]))
            if until > since:
                yield shot, (since, until)
            elif shots[shot, 0] >= end:
                break
