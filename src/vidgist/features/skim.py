"""Samples of a skimmed video: some key frames first, then others in the gaps where it pays."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

import numpy as np

from vidgist.backbones.backbone import Pixels, Vectors
from vidgist.features.inference import Inferred
from vidgist.types import Floats, Integers
from vidgist.video.skim import FrameIndex, SkimStream
from vidgist.video.skim.stream import MOST_DECODED, MOST_LEFT, too_far_apart

SLACK = 1.2
"""A gap longer by less is left as it is."""

STEP = 0.5
"""Place of a sample in a gap, by the gap that is worth filling."""

MOST_FRAMES = 6000
"""Frames that may be so in a long video: it has enough samples, and an hour takes half a minute."""

LEAST_DIFFERENCE = 0.05
"""One minus the cosine of two pictures of one scene: gaps between more similar ones count alike."""


def skim_samples(
    stream: SkimStream, infer: Callable[[Iterable[Pixels]], Inferred | None]
) -> tuple[Inferred | None, str]:
    """Sample a video by its key frames, and by frames between them.

    Args:
        stream: of the video; its samples are in the order of time afterwards.
        infer: runs the backbone on pictures.

    Returns:
        The results of all samples, and "". Or None, and why the video is not skimmed.
    """
    inferred = infer(stream)
    if stream.problem or inferred is None:
        return None, stream.problem or "no key frame decodes"
    index, gap = stream.index, stream.gap(stream.index.duration)
    room = round(index.duration / stream.apart(index.duration)) - len(stream.picks)
    frames = frames_between(
        index, stream.picks, gap=gap, room=room, differences=differences(inferred.values)
    )
    left = largest_gap(index, np.union1d(stream.picks, frames))
    if left > MOST_LEFT * gap:
        return None, too_far_apart(left)
    more = infer(stream.between(frames)) if len(frames) else None
    if more is not None:
        inferred = inferred.joined(more)
    return inferred.ordered(stream.sort()), ""


def largest_gap(index: FrameIndex, frames: Integers) -> float:
    """Return the seconds of the largest gap between frames, or after the last."""
    return float(np.diff(np.append(index.times[frames], index.duration)).max())


def differences(features: Vectors) -> Floats:
    """Return one minus the cosine of each sample (T, D) and the next one; the last has the mean.

    >>> differences(np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 1.0]], np.float32))
    array([1. , 0. , 0.5])
    """
    units = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)
    found = 1.0 - np.einsum("td,td->t", units[:-1], units[1:]).astype(np.float64)
    return np.append(found, found.mean() if len(found) else 1.0)


def frames_between(
    index: FrameIndex, picks: Integers, *, gap: float, room: int, differences: Floats
) -> Integers:
    """Choose the frames that fill gaps between samples, the largest gap first.

    Gaps count by the root of the difference of their ends, which chooses between those that are
    equally long; those that may not be left come before all others.  A gap is divided at the key
    frame next to its middle.  One that has none, and is longer than ``gap``, gets a frame `STEP` of
    it after the gap begins: the nearer to the key frame before it, the fewer frames have to be
    decoded for it.

    Args:
        index: of the video.
        picks: (T,) frames that are samples, ascending.
        gap: seconds above which a gap without key frames is filled.
        room: frames that are chosen at most.
        differences: (T,) how much each sample differs from the next, in [0, 2].

    Returns:
        (n,) frames, ascending.
    """
    times = np.append(index.times, index.duration)
    keys, entries = np.flatnonzero(index.keys), index.entries
    left = min(MOST_DECODED * len(index), MOST_FRAMES)
    chosen: list[int] = []
    heap: list[tuple[bool, float, int, int, float]] = []

    def inside(begin: int, end: int) -> Integers:
        return keys[np.searchsorted(keys, begin, side="right") : np.searchsorted(keys, end)]

    def add(begin: int, end: int, weight: float) -> None:
        seconds = float(times[end] - times[begin])
        if seconds > SLACK * gap or len(inside(begin, end)):
            bearable = seconds <= MOST_LEFT * gap
            heapq.heappush(heap, (bearable, -seconds * weight, begin, end, weight))

    ends = np.append(picks[1:], len(index))
    weights = np.sqrt(np.maximum(differences, LEAST_DIFFERENCE))
    for begin, end, weight in zip(picks.tolist(), ends.tolist(), weights.tolist(), strict=True):
        add(begin, end, weight)
    while heap and len(chosen) < room:
        *_, begin, end, weight = heapq.heappop(heap)
        if len(near := inside(begin, end)):
            middle = (times[begin] + times[end]) / 2
            frame, cost = int(near[np.argmin(np.abs(times[near] - middle))]), 0
        else:
            moment = times[begin] + STEP * gap
            frame = int(np.searchsorted(index.times, moment + 1e-6, side="right")) - 1
            cost = frame - max(int(entries[frame]), begin)
        if not begin < frame < end or cost > left:
            continue  # no frame is shown in between, or too many lie before it
        left -= cost
        chosen.append(frame)
        add(begin, frame, weight)
        add(frame, end, weight)
    return np.array(sorted(chosen), np.int64)
