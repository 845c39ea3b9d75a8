"""Targets of methods that learn from annotations, aligned with the samples of a video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vidgist.datasets import VideoRecord
from vidgist.evaluation.keyshots import keyshot_summaries
from vidgist.evaluation.segmentation import kts_shots
from vidgist.selection.values import spread


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What people say of each of N samples.

    Attributes:
        importance: (N,) mean annotation: of TVSum's scores, or the share of SumMe's annotators
            whose summary holds the sample.
        keyframes: (N,) True for the samples of a reference summary of single frames.
        keyshots: (N,) True for the samples of the field's keyshot summary of the importance.
    """

    importance: npt.NDArray[np.float32]
    keyframes: npt.NDArray[np.bool_]
    keyshots: npt.NDArray[np.bool_]

    def __getitem__(self, rows: slice) -> Targets:
        """Return the targets of some samples, such as those of one video."""
        return Targets(
            importance=self.importance[rows],
            keyframes=self.keyframes[rows],
            keyshots=self.keyshots[rows],
        )


def min_max(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return values (T,) scaled to [0, 1]; constant ones become 0.

    >>> min_max(np.array([1.0, 2.0, 5.0]))
    array([0.  , 0.25, 1.  ])
    """
    values = np.asarray(values, dtype=np.float64)
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


def video_targets(record: VideoRecord) -> Targets | None:
    """Return the targets of a video with features; None where people tell no samples apart.

    Keyshots are those of the importance scaled to [0, 1], with shots valued in whole thousandths
    (DSNet's targets). Keyframes are the file's ``gtsummary`` or, without one, the most important
    sample of each shot in the keyshot summary of the importance as it is. A file without shots
    gets those of Kernel Temporal Segmentation.
    """
    importance = _importance(record)
    picks = record.sample_picks
    if importance is None or picks is None or np.ptp(importance) == 0:
        return None
    n_frames = record.n_frames if record.n_frames is not None else int(picks[-1]) + 1
    frames = (record.shots or kts_shots(record)).frames

    def keyshots(scores: npt.NDArray[np.float64], *, integer: bool) -> npt.NDArray[np.bool_]:
        summary = keyshot_summaries(
            scores[None], picks=picks, n_frames=n_frames, frames=frames, integer_values=integer
        )
        return np.asarray(summary[0])

    if record.gtsummary is not None:
        keyframes = record.gtsummary > 0
    else:
        keyframes = np.zeros(len(picks), dtype=bool)
        summary = keyshots(importance, integer=False)
        everywhere = spread(importance, picks, n_frames)
        sample_of = np.searchsorted(picks, np.arange(n_frames), side="right") - 1
        for start, stop in frames:
            if summary[start]:
                best = start + int(np.argmax(everywhere[start:stop]))
                keyframes[max(0, sample_of[best])] = True
    return Targets(
        importance=importance.astype(np.float32),
        keyframes=keyframes,
        keyshots=keyshots(min_max(importance), integer=True)[picks],
    )


def _importance(record: VideoRecord) -> npt.NDArray[np.float64] | None:
    """Return the mean annotation (T,) at the samples, or None."""
    picks = record.sample_picks
    if record.gtscore is not None:
        return record.gtscore
    if record.user_scores is not None and len(record.user_scores):
        return np.asarray(record.user_scores.mean(axis=0) / 5)  # the scale of the field's gtscore
    if record.user_summary is not None and len(record.user_summary) and picks is not None:
        return np.asarray(record.user_summary[:, picks].mean(axis=0))
    return None


def join_targets(parts: Sequence[Targets]) -> Targets:
    """Return the targets of several videos, one after the other."""
    return Targets(
        importance=np.concatenate([part.importance for part in parts]),
        keyframes=np.concatenate([part.keyframes for part in parts]),
        keyshots=np.concatenate([part.keyshots for part in parts]),
    )
