"""Which gaps of a skimmed video are filled, and when it is read whole."""

from __future__ import annotations

import numpy as np
import pytest

from clips import render_clip
from vidgist.features import extract_features
from vidgist.features.skim import frames_between, largest_gap
from vidgist.video.skim import FrameIndex


def index_of(keys, *, seconds=300, rate=10):
    count = seconds * rate
    marks = np.zeros(count, bool)
    marks[np.array(keys) * rate] = True
    return FrameIndex(
        ticks=np.arange(count),
        decoding=np.arange(count),
        times=np.arange(count) / rate,
        keys=marks,
        anew=marks,
        places=np.arange(count),
        sizes=np.ones(count, np.int64),
        duration=float(seconds),
        origin=0.0,
    )


def test_key_frames_close_enough_need_nothing():
    index = index_of(range(0, 300, 3))
    assert len(frames_between(index, np.flatnonzero(index.keys), gap=3.0)) == 0


def test_the_largest_gaps_are_filled_first_and_soon_after_their_key_frames():
    # One gap of 24 s among those of 4 s.
    keys = [*range(0, 100, 4), *range(124, 300, 4)]
    index = index_of(keys)
    picks = np.flatnonzero(index.keys)
    frames = frames_between(index, picks, gap=3.0)
    large = frames[(frames > 960) & (frames < 1240)]
    np.testing.assert_array_equal(np.diff(large), 15)  # each half of the gap after the one before
    assert largest_gap(index, np.union1d(picks, frames)) <= 4.0
    decoded = sum(int(f - index.entries[f]) for f in frames[(frames <= 960) | (frames >= 1240)])
    assert decoded + int(large[-1]) - 960 <= 0.2 * len(index)


def test_a_budget_bounds_what_is_decoded():
    index = index_of(range(0, 300, 10))
    picks = np.flatnonzero(index.keys)
    frames = frames_between(index, picks, gap=3.0)
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
