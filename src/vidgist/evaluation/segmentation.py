"""Shots by a way of cutting or of a file, in the place of a data set's official shots."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from vidgist.datasets import VideoRecord
from vidgist.defaults import DEFAULT_SHOTS
from vidgist.errors import DataError, unknown_value
from vidgist.evaluation.keyshots import keyshot_summaries
from vidgist.imports import is_object_name
from vidgist.shot_source import ShotSource, shot_source
from vidgist.shots import SEGMENTATIONS, change_points, place_shots
from vidgist.types import Shots, Timeline

OFFICIAL = "official"
"""The shots of the data set's own file."""


def check_shots(shots: str) -> ShotSource | None:
    """Return a source of shots: None for `official`, else a way of cutting, or a file.

    Raises:
        SettingError: it is none of these.
        DataError: the file is damaged, or holds no shots.
    """
    if shots == OFFICIAL:
        return None
    known = shots in SEGMENTATIONS or is_object_name(shots)
    if not (known or Path(shots).suffix or Path(shots).exists()):
        raise unknown_value("shots", shots, (OFFICIAL, *SEGMENTATIONS, "a file of shots"))
    return shot_source(shots)


def kts_shots(record: VideoRecord) -> Shots:
    """Segment a video by its features (KTS); a shot begins at its first sample.

    Raises:
        DataError: the record has no features.
    """
    return cut_shots(record, shot_source(DEFAULT_SHOTS))


def cut_shots(record: VideoRecord, source: ShotSource) -> Shots:
    """Return the shots of a video of a data set; of a way of cutting, they begin at samples.

    Raises:
        DataError: the record has no features, or what a file has is not of this video.
    """
    if source.file is None:
        features = record.to_features()
        starts = features.picks[change_points(features, shots=source.way)]
        edges = np.concatenate([[0], starts, [features.n_frames]])
        return Shots(frames=np.stack([edges[:-1], edges[1:]], axis=1))
    given = source.file.of(record.name or record.key)
    if given.unit == "seconds" and record.frame_rate is None:
        raise DataError(
            f"{record.key}: the file does not say its frame rate ('fps'); give the shots in frames"
        )
    times = np.arange(record.need("n_frames")) / (record.frame_rate or 1.0)
    timeline = Timeline(
        times=times, jumps=np.zeros(len(times)), duration=len(times) / (record.frame_rate or 1.0)
    )
    return Shots(frames=place_shots(given.pieces, timeline, unit=given.unit).frames)


def resegment(
    record: VideoRecord, *, source: ShotSource | None = None, rebuild_users: bool = False
) -> VideoRecord:
    """Return the record with other shots.

    Args:
        record: with features, unless the shots are those of a file.
        source: of the shots, KTS by default.
        rebuild_users: also derive the user summaries from the annotators' scores with our shots, as
            the field derived them with its own. Without it they keep the borders of the official
            shots, which differ from ours.
    """
    shots = kts_shots(record) if source is None else cut_shots(record, source)
    summary = record.user_summary
    scores, picks = record.user_scores, record.sample_picks
    if record.frame_scores is not None:
        scores, picks = record.frame_scores, np.arange(record.need("n_frames"))
    if rebuild_users and scores is not None and picks is not None:
        summary = keyshot_summaries(
            scores, picks=picks, n_frames=record.need("n_frames"), frames=shots.frames
        )
    return replace(record, shots=shots, user_summary=summary)
