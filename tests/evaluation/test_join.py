from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.io import savemat

import small_data
from vidgist.datasets import VideoRecord, open_dataset, write_dataset
from vidgist.datasets.annotations import Annotation
from vidgist.errors import DataError
from vidgist.evaluation.join import annotate, fill, find_partner, join, read_annotations
from vidgist.types import Shots


def found(name: str, n_frames: int | None, candidates: dict[str, int]) -> int | None:
    return find_partner(name, n_frames, candidates, lambda frames: frames)


def test_partners_by_name_then_by_length():
    candidates = {"Base jumping": 100, "Jumps": 200, "-x_A": 300, "-X_a": 400}
    assert found("Base jumping", None, candidates) == 100
    assert found("Base_jumping.mp4", None, candidates) == 100
    assert found("videos/Jumps.webm", None, candidates) == 200
    assert found("-x_A.mp4", None, candidates) == 300
    assert found("-x_a", None, candidates) is None  # two that differ in case alone
    assert found("Other", 200, candidates) is None  # a name that is known is believed
    assert found("", 200, candidates) == 200
    assert found("", 250, candidates) is None
    assert found("", None, candidates) is None
    assert found("", 200, {"a": 200, "b": 200}) is None


def hand_made() -> tuple[VideoRecord, Annotation]:
    """Six shots of 10 frames, budget 9 frames... of 60; two annotators."""
    edges = np.array([0, 4, 9, 20, 30, 45, 60])
    record = VideoRecord(
        key="v",
        name="a",
        picks=np.arange(0, 60, 15),
        n_frames=60,
        shots=Shots(frames=np.stack([edges[:-1], edges[1:]], axis=1)),
    )
    scores = np.ones((2, 60))
    scores[0, 4:9] = 5
    scores[0, 0:4] = 3
    scores[1, 0:4] = 2
    return record, Annotation(name="a", n_frames=60, frame_scores=scores)


def test_user_summaries_come_from_a_knapsack_for_each_annotator():
    joined = annotate(*hand_made())
    # Nine frames may be taken: shots of 4 and 5 frames fit together.
    assert np.flatnonzero(joined.user_summary[0]).tolist() == list(range(9))
    assert np.flatnonzero(joined.user_summary[1]).tolist() == list(range(9))
    np.testing.assert_array_equal(joined.user_scores, [[3, 1, 1, 1], [2, 1, 1, 1]])
    np.testing.assert_allclose(joined.gtscore, [0.5, 0.2, 0.2, 0.2])


def test_without_shots_there_are_scores_but_no_summaries():
    record, annotation = hand_made()
    joined = annotate(dataclasses.replace(record, shots=None), annotation)
    assert joined.user_summary is None
    assert joined.user_scores.shape == (2, 4)


def test_summe_choices_are_taken_as_they_are():
    chosen = np.zeros((3, 60), bool)
    chosen[0, 5:20] = True
    annotation = Annotation(name="a", n_frames=60, frame_summary=chosen)
    joined = annotate(VideoRecord(key="v", n_frames=60), annotation)
    np.testing.assert_array_equal(joined.user_summary, chosen)
    np.testing.assert_allclose(joined.gtscore, [0, 1 / 3, 0, 0])


@pytest.mark.parametrize(("n_frames", "end"), [(1005, 1), (996, 0)])
def test_decoders_that_differ_in_the_last_frames(n_frames, end):
    chosen = np.zeros((1, 1000), bool)
    chosen[0, -1] = True
    annotation = Annotation(name="a", n_frames=1000, frame_summary=chosen)
    joined = annotate(VideoRecord(key="v", n_frames=n_frames), annotation)
    assert joined.user_summary.shape == (1, n_frames)
    assert joined.user_summary[0, -1] == bool(end)


def test_another_video_of_the_same_name():
    annotation = Annotation(name="a", n_frames=1000, frame_summary=np.zeros((1, 1000), bool))
    with pytest.raises(DataError, match="is it the same video"):
        annotate(VideoRecord(key="v", n_frames=1200), annotation)


def test_samples_of_unknown_place():
    annotation = Annotation(name="a", n_frames=1000, frame_summary=np.zeros((1, 1000), bool))
    with pytest.raises(DataError, match="no 'picks'"):
        annotate(VideoRecord(key="v", features=np.ones((5, 2))), annotation)


def test_fill_takes_what_is_lacking_and_nothing_else():
    whole = small_data.record(np.random.default_rng(0))
    features = np.ones_like(whole.features)
    bare = VideoRecord(key="other", features=features)
    filled = fill(bare, whole)
    assert filled.key == "other"
    np.testing.assert_array_equal(filled.features, features)
    np.testing.assert_array_equal(filled.user_summary, whole.user_summary)
    with pytest.raises(DataError, match="samples"):
        fill(VideoRecord(key="o", features=features[:5]), whole)


