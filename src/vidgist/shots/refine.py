"""Refinement of change points between samples to shots that begin on the frame of a cut."""

from __future__ import annotations

import numpy as np

from vidgist.types import Integers, Shots, Timeline

MIN_SHOT = 0.5
"""Seconds that a shot lasts at least, unless the video itself is shorter: less is a flash."""


def refine_shots(
    change_points: Integers, picks: Integers, timeline: Timeline, *, min_shot: float = MIN_SHOT
) -> Shots:
    """Return shots whose borders lie where the picture changes most.

    A change point i means a change after sample i - 1 and not later than sample i; the border is
    the frame in between that differs most from the one before it. Borders that would
    make a shot shorter than ``min_shot`` are dropped, the weakest first. A hole, and the frame that
    is the last one before it, are a shot of their own.

    Args:
        change_points: (m,) sample indices in [1, T), ascending.
        picks: (T,) frame index of each sample.
        timeline: every frame's time and jump.
        min_shot: seconds, at least 0.

    Returns:
        Shots that cover the video, with seconds.

    Raises:
        ValueError: a change point is not between two samples.

    >>> jumps = np.array([0.0, 1.0, 1.0, 9.0, 1.0, 1.0, 1.0, 1.0])  # a cut at the fourth frame
    >>> timeline = Timeline(times=np.arange(8.0), jumps=jumps, duration=8.0)
    >>> refine_shots(np.array([1]), np.array([0, 4]), timeline).frames.tolist()
    [[0, 3], [3, 8]]
    """
    if len(change_points) and not 1 <= change_points.min() <= change_points.max() < len(picks):
        raise ValueError(
            f"change_points: expected indices in [1, {len(picks)}), got {change_points.min()} to "
            f"{change_points.max()}"
        )
    strengths: dict[int, float] = {}
    for point in change_points.tolist():
        first, last = int(picks[point - 1]) + 1, int(picks[point])
        window = timeline.jumps[first : last + 1]
        # A slow change has no single frame: then the border is the frame of the sample.
        border = first + int(np.argmax(window)) if len(window) and window.max() > 0 else last
        if 0 < border < timeline.n_frames:
            strengths[border] = float(timeline.jumps[border])

    ends_of_holes = np.searchsorted(timeline.times, timeline.holes[:, 1] - 1e-6)
    kept = sorted({b for end in ends_of_holes.tolist() for b in (end - 1, end) if b > 0})
    kept_times = [0.0, timeline.duration, *timeline.times[kept].tolist()]
    for border in sorted(strengths.keys() - set(kept), key=lambda b: (-strengths[b], b)):
        time = float(timeline.times[border])
        if min(abs(time - other) for other in kept_times) >= min_shot:
            kept.append(border)
            kept_times.append(time)

    edges = np.array([0, *sorted(kept), timeline.n_frames], dtype=np.int64)
    seconds = np.append(timeline.times, timeline.duration)[edges]
    return Shots(
        frames=np.stack([edges[:-1], edges[1:]], axis=1),
        seconds=np.stack([seconds[:-1], seconds[1:]], axis=1),
    )
