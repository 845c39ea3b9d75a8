"""Shots that somebody else found, on the frames of a video."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vidgist.errors import DataError
from vidgist.types import Floats, Integers, Shots, Timeline

SLACK = 1.0
"""Seconds that shots may end after the video, or 1% of it: players count differently."""


def place_shots(pieces: npt.ArrayLike, timeline: Timeline, *, unit: str = "seconds") -> Shots:
    """Return shots that cover a video, with borders on its frames.

    Every start and end is a border; what lies between two shots is one as well. Frames may be
    counted with the last frame of a shot, so that the next begins one later.

    Args:
        pieces: (S, 2) starts and ends in order, or (S,) cuts.
        timeline: every frame's time.
        unit: of the pieces, ``seconds`` from the first frame or ``frames``.

    Returns:
        Shots with seconds, at least one.

    Raises:
        DataError: the pieces are not in order, overlap, or lie outside the video.

    >>> timeline = Timeline(times=np.arange(4) / 2, jumps=np.zeros(4), duration=2.0)
    >>> place_shots([[0, 1], [1, 2]], timeline).frames.tolist()
    [[0, 2], [2, 4]]
    """
    values = np.asarray(pieces, dtype=np.float64)
    if values.ndim == 1:
        values = np.stack([values, values], axis=1)
    elif values.ndim != 2 or values.shape[1] != 2:
        raise DataError(f"shots: expected pairs of start and end, got {values.shape}")
    if unit == "frames" and len(values) > 1 and (values[1:, 0] == values[:-1, 1] + 1).all():
        values = values + np.array([0, 1])
    edges = values.ravel()
    if not np.isfinite(edges).all() or (np.diff(edges) < 0).any():
        raise DataError("shots: expected starts and ends in order, without overlap")
    n_frames = timeline.n_frames
    slack = max(SLACK, 0.01 * timeline.duration)
    limit = timeline.duration + slack
    if unit == "frames":
        limit = n_frames * (1 + slack / timeline.duration)
    if len(edges) and not (edges[0] >= 0 and edges[-1] <= limit):
        whole = timeline.duration if unit == "seconds" else n_frames
        raise DataError(
            f"shots: they lie at {edges[0]:g} to {edges[-1]:g} {unit}, but the video has "
            f"{whole:g}; are they of this video?"
        )
    frames = np.rint(edges).astype(np.int64) if unit == "frames" else _nearest(edges, timeline)
    borders = np.unique(np.concatenate([[0], np.clip(frames, 0, n_frames), [n_frames]]))
    seconds = np.append(timeline.times, timeline.duration)[borders]
    return Shots(
        frames=np.stack([borders[:-1], borders[1:]], axis=1),
        seconds=np.stack([seconds[:-1], seconds[1:]], axis=1),
    )


def _nearest(seconds: Floats, timeline: Timeline) -> Integers:
    """Return the frame that begins nearest to each time; N for the end of the video."""
    begins = np.append(timeline.times, timeline.duration)
    return np.searchsorted((begins[1:] + begins[:-1]) / 2, seconds, side="right")
