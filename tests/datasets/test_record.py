from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import small_data
from vidgist.datasets import VideoRecord
from vidgist.errors import DataError


def test_picks_of_a_file_without_them_are_every_15th_frame():
    record = VideoRecord(key="v", n_frames=46)
    np.testing.assert_array_equal(record.sample_picks, [0, 15, 30, 45])
    mismatch = VideoRecord(key="v", n_frames=46, features=np.ones((3, 2)))
    assert mismatch.sample_picks is None


def test_features_come_with_their_place():
    record = small_data.record(np.random.default_rng(0))
    features = record.to_features()
    np.testing.assert_array_equal(features.picks, record.picks)
    assert features.n_frames == record.n_frames
    bare = VideoRecord(key="v", features=np.ones((3, 2)))
    assert bare.to_features().n_frames == 31


def test_samples_are_timed_by_their_frames_but_every_15th_counts_as_two_a_second():
    def times(step, **more):
        picks = np.arange(4) * step
        values = np.eye(4, dtype=np.float32)
        record = VideoRecord(key="a", features=values, picks=picks, n_frames=400, **more)
        return record.to_features().times

    np.testing.assert_allclose(times(50, frame_rate=25.0), [0, 2, 4, 6])
    assert times(15, frame_rate=25.0) is None
    assert times(50) is None
    np.testing.assert_allclose(times(15, frame_rate=25.0, times=np.arange(4.0)), np.arange(4.0))


def test_what_is_missing_is_named():
    record = dataclasses.replace(small_data.record(np.random.default_rng(0)), shots=None)
    with pytest.raises(DataError, match="no 'change_points'"):
        record.need("picks", "shots")
    with pytest.raises(DataError, match="no 'features'"):
        VideoRecord(key="v").to_features()
    picks, frames = record.need("picks", "n_frames")
    assert len(picks) * 15 >= frames


def test_samples_are_counted_from_whatever_is_there():
    assert VideoRecord(key="v").n_samples is None
    assert VideoRecord(key="v", user_scores=np.ones((2, 7))).n_samples == 7
    assert VideoRecord(key="v", gtscore=np.ones(5)).n_samples == 5


def test_repr_shows_shapes():
    assert "float32[24, 8]" in repr(small_data.record(np.random.default_rng(0)))
