"""Layouts that are near the field's: samples in the place of frames (Mr.HiSum), and clips.

Mr.HiSum (Sul et al., NeurIPS 2023) has a group a video with ``gtscore`` (T,), what viewers replayed
most, ``change_points`` (S, 2), ``gtsummary`` or ``gt_summary`` (T,), and ``features`` (T, D) of
YouTube-8M, one a second: shots and summaries count samples, and there are no other frames. Its
shots end where the next begins.

Features of YouTube Highlights come by clip: ``clip`` (T, 2) frames, in order, which may overlap,
and ``match`` (T,), 1 for a highlight, -1 for none, 0 between. A sample lies in the middle of its
clip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from vidgist.datasets.hdf5 import child, children, read_array, where
from vidgist.datasets.numbers import MAX_FRAMES, NUMBER, finite
from vidgist.datasets.record import VideoRecord
from vidgist.errors import DataError

SAMPLE_RATE = 1.0
"""Samples a second of YouTube-8M."""

_OF_FRAMES = {"picks", "n_frames", "n_steps", "n_frame_per_seg", "user_summary", "user_scores"}


def samples_as_frames(group: h5py.Group) -> int | None:
    """Return the number of samples T of a video whose frames are its samples, None for others."""
    names = set(children(group))
    if names & _OF_FRAMES or not {"gtscore", "change_points"} <= names:
        return None
    score, shots = child(group, "gtscore"), child(group, "change_points")
    if not isinstance(score, h5py.Dataset) or len(score.shape or ()) != 1:
        return None
    borders = read_array(shots, kinds=NUMBER, shape=(None, 2))
    count = int(score.shape[0])
    return count if len(borders) and borders[-1, 1] in (count - 1, count) else None


def as_inclusive(shots: npt.NDArray[Any], n_samples: int) -> npt.NDArray[Any]:
    """Return shots (S, 2) of samples with their last sample, where they end at the next's first."""
    touch = np.array_equal(shots[1:, 0], shots[:-1, 1]) and shots[-1, 1] == n_samples
    return shots - np.array([0, 1]) if touch else shots


def with_samples_as_frames(record: VideoRecord, group: h5py.Group, n_samples: int) -> VideoRecord:
    """Return the record of a video whose frames are its samples, its label as one annotator."""
    summary = record.gtsummary
    if summary is None and isinstance(other := child(group, "gt_summary"), h5py.Dataset):
        summary = read_array(other, kinds=NUMBER, shape=(n_samples,)).astype(np.float64)
    return replace(
        record,
        n_frames=n_samples,
        picks=np.arange(n_samples),
        frame_rate=record.frame_rate or SAMPLE_RATE,
        gtsummary=summary,
        user_summary=None if summary is None else summary[None] > 0,
        user_scores=None if record.gtscore is None else record.gtscore[None],
    )


def with_clips(
    record: VideoRecord, group: h5py.Group, attributes: Mapping[str, str | float]
) -> VideoRecord:
    """Return the record of a video that has one sample a clip; others as they are.

    Raises:
        DataError: the clips are not in order, or other numbers than the samples.
    """
    clips = child(group, "clip")
    if clips is None or record.picks is not None:
        return record
    path = where(group)
    borders = finite(read_array(clips, kinds=NUMBER, shape=(record.n_samples, 2)), path)
    middles = np.floor(borders.astype(np.float64).mean(axis=1))
    if len(borders) == 0 or middles[0] < 0 or (np.diff(middles) < 0).any():
        raise DataError(f"{path}: clip must be the first and last frame of clips in order")
    n_frames = max(float(attributes.get("n_frames") or 0), float(middles[-1]) + 1)
    if not n_frames <= MAX_FRAMES:
        raise DataError(f"{path}: n_frames is {n_frames:g}; expected 1 to {MAX_FRAMES}")
    match = child(group, "match")
    labels = record.user_scores
    if match is not None and labels is None:
        values = finite(read_array(match, kinds=NUMBER, shape=(len(borders),)), path)
        labels = values[None].astype(np.float64)
    return replace(
        record, picks=middles.astype(np.int64), n_frames=int(n_frames), user_scores=labels
    )
