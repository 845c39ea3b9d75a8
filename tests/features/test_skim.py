"""Which gaps of a skimmed video are filled, and when it is read whole."""

from __future__ import annotations

import numpy as np
import pytest

from clips import render_clip
from frame_indexes import index_of
from vidgist.features import extract_features
from vidgist.features.skim import differences, frames_between, largest_gap


def indexed(keys, *, seconds=300, rate=10):
    return index_of(np.array(keys) * rate, count=seconds * rate, rate=rate)


def between(index, picks=None, *, differences=None):
    picks = np.flatnonzero(index.keys) if picks is None else picks
    alike = np.full(len(picks), 0.3)
    return frames_between(
        index,
        picks,
        gap=3.0,
        room=100 - len(picks),
        differences=alike if differences is None else differences,
    )


def test_key_frames_close_enough_need_nothing():
    index = indexed(range(0, 300, 3))
    assert len(between(index)) == 0


def test_the_largest_gaps_are_filled_first_and_soon_after_their_key_frames():
    # One gap of 24 s among those of 4 s.
    keys = [*range(0, 100, 4), *range(124, 300, 4)]
    index = indexed(keys)
    picks = np.flatnonzero(index.keys)
    frames = between(index)
    large = frames[(frames > 960) & (frames < 1240)]
    np.testing.assert_array_equal(np.diff(large), 15)  # each half of the gap after the one before
    assert largest_gap(index, np.union1d(picks, frames)) <= 4.0
    decoded = sum(int(f - index.entries[f]) for f in frames[(frames <= 960) | (frames >= 1240)])
    assert decoded + int(large[-1]) - 960 <= 0.2 * len(index)


def test_gaps_are_divided_at_key_frames_where_pictures_differ():
    index = indexed(range(0, 300, 2))
    picks = np.arange(0, 3000, 40)
    differences = np.linspace(0.1, 0.9, len(picks))
    frames = between(index, picks, differences=differences)
    assert len(frames) == 300 / 3 - len(picks)  # one in 3 s
    # The gaps whose ends differ most, each at the key frame in its middle.
    np.testing.assert_array_equal(frames, picks[-len(frames) :] + 20)
    # Where all differ alike, none counts more for being more similar than pictures of one scene.
    assert len(between(index, picks, differences=np.zeros(len(picks)))) == len(frames)


def test_differences_are_cosines():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(4, 5)).astype(np.float32)
    u = features / np.linalg.norm(features, axis=1, keepdims=True)
    expected = [1 - float(u[i] @ u[i + 1]) for i in range(3)]
    np.testing.assert_allclose(differences(features), [*expected, np.mean(expected)], rtol=1e-5)
    np.testing.assert_array_equal(differences(features[:1]), [1.0])


def test_gaps_that_may_not_be_left_come_first():
    keys = [*range(0, 180, 4), *range(180, 300, 14)]  # 12 s may be left
    index = indexed(keys)
    picks = np.flatnonzero(index.keys)
    differences = np.where(index.times[picks] < 180, 0.9, 0.0)
    frames = between(index, picks, differences=differences)
    assert largest_gap(index, np.union1d(picks, frames)) <= 12.0
    assert (frames < 1800).any()


def test_a_budget_bounds_what_is_decoded():
    index = indexed(range(0, 300, 10))
    frames = between(index)
    last = np.maximum.reduceat(frames, np.flatnonzero(np.diff(index.entries[frames], prepend=-1)))
    assert 0.15 * len(index) < (last - index.entries[last]).sum() <= 0.2 * len(index)


@pytest.mark.parametrize("gop", [12, 1000])
def test_a_video_is_skimmed_or_read_whole(tmp_path, gop):
    clip = render_clip(tmp_path / "a.mp4", scenes=(20,), gop=gop, size=(48, 64))
    whole = extract_features(clip.path)
    found = extract_features(clip.path, skim=True)
    if gop == 1000:
        assert found.sampling.mode == "full"
        assert "key frames are up to" in found.sampling.note
        assert found.timeline.warnings == (
            *whole.timeline.warnings,
            f"not skimmed: {found.sampling.note}",
        )
        np.testing.assert_array_equal(found.features.values, whole.features.values)
        return
    assert found.sampling.mode == "skim"
    assert found.sampling.note == "" == whole.sampling.note
    assert found.sampling.between == 0
    assert found.sampling.key_frames == len(found.features) == len(found.thumbnails)
    assert found.features.weights is not None
    for pick, values in zip(found.features.picks, found.features.values, strict=True):
        same = np.flatnonzero(whole.features.picks == pick)
        if len(same):
            np.testing.assert_allclose(values, whole.features.values[same[0]], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(found.timeline.times, whole.timeline.times)
