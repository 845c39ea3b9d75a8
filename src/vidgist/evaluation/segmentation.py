"""Shots by our own segmentation, in the place of a data set's official shots."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vidgist.datasets import VideoRecord
from vidgist.errors import unknown_value
from vidgist.evaluation.keyshots import keyshot_summaries
from vidgist.shots import segment
from vidgist.types import Shots

SHOTS = ("official", "kts")
"""Sources of shots: the data set's file, or Kernel Temporal Segmentation of its features."""


def check_shots(shots: str) -> None:
    """Make sure that a source of shots is known.

    Raises:
        SettingError: it is not.
    """
    if shots not in SHOTS:
        raise unknown_value("shots", shots, SHOTS)


def kts_shots(record: VideoRecord) -> Shots:
    """Segment a video by its features (KTS); a shot begins at its first sample.

    Raises:
        DataError: the record has no features.
    """
    features = record.to_features()
    starts = features.picks[segment(features.values)]
    edges = np.concatenate([[0], starts, [features.n_frames]])
    return Shots(frames=np.stack([edges[:-1], edges[1:]], axis=1))


def resegment(record: VideoRecord, *, rebuild_users: bool = False) -> VideoRecord:
    """Return the record with our shots.

    Args:
        record: with features.
        rebuild_users: also derive the user summaries from the annotators' scores with our shots, as
            the field derived them with its own. Without it they keep the borders of the official
            shots, which differ from ours.
    """
    shots = kts_shots(record)
    summary = record.user_summary
    scores, picks = record.user_scores, record.sample_picks
    if record.frame_scores is not None:
        scores, picks = record.frame_scores, np.arange(record.need("n_frames"))
    if rebuild_users and scores is not None and picks is not None:
        summary = keyshot_summaries(
            scores, picks=picks, n_frames=record.need("n_frames"), frames=shots.frames
        )
    return replace(record, shots=shots, user_summary=summary)
