"""Borders of pieces at which a video can be cut without decoding: key frames.

Where pieces are chosen, samples that no key frame of their shot precedes are out of reach.  Each
piece that was chosen then begins with the key frame nearest to its start and ends with the last
frame before its end that nothing later is needed for; what that takes beyond the budget, the pieces
of the lowest scores give back.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vidgist.selection.rule import Footage, Selection
from vidgist.selection.values import best_within
from vidgist.types import Booleans, Floats
from vidgist.video.copy import CutPoints

_EPS = 1e-6

LEAST = 1.0
"""Seconds that a piece lasts at least, or half of what was chosen where that is less."""

OUT_OF_REACH = "no key frame"
"""Reason why a sample is unfit to show in a clip that is copied."""


def in_reach(footage: Footage, points: CutPoints) -> Booleans:
    """Return which samples (T,) a part that begins with a key frame of their shot can show."""
    shots = footage.shot_seconds
    own = np.searchsorted(shots[:, 0], footage.times + _EPS, side="right") - 1
    before = np.searchsorted(points.starts, footage.times + _EPS, side="right") - 1
    keys = points.starts[np.maximum(before, 0)] if len(points.starts) else np.full(len(own), -1.0)
    return np.asarray((before >= 0) & (keys >= shots[np.maximum(own, 0), 0] - _EPS))


def reachable(footage: Footage, points: CutPoints) -> Footage:
    """Return the footage with what is out of reach as junk; as it is where all would be."""
    reach = in_reach(footage, points)
    fit = footage.junk == ""
    if not (reach & fit).any():
        return footage
    junk = footage.junk.astype(f"<U{max(footage.junk.dtype.itemsize // 4, len(OUT_OF_REACH))}")
    return replace(footage, junk=np.where(fit & ~reach, OUT_OF_REACH, junk))


def at_key_frames(
    selection: Selection,
    allowed: Floats,
    points: CutPoints,
    *,
    importance: Floats,
    times: Floats,
    budget: float,
) -> Selection | None:
    """Move the borders of pieces to where the video can be cut without decoding.

    Args:
        selection: pieces of shots.
        allowed: (n, 2) seconds in which each piece may lie.
        points: of the video.
        importance: (T,) of each sample.
        times: (T,) seconds of the samples, ascending.
        budget: seconds that all pieces may last together.

    Returns:
        The selection without the pieces that no key frame allows; None where none is left.
    """
    best = times[best_within(importance, times, selection.pieces)]
    n = len(selection)
    made = np.full((n, 2), np.nan)
    least = np.minimum(LEAST, np.diff(selection.pieces)[:, 0] / 2)
    before = -np.inf
    for i in range(n):
        after = selection.pieces[i + 1, 0] if i + 1 < n else np.inf
        low, high = max(allowed[i, 0], before), min(allowed[i, 1], max(after, allowed[i, 0]))
        piece = _nearest(selection.pieces[i], low, high, float(best[i]), least[i], points)
        if piece is not None:
            made[i] = piece
            before = piece[1]
    made = _within(made, selection.scores, least, points, budget)
    wanted = min(budget, float(np.diff(selection.pieces).sum()))
    made = _longer(made, allowed, selection.scores, points, wanted)
    return _without(selection, made)


def _nearest(
    piece: Floats, low: float, high: float, best: float, least: float, points: CutPoints
) -> tuple[float, float] | None:
    """Return start and end of a piece at the key frame nearest to its start."""
    start, end = (float(s) for s in piece)
    keys = points.starts[(points.starts >= low - _EPS) & (points.starts <= high - least + _EPS)]
    ranked = sorted(keys.tolist(), key=lambda key: (key > best + _EPS, abs(key - start)))
    for key in ranked:
        # The end stays, since it may lie in a pause; else the piece keeps its length.
        for until in (end, key + end - start, high):
            stop = _end_before(points, min(until, high))
            if stop - key >= least - _EPS:
                return key, stop
    return None


def _end_before(points: CutPoints, seconds: float) -> float:
    at = int(np.searchsorted(points.ends, seconds + _EPS, side="right")) - 1
    return float(points.ends[at]) if at >= 0 else -np.inf


def _within(
    pieces: Floats, scores: Floats, least: Floats, points: CutPoints, budget: float
) -> Floats:
    """Shorten pieces (n, 2), those of the lowest scores first, until they fit; then drop some."""
    pieces = pieces.copy()
    for drop in (False, True):
        for i in np.argsort(scores, kind="stable").tolist():
            over = float(np.nansum(np.diff(pieces))) - budget
            if over <= _EPS:
                return pieces
            if np.isnan(pieces[i, 0]):
                continue
            stop = _end_before(points, max(pieces[i, 1] - over, pieces[i, 0] + least[i]))
            if stop - pieces[i, 0] < least[i] - _EPS:  # the frame after is the first that will do
                later = np.searchsorted(points.ends, pieces[i, 0] + least[i] - _EPS)
                stop = min(float(points.ends[later]), pieces[i, 1])
            if drop and np.count_nonzero(~np.isnan(pieces[:, 0])) > 1:
                pieces[i] = np.nan
            elif drop:
                stop = _end_before(points, pieces[i, 0] + budget)
                pieces[i, 1] = stop if stop > pieces[i, 0] else np.nan
            else:
                pieces[i, 1] = stop
    return pieces


def _longer(
    pieces: Floats, allowed: Floats, scores: Floats, points: CutPoints, seconds: float
) -> Floats:
    """Lengthen pieces (n, 2) at their ends, those of the highest scores first."""
    pieces = pieces.copy()
    for i in np.argsort(-scores, kind="stable").tolist():
        left = seconds - float(np.nansum(np.diff(pieces)))
        if np.isnan(pieces[i, 0]) or left <= _EPS:
            continue
        after = np.nanmin(np.append(pieces[i + 1 :, 0], np.inf))
        most = min(pieces[i, 1] + left, allowed[i, 1], after)
        pieces[i, 1] = max(pieces[i, 1], _end_before(points, float(most)))
    return pieces


def _without(selection: Selection, pieces: Floats) -> Selection | None:
    """Return the selection with other pieces (n, 2); those that are NaN are left out."""
    kept = ~np.isnan(pieces[:, 0])
    if not kept.any():
        return None
    numbers = np.cumsum(kept) - 1
    shown = set(selection.shots[kept].tolist())
    refused = list(selection.refused)
    for shot in selection.shots[~kept].tolist():
        if shot not in shown:
            refused[shot] = OUT_OF_REACH
    repeated = selection.repeated.copy()
    same = repeated >= 0
    repeated[same] = np.where(kept[repeated[same]], numbers[repeated[same]], -1)
    refused = [
        "no time left" if reason == "repeats" and piece < 0 else reason
        for reason, piece in zip(refused, repeated.tolist(), strict=True)
    ]
    return replace(
        selection,
        pieces=pieces[kept],
        shots=selection.shots[kept],
        scores=selection.scores[kept],
        reasons=tuple(np.array(selection.reasons)[kept].tolist()),
        refused=tuple(refused),
        repeated=repeated,
    )