def test_a_data_set_is_rebuilt_from_features_shots_and_annotations(tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "official.h5"
    records = small_data.dataset(path, count=4)
    scores = {r.name: rng.integers(1, 6, (5, r.n_frames)) for r in records}
    small_data.tvsum_annotations(tmp_path / "ydata.mat", scores)
    bare = [
        VideoRecord(
            key=r.key, name=f"{r.name}.mp4", features=r.features, picks=r.picks, n_frames=r.n_frames
        )
        for r in records
    ]
    write_dataset(tmp_path / "mine.h5", [*bare, dataclasses.replace(bare[0], key="v", name="new")])
    joined = list(
        join(
            open_dataset(tmp_path / "mine.h5"),
            annotations=read_annotations(tmp_path / "ydata.mat"),
            shots_from=open_dataset(path),
        )
    )
    assert [r.key for r in joined] == [r.key for r in records]  # the unknown video is left out
    for before, after in zip(records, joined, strict=True):
        np.testing.assert_array_equal(after.shots.frames, before.shots.frames)
        np.testing.assert_array_equal(after.user_scores, scores[before.name][:, before.picks])
        lengths = after.user_summary.sum(axis=1)
        assert (lengths <= int(0.15 * before.n_frames)).all()


def test_features_alone_are_joined_by_their_groups_names(tmp_path):
    record, annotation = hand_made()
    field = tmp_path / "field.h5"
    write_dataset(field, [record])
    known, unlike = (VideoRecord(key="v", features=np.ones((n, 2))) for n in (4, 5))
    (joined,) = join([known], shots_from=open_dataset(field), annotations={"a": annotation})
    np.testing.assert_array_equal(joined.picks, record.picks)
    np.testing.assert_array_equal(joined.shots.frames, record.shots.frames)
    assert (joined.name, joined.n_frames) == ("a", 60)
    assert joined.user_summary.shape == (2, 60)
    (alone,) = join([unlike], shots_from=open_dataset(field))
    assert alone.n_frames is None
    assert alone.shots is None


def test_shots_follow_the_number_of_frames():
    rng = np.random.default_rng(0)
    official = small_data.record(rng, name="a")
    longer = dataclasses.replace(official, n_frames=official.n_frames + 2, shots=None)

    class Source:
        def records(self, *, fields):
            return iter([official])

    joined = next(join([longer], shots_from=Source()))
    assert joined.shots.frames[-1, 1] == official.n_frames + 2
    shorter = dataclasses.replace(official, n_frames=official.n_frames // 2, shots=None)
    with pytest.raises(DataError, match="its shots end at"):
        next(join([shorter], shots_from=Source()))


def test_annotations_of_either_kind(tmp_path):
    small_data.tvsum_annotations(tmp_path / "y.mat", {"a": np.ones((2, 30))})
    assert read_annotations(tmp_path / "y.mat")["a"].frame_scores is not None
    folder = tmp_path / "GT"
    folder.mkdir()
    savemat(folder / "b.mat", {"user_score": np.ones((30, 2))})
    assert read_annotations(folder)["b"].frame_summary is not None
    assert read_annotations(folder / "b.mat")["b"].n_frames == 30


@pytest.mark.parametrize("named", [True, False])
def test_tvsums_summaries_are_rebuilt_identically(shared, named):
    folder = shared / "data" / "tvsum"
    annotations = read_annotations(folder / "ydata-tvsum50.mat")
    dataset = open_dataset(folder / "eccv16_dataset_tvsum_efficientnet_lite0.h5")
    fields = ("video_name", "picks", "n_frames", "change_points", "user_summary", "user_scores")
    official = list(dataset.records(fields=fields))
    bare = [
        VideoRecord(
            key=r.key,
            name=r.name if named else "",
            picks=r.picks,
            n_frames=r.n_frames,
            shots=r.shots,
        )
        for r in official
    ]
    joined = list(join(bare, annotations=annotations))
    assert len(joined) == 50
    for before, after in zip(official, joined, strict=True):
        np.testing.assert_array_equal(after.user_summary, before.user_summary)
        np.testing.assert_array_equal(after.user_scores, before.user_scores)


def test_summes_annotations_fit_the_fields_file(shared):
    folder = shared / "data" / "summe"
    dataset = open_dataset(folder / "eccv16_dataset_summe.h5")
    joined = list(join(dataset, annotations=read_annotations(folder / "GT")))
    assert len(joined) == 25
    for before, after in zip(dataset, joined, strict=True):
        np.testing.assert_array_equal(after.user_summary, before.user_summary)
        np.testing.assert_allclose(after.gtscore, before.gtscore, atol=1e-6)
