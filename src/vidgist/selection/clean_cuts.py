"""Clean borders of pieces: on frames, off cuts and transitions, and in pauses of speech.

A piece keeps its best-scoring sample. Its borders move inward, away from the frames of a cut and
from a fade, dissolve or wipe; the time lost at one side may be added at the other.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from vidgist.selection.at_pauses import at_pauses, at_sentences
from vidgist.selection.greedy import CONSTANTS
from vidgist.selection.rule import Footage, Selection
from vidgist.selection.values import best_within
from vidgist.types import Floats, Integers

_EPS = 1e-6


def clean_cuts(
    selection: Selection,
    footage: Footage,
    transitions: Floats,
    *,
    speech_of: str | os.PathLike[str] | None = None,
    sentences: Floats | None = None,
) -> Selection:
    """Move the borders of pieces to where a viewer would cut.

    Args:
        selection: pieces of shots.
        footage: the video that they were chosen from.
        transitions: (m, 2) start and end in seconds of cuts, fades, dissolves, wipes, flashes.
        speech_of: the video file whose words are not to be cut, or None to ignore sound.
        sentences: (m, 2) start and end in seconds of what is said, where a transcript tells it:
            pieces then begin and end with sentences.

    Returns:
        The same pieces with other borders: on frames, in the same order, not overlapping, and
        within the budget together.

    Raises:
        VideoError: the file cannot be opened any more.
    """
    allowed = clean_ranges(selection, footage, transitions)
    pieces = _moved_within(selection.pieces, allowed)
    lost = float(np.diff(selection.pieces).sum() - np.diff(pieces).sum())
    pieces = _lengthened(pieces, allowed, lost, order=np.argsort(-selection.scores, kind="stable"))
    pieces = _on_frames(pieces, footage.timeline.borders)
    budget, timeline = footage.budget, footage.timeline
    if sentences is not None and len(sentences):
        pieces = at_sentences(pieces, allowed, sentences, budget=budget, timeline=timeline)
    elif speech_of is not None:
        pieces = at_pauses(speech_of, pieces, allowed, budget=budget, timeline=timeline)
    return replace(selection, pieces=pieces)


def clean_ranges(selection: Selection, footage: Footage, transitions: Floats) -> Floats:
    """Return the interval (n, 2) of seconds in which each piece may lie.

    It is the part of the piece's shot around its best sample that holds no transition, no junk and
    no frame of a cut; the whole shot where nothing else is left. Flashes and brief junk inside the
    shot count only where they leave enough for a piece of the least length.
    """
    timeline, count = footage.timeline, len(footage.times)
    frame = timeline.filled / timeline.n_frames
    ends = np.append(footage.times[1:], timeline.duration)
    junk = footage.junk != ""
    closed = np.concatenate(
        [transitions.reshape(-1, 2), np.column_stack([footage.times[junk], ends[junk]])]
    )
    lasting = _merged(closed)
    best = best_within(footage.importance, footage.times, selection.pieces)
    ranges = []
    for piece, shot, sample in zip(selection.pieces, selection.shots, best, strict=True):
        start, end = (float(s) for s in footage.shot_seconds[shot])
        # The frame beside a cut may hold something of the other shot.
        low = start + frame if start > _EPS else start
        high = end - frame if end < timeline.duration - _EPS else end
        moment = min(max(float(footage.times[min(sample, count - 1)]), piece[0]), piece[1])
        covered = np.any((closed[:, 0] <= moment + _EPS) & (closed[:, 1] > moment + _EPS))
        clear = _between(closed, moment, low, high)
        least = min(CONSTANTS.shortest, float(piece[1] - piece[0])) - _EPS
        if not covered and clear[1] - clear[0] < least:
            inside = (lasting[:, 0] > start + _EPS) & (lasting[:, 1] < end - _EPS)
            brief = inside & (np.diff(lasting)[:, 0] <= CONSTANTS.flash + _EPS)
            clear = max(clear, _between(lasting[~brief], moment, low, high), key=_length)
        ranges.append((start, end) if covered or _length(clear) < 2 * frame else clear)
    return np.array(ranges)


def _between(closed: Floats, moment: float, low: float, high: float) -> tuple[float, float]:
    """Return the part of a range around a moment up to the next intervals (m, 2) on each side."""
    before = closed[:, 1][closed[:, 1] <= moment + _EPS]
    after = closed[:, 0][closed[:, 0] > moment + _EPS]
    return max([low, *before.tolist()]), min([high, *after.tolist()])


def _length(part: tuple[float, float]) -> float:
    return part[1] - part[0]


def _merged(intervals: Floats) -> Floats:
    """Return intervals (m, 2) in order, those that overlap or touch as one."""
    merged: list[list[float]] = []
    for start, end in intervals[np.argsort(intervals[:, 0])].tolist():
        if merged and start <= merged[-1][1] + _EPS:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return np.array(merged).reshape(-1, 2)


def _moved_within(pieces: Floats, allowed: Floats) -> Floats:
    """Return pieces (n, 2) moved, or shortened, into their ranges without overlapping."""
    moved = np.empty_like(pieces)
    before = -np.inf
    for i, ((start, end), (least, most)) in enumerate(zip(pieces, allowed, strict=True)):
        low = max(least, before)
        after = pieces[i + 1, 0] if i + 1 < len(pieces) else np.inf
        high = min(most, max(after, end))
        length = end - start
        first = min(max(start, low), max(high - length, low))
        moved[i] = first, max(min(first + length, high), first)
        if moved[i, 1] - moved[i, 0] < _EPS:
            moved[i] = start, end
        before = moved[i, 1]
    return moved


def _lengthened(pieces: Floats, allowed: Floats, seconds: float, *, order: Integers) -> Floats:
    """Return pieces (n, 2) made longer by some seconds within their ranges, the best ones first."""
    pieces = pieces.copy()
    starts = np.append(pieces[:, 0], np.inf)
    for i in order.tolist():
        room = max(min(allowed[i, 1], starts[i + 1]) - pieces[i, 1], 0.0)
        pieces[i, 1] += min(room, seconds)
        seconds -= min(room, seconds)
        before = pieces[i - 1, 1] if i else -np.inf
        room = max(pieces[i, 0] - max(allowed[i, 0], before), 0.0)
        pieces[i, 0] -= min(room, seconds)
        starts[i] = pieces[i, 0]
        seconds -= min(room, seconds)
    return pieces


def _on_frames(pieces: Floats, frames: Floats) -> Floats:
    """Return pieces (n, 2) shrunk to frame borders (N + 1,); those within one frame unchanged."""
    first = np.searchsorted(frames, pieces[:, 0] - _EPS)
    last = np.searchsorted(frames, pieces[:, 1] + _EPS, side="right") - 1
    whole = last > first
    snapped = np.column_stack([frames[np.minimum(first, len(frames) - 1)], frames[last]])
    return np.where(whole[:, None], snapped, pieces)
