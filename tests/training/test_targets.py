"""Targets of methods that learn from annotations, against loops and files without annotations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from small_data import record
from vidgist.datasets import write_dataset
from vidgist.errors import DataError
from vidgist.evaluation.keyshots import keyshot_summaries
from vidgist.training.sources import read_training_data
from vidgist.training.targets import min_max, video_targets


def test_importance_is_the_mean_annotation(rng: np.random.Generator) -> None:
    video = record(rng)
    targets = video_targets(video)
    assert targets is not None
    np.testing.assert_allclose(targets.importance, video.gtscore, rtol=1e-6)
    without = video_targets(replace(video, gtscore=None))  # the mean of the scores, over 5
    assert without is not None
    np.testing.assert_allclose(without.importance, video.gtscore, rtol=1e-6)
    summe = video_targets(replace(video, gtscore=None, user_scores=None))
    assert summe is not None
    share = video.user_summary[:, video.picks].mean(axis=0)
    np.testing.assert_allclose(summe.importance, share, rtol=1e-6)


def test_keyshots_are_the_knapsack_of_the_scaled_importance(rng: np.random.Generator) -> None:
    video = record(rng, n_samples=60)
    targets = video_targets(video)
    expected = keyshot_summaries(
        min_max(video.gtscore)[None],
        picks=video.picks,
        n_frames=video.n_frames,
        frames=video.shots.frames,
        integer_values=True,
    )[0]
    np.testing.assert_array_equal(targets.keyshots, expected[video.picks])
    assert 0 < targets.keyshots.mean() <= 0.16


def test_keyframes_are_the_best_samples_of_the_keyshots(rng: np.random.Generator) -> None:
    video = record(rng, n_samples=60)
    targets = video_targets(video)
    summary = keyshot_summaries(
        video.gtscore[None],
        picks=video.picks,
        n_frames=video.n_frames,
        frames=video.shots.frames,
    )[0]
    expected = set()
    for start, stop in video.shots.frames:
        inside = [i for i, pick in enumerate(video.picks) if start <= pick < stop]
        if summary[start]:
            expected.add(max(inside, key=lambda i: (video.gtscore[i], -i)))
    assert set(np.flatnonzero(targets.keyframes)) == expected
    own = np.zeros(60)
    own[7] = 1
    given = video_targets(replace(video, gtsummary=own))
    assert np.flatnonzero(given.keyframes).tolist() == [7]


def test_shots_are_found_where_the_file_has_none(rng: np.random.Generator) -> None:
    targets = video_targets(replace(record(rng, n_samples=60), shots=None))
    assert targets is not None
    assert len(targets.keyshots) == 60


def test_who_tells_no_samples_apart_teaches_nothing(rng: np.random.Generator) -> None:
    video = record(rng)
    assert video_targets(replace(video, gtscore=np.full(24, 0.6))) is None
    silent = replace(video, gtscore=None, user_scores=None, user_summary=None)
    assert video_targets(silent) is None


def test_videos_without_annotations_are_left_out(rng: np.random.Generator, tmp_path: Path) -> None:
    videos = [record(rng, key=f"video_{i}", n_samples=18 + i) for i in (1, 2, 3)]
    videos[1] = replace(videos[1], gtscore=None, user_scores=None, user_summary=None)
    path = tmp_path / "a.h5"
    write_dataset(path, videos)
    read, notes = read_training_data([path], work=tmp_path / "m", labels=True)
    assert read.keys == ("video_1", "video_3")
    assert "1 videos have no annotations" in notes[0]
    np.testing.assert_allclose(read.targets_of(1).importance, videos[2].gtscore, rtol=1e-6)
    last = read.subset(["video_3"])
    np.testing.assert_array_equal(last.targets_of(0).keyshots, read.targets_of(1).keyshots)
    plain, _ = read_training_data([path], work=tmp_path / "m")
    assert plain.targets is None
    assert len(plain) == 3
    with pytest.raises(DataError, match="no annotations"):
        plain.targets_of(0)


def test_annotations_are_part_of_the_fingerprint(rng: np.random.Generator, tmp_path: Path) -> None:
    video = record(rng)
    marks = set()
    for name, score in (("a", video.gtscore), ("b", video.gtscore[::-1])):
        path = tmp_path / f"{name}.h5"
        write_dataset(path, [replace(video, gtscore=score)])
        for labels in (True, False):
            read, _ = read_training_data([path], work=tmp_path / "m", labels=labels)
            marks.add(read.fingerprint)
    assert len(marks) == 3  # without labels both files are the same


def test_data_without_any_is_refused(rng: np.random.Generator, tmp_path: Path) -> None:
    silent = replace(record(rng), gtscore=None, user_scores=None, user_summary=None)
    path = tmp_path / "a.h5"
    write_dataset(path, [silent])
    with pytest.raises(DataError, match=r"a\.h5: has no video with annotations"):
        read_training_data([path], work=tmp_path / "m", labels=True)
    (tmp_path / "a.mp4").write_bytes(b"")
    with pytest.raises(DataError, match=r"a\.mp4: has no annotations.*give HDF5"):
        read_training_data([tmp_path / "a.mp4"], work=tmp_path / "m", labels=True)
