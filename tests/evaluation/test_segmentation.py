from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import small_data
from vidgist.datasets import VideoRecord
from vidgist.errors import DataError
from vidgist.evaluation.segmentation import kts_shots, resegment


@pytest.fixture
def record():
    return small_data.record(np.random.default_rng(0), n_samples=80)


def test_shots_begin_where_the_scenes_do(record):
    frames = kts_shots(record).frames
    assert frames[0, 0] == 0
    assert frames[-1, 1] == record.n_frames
    np.testing.assert_array_equal(frames[1:, 0], frames[:-1, 1])
    # Scenes last four samples; none is found that is not there.
    assert set(frames[1:, 0] % 60) <= {0}
    assert len(frames) > 10


def test_users_keep_their_summaries_or_get_new_ones(record):
    kept = resegment(record)
    np.testing.assert_array_equal(kept.user_summary, record.user_summary)
    made = resegment(record, rebuild_users=True)
    np.testing.assert_array_equal(made.shots.frames, kept.shots.frames)
    borders = np.flatnonzero(np.diff(made.user_summary.astype(int), axis=1).any(axis=0)) + 1
    assert set(borders) <= set(made.shots.frames[:, 0]) | {record.n_frames}
    finer = np.repeat(record.user_scores, 15, axis=1)[:, : record.n_frames]
    joined = dataclasses.replace(record, frame_scores=finer)
    np.testing.assert_array_equal(
        resegment(joined, rebuild_users=True).user_summary, made.user_summary
    )


def test_nobody_to_make_summaries_for(record):
    bare = dataclasses.replace(record, user_scores=None)
    np.testing.assert_array_equal(
        resegment(bare, rebuild_users=True).user_summary, record.user_summary
    )


def test_shots_need_features():
    with pytest.raises(DataError, match="features"):
        kts_shots(VideoRecord(key="v", n_frames=30))
