"""Samples of a skimmed video: key frames first, then frames in the gaps where it pays."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

import numpy as np

from vidgist.backbones.backbone import Pixels
from vidgist.features.inference import Inferred
from vidgist.types import Integers
from vidgist.video.skim import FrameIndex, SkimStream

SLACK = 1.2
"""A gap longer by less is left as it is."""

STEP = 0.5
"""Place of a sample in a gap, by the gap that is worth filling."""

MOST_DECODED = 0.2
"""Share of all frames that may lie before samples in gaps, counted from the key frames: they are
decoded, but for those that no other frame needs (chosen in `research/skim.py`)."""

MOST_FRAMES = 6000
"""Frames that may be so in a long video: it has enough samples, and an hour takes half a minute."""

MOST_LEFT = 4.0
"""Largest gap that may be left, by that which is worth filling: a video with a larger one is read
whole."""


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
    frames = frames_between(index, stream.picks, gap=gap)
    left = largest_gap(index, np.union1d(stream.picks, frames))
    if left > MOST_LEFT * gap:
        return None, f"its key frames are up to {left:.1f} s apart, too far for its length"
    more = infer(stream.between(frames)) if len(frames) else None
    if more is not None:
        inferred = inferred.joined(more)
    return inferred.ordered(stream.sort()), ""


def largest_gap(index: FrameIndex, frames: Integers) -> float:
    """Return the seconds of the largest gap between frames, or after the last."""
    return float(np.diff(np.append(index.times[frames], index.duration)).max())


def frames_between(index: FrameIndex, picks: Integers, *, gap: float) -> Integers:
    """Choose the frames that fill gaps between samples, the largest gap first.

    Each fills its gap `STEP` of ``gap`` after the gap begins, not in its middle: the nearer to the
    key frame before it, the fewer frames have to be decoded for it.

    Args:
        index: of the video.
        picks: (T,) frames that are samples, ascending.
        gap: seconds above which a gap is filled.

    Returns:
        (n,) frames, ascending.
    """
    times = np.append(index.times, index.duration)
    entries = index.entries
    left = min(MOST_DECODED * len(index), MOST_FRAMES)
    chosen: list[int] = []
    ends = np.append(picks[1:], len(index))
    heap = [
        (times[begin] - times[end], begin, end)
        for begin, end in zip(picks.tolist(), ends.tolist(), strict=True)
    ]
    heapq.heapify(heap)
    while heap and -heap[0][0] > SLACK * gap:
        _, begin, end = heapq.heappop(heap)
        moment = times[begin] + STEP * gap
        frame = int(np.searchsorted(index.times, moment + 1e-6, side="right")) - 1
        if not begin < frame < end:
            continue  # no frame is shown in between
        cost = frame - max(int(entries[frame]), begin)
        if cost > left:
            break
        left -= cost
        chosen.append(frame)
        heapq.heappush(heap, (times[frame] - times[end], frame, end))
    return np.array(sorted(chosen), np.int64)
