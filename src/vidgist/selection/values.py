"""Values of shots from scores of samples."""

from __future__ import annotations

import numpy as np

from vidgist.types import Floats, Integers


def spread(scores: Floats, picks: Integers, n_frames: int) -> Floats:
    """Return the scores spread over all frames as steps: frames [picks[i], picks[i+1]) get score i.

    Args:
        scores: (T,).
        picks: (T,) frame index of each sample, not descending. Frames before the first get 0.
        n_frames: N, more than the last pick; the last score lasts to the end.

    Returns:
        (N,) float64.

    Raises:
        ValueError: the shapes differ, or the picks do not fit.
    """
    scores, picks = np.asarray(scores, dtype=np.float64), np.asarray(picks, dtype=np.int64)
    if scores.shape != picks.shape or scores.ndim != 1 or len(scores) == 0:
        raise ValueError(f"scores, picks: expected (T,) each, got {scores.shape}, {picks.shape}")
    if picks[0] < 0 or picks[-1] >= n_frames or (np.diff(picks) < 0).any():
        raise ValueError(f"picks: expected indices in [0, {n_frames}) that do not descend")
    steps = np.diff(np.append(picks, n_frames))
    return np.concatenate([np.zeros(picks[0]), np.repeat(scores, steps)])


def shot_values(frame_scores: Floats, frames: Integers) -> Floats:
    """Return the value of each shot: the mean score of its frames.

    Args:
        frame_scores: (N,).
        frames: (S, 2) first frame and first frame after, within [0, N].

    Returns:
        (S,) float64.

    Raises:
        ValueError: a shot is empty or beyond the frames.

    >>> shot_values(np.array([0.0, 1.0, 1.0, 0.5]), np.array([[0, 2], [2, 4]]))
    array([0.5 , 0.75])
    """
    starts, ends = np.asarray(frames).reshape(-1, 2).T
    if np.any((starts < 0) | (starts >= ends) | (ends > len(frame_scores))):
        raise ValueError(f"frames: a shot is empty, or not within [0, {len(frame_scores)}]")
    return np.array([frame_scores[start:end].mean() for start, end in frames])


def best_within(scores: Floats, times: Floats, pieces: Floats) -> Integers:
    """Return the index (n,) of the best-scoring sample in each piece, the earliest of equals.

    Args:
        scores: (T,).
        times: (T,) seconds at which each sample is shown, not descending.
        pieces: (n, 2) seconds. One between two samples gets the last sample before it.

    >>> best_within(np.array([1.0, 3.0, 2.0]), np.arange(3.0), np.array([[0.0, 1.0], [1.0, 3.0]]))
    array([0, 1])
    """
    best = []
    for first, stop in np.searchsorted(times, pieces - 1e-6).tolist():
        inside = scores[first:stop]
        best.append(first + int(np.argmax(inside)) if len(inside) else max(first - 1, 0))
    return np.array(best, dtype=np.int64)
