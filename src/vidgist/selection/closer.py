"""Borders of the pieces of a skimmed video: looked at, and placed to the frame.

A change between two samples lies somewhere between them.  Where a piece begins or ends at one, the
frames around the likeliest place are decoded, unless the index tells that nothing is to be found:
an early key frame marks the cut; or cuts have early key frames, and no frame takes more bytes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vidgist.selection.cells import EPS
from vidgist.selection.rule import Footage, Selection, choose
from vidgist.shots import refine_shots
from vidgist.types import Booleans, Integers
from vidgist.video.skim import FrameIndex, SkimStream

REACH = 0.5
"""Seconds on both sides of a likely change that are decoded: as much as finding a cut needs."""

MOST_LOOKED = 0.05
"""Share of all frames that may be looked at, those included that lie between them and the key
frames before them."""

LEAST_LOOKED = 300
"""Frames that may be looked at in a short video."""

ROUNDS = 3
"""How often pieces are chosen again after borders have moved."""


def look_closer(
    stream: SkimStream, footage: Footage, change_points: Integers, *, select: str
) -> tuple[Footage, Selection]:
    """Choose pieces of a skimmed video, and place their borders to the frame.

    Args:
        stream: of the video.
        footage: what the rule chooses from, with borders as the index hints at them.
        change_points: (m,) indices of samples in [1, T), between which shots begin.
        select: name of the rule.

    Returns:
        The footage with the borders that were found, and what the rule chooses from it.
    """
    looked = _settled(stream.index, footage.picks, change_points)
    left = max(MOST_LOOKED * footage.timeline.n_frames, LEAST_LOOKED)
    selection = choose(footage, select=select)
    for _ in range(ROUNDS):
        spans = []
        for change in _uncertain(selection, footage, change_points, ~looked).tolist():
            span, cost = _span(footage, stream, change_points[change])
            if cost <= left:
                left -= cost
                looked[change] = True
                spans.append(span)
        if not spans:
            break
        stream.look_at(np.array(sorted(spans)))
        timeline = stream.timeline
        shots = refine_shots(change_points, footage.picks, timeline)
        footage = replace(footage, timeline=timeline, shots=shots)
        selection = choose(footage, select=select)
    return footage, selection


def _settled(index: FrameIndex, picks: Integers, change_points: Integers) -> Booleans:
    """Return which changes (m,) need no look: early key frames mark cuts, here or elsewhere."""
    early = index.early
    if not early.any():
        return np.zeros(len(change_points), bool)
    between = [(picks[point - 1] + 1, picks[point]) for point in change_points.tolist()]
    return np.array(
        [early[a : b + 1].any() or not index.stands_out(a, b) for a, b in between], bool
    )


def _uncertain(
    selection: Selection, footage: Footage, change_points: Integers, open_changes: Booleans
) -> Integers:
    """Return the changes beside which pieces begin or end, the best pieces' first."""
    times = footage.times
    begin, end = times[change_points - 1], times[change_points]
    found: list[int] = []
    for piece in np.argsort(-selection.scores, kind="stable").tolist():
        start, stop = selection.pieces[piece]
        # From the sample after a change on, all is of the shot that begins there.
        beside = (stop > begin) & (stop <= end + EPS) | (start >= begin) & (start < end - EPS)
        changes = np.flatnonzero(beside & open_changes).tolist()
        found += [change for change in changes if change not in found]
    return np.array(found, np.int64)


def _span(footage: Footage, stream: SkimStream, point: int) -> tuple[list[float], float]:
    """Return the seconds around the likeliest place of a change, and the frames to decode."""
    index = stream.index
    first, last = int(footage.picks[point - 1]) + 1, int(footage.picks[point])
    likely = first + int(np.argmax(footage.timeline.jumps[first : last + 1]))
    middle = float(index.times[likely])
    low = max(middle - REACH, float(index.times[first - 1]))
    high = min(middle + REACH, index.duration)
    begin, end = np.searchsorted(index.times, [low, high]).tolist()
    return [low, high], float(end - index.entries[max(0, begin - 1)])
